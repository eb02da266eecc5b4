import { describe, expect, it } from 'vitest';
import { decodeJsonRequest } from '../../../src/dialects/json-request.ts';
import { GEMINI_METHODS, ROUTES, type Route, type RouteId } from '../../../src/dialects/routes.ts';
import { InvalidRequest } from '../../../src/errors.ts';
import { refusedField } from '../../support/refused-field.ts';
import { seeded } from '../../support/seeded.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function routeOf(id: RouteId): Route {
  const route = ROUTES.find((one) => one.id === id);
  if (route === undefined) throw new Error(`no route ${id}`);
  return route;
}

const decode = (text: string, id: RouteId = 'chat.completions') =>
  decodeJsonRequest(routeOf(id), encoder.encode(text));

interface Edit {
  readonly model?: string;
  readonly includeUsage?: boolean;
}

function sent(text: string, { model = 'm', includeUsage = false }: Edit = {}, id?: RouteId): string {
  return decoder.decode(decode(text, id).encode({ model, includeUsage }) as Uint8Array); // JSON goes up whole
}

const MESSAGES = '"messages":[{"role":"user","content":"Hi"}]';

/** The field that is refused; `undefined` if nothing is. */
function refused(text: string | Uint8Array, id: RouteId = 'chat.completions'): string | null | undefined {
  try {
    decodeJsonRequest(routeOf(id), typeof text === 'string' ? encoder.encode(text) : text);
    return undefined;
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    return error.param;
  }
}

describe('encode', () => {
  it('gives back the very bytes where nothing is to be changed', () => {
    const text = ` { "mod\\u0065l" : "m" ,\n ${MESSAGES} , "seed" : 12345678901234567890 } `;
    expect(sent(text)).toBe(text);
    expect(sent(`\ufeff${text}`)).toBe(`\ufeff${text}`);
  });

  it.each([
    [`{"model":"a/b",${MESSAGES}}`, `{"model":"m",${MESSAGES}}`],
    [`{${MESSAGES} , "model" : "a" }`, `{${MESSAGES} , "model" : "m" }`],
    [`{"mod\\u0065l":"\\"}",${MESSAGES}}`, `{"mod\\u0065l":"m",${MESSAGES}}`],
    [`{"model":"日本",${MESSAGES},"x":"日本"}`, `{"model":"m",${MESSAGES},"x":"日本"}`],
    [
      `{"seed":12345678901234567890,"model":"a","n":1.0,${MESSAGES},"x":1,"x":2,"y":1e400}`,
      `{"seed":12345678901234567890,"model":"m","n":1.0,${MESSAGES},"x":1,"x":2,"y":1e400}`,
    ],
    [
      `{"model":"a","messages":[{"role":"user","content":"Hi","model":"inner"}],"metadata":{"model":"x"}}`,
      `{"model":"m","messages":[{"role":"user","content":"Hi","model":"inner"}],"metadata":{"model":"x"}}`,
    ],
  ])('traps D15, wire 63: changes the model and no other byte: %s', (text, expected) => {
    expect(sent(text)).toBe(expected);
  });

  it('writes a model name that needs escapes', () => {
    expect(JSON.parse(sent(`{"model":"a",${MESSAGES}}`, { model: 'a"\\b' })).model).toBe('a"\\b');
  });

  it.each([
    [`{"model":"m",${MESSAGES}}`, `{"stream_options":{"include_usage":true},"model":"m",${MESSAGES}}`],
    [
      `{"model":"a",${MESSAGES},"stream_options":{"include_usage":false,"x":1}}`,
      `{"model":"m",${MESSAGES},"stream_options":{"include_usage":true,"x":1}}`,
    ],
    [
      `{"stream_options":null,"model":"a",${MESSAGES}}`,
      `{"stream_options":{"include_usage":true},"model":"m",${MESSAGES}}`,
    ],
  ])('traps C5: asks for usage beside the client’s own options: %s', (text, expected) => {
    expect(sent(text, { includeUsage: true })).toBe(expected);
  });

  it('adds a model where the route has a default and the client named none', () => {
    expect(sent('{ "input":"a"}', {}, 'moderations')).toBe('{"model":"m", "input":"a"}');
    expect(sent('{"input":"a","model":null}', {}, 'moderations')).toBe('{"input":"a","model":"m"}');
    expect(sent('{"input":"a"}', { model: 'omni-moderation-latest' }, 'moderations')).toBe(
      '{"model":"omni-moderation-latest","input":"a"}',
    );
  });

  it('traps I7: makes every attempt from the client’s bytes, not from the last attempt’s', () => {
    const request = decode(`{"model":"a",${MESSAGES}}`);
    const first = request.encode({ model: 'first', includeUsage: true });
    const second = request.encode({ model: 'second', includeUsage: false });
    expect(decoder.decode(second as Uint8Array)).toBe(`{"model":"second",${MESSAGES}}`);
    expect(decoder.decode(request.encode({ model: 'first', includeUsage: true }) as Uint8Array)).toBe(
      decoder.decode(first as Uint8Array),
    );
  });

  it('traps D19: gives equal bytes for equal requests', () => {
    const text = `{"model":"a",${MESSAGES}}`;
    expect(sent(text, { includeUsage: true })).toBe(sent(text, { includeUsage: true }));
  });

  it.each([1, 2, 3, 4, 5])('keeps every other byte of random bodies (seed %i)', (seed) => {
    const random = seeded(seed);
    const space = () => random.list(random.between(0, 2), () => random.pick([' ', '\n', '\t'])).join('');
    const others = [
      '"seed":9007199254740993',
      '"x":1,"x":2',
      '"ü\\n":"}{,:\\\\"',
      '"top_p":0.10',
      '"functions":[ {"name":"f"} ]',
      '"metadata":{"model":"no","stream_options":{}}',
      '"😀":[[],{}]',
      '"":null',
    ];
    for (let round = 0; round < 200; round += 1) {
      const model = random.pick(['"a"', '"\\u0061"', '"日本 \\" x"']);
      const options = random.pick([null, 'null', '{}', '{"include_usage": false }', '{"a":{"b":"}"}}']);
      const members = ['@model', MESSAGES, ...(options === null ? [] : ['@options'])];
      members.push(...random.list(random.between(0, 4), () => random.pick(others)));
      members.sort(() => random.next() - 0.5);
      const template = `${space()}{${members.map((member) => space() + member + space()).join(',')}}${space()}`;
      const fill = (modelText: string, optionsText: string) =>
        template
          .replace('@model', () => `"model"${' '}: ${modelText}`)
          .replace('@options', () => `"stream_options" :${optionsText}`);
      const text = fill(model, options ?? '');
      expect(sent(text, { model: 'new' })).toBe(fill('"new"', options ?? ''));
      const asked = { ...JSON.parse(options ?? 'null'), include_usage: true };
      const withUsage = sent(text, { model: 'new', includeUsage: true });
      expect(JSON.parse(withUsage)).toEqual({ ...JSON.parse(text), model: 'new', stream_options: asked });
      if (options === null) {
        const added = '"stream_options":{"include_usage":true},';
        expect(withUsage.replace(added, '')).toBe(fill('"new"', ''));
      } else {
        expect(withUsage).toBe(fill('"new"', JSON.stringify(asked)));
      }
    }
  });

  it('fails once the bytes were let go of', () => {
    const request = decode(`{"model":"a",${MESSAGES}}`);
    request.release();
    request.release();
    expect(() => request.encode({ model: 'm', includeUsage: false })).toThrow('released');
  });
});

describe('decodeJsonRequest', () => {
  it('reads what the gateway has to know', () => {
    expect(
      decode(`{"model":"a/b",${MESSAGES},"stream":true,"stream_options":{"include_usage":true}}`),
    ).toMatchObject({
      model: 'a/b',
      wantsStream: true,
      wantsUsage: true,
      inputCharacters: 2,
      contentType: 'application/json',
      isReplayable: true,
    });
  });

  it.each([
    ['chat.completions', `{"model":"a",${MESSAGES},"stream":false}`, false],
    ['chat.completions', `{"model":"a",${MESSAGES},"stream":null}`, false],
    ['completions', '{"model":"a","stream":true}', true],
    ['embeddings', '{"model":"a","input":"x","stream":true}', false],
    ['images.generations', '{"prompt":"x","stream":true}', true],
    ['audio.speech', '{"model":"a","input":"x","stream_format":"sse"}', true],
    ['audio.speech', '{"model":"a","input":"x","stream_format":"audio"}', false],
  ] as const)('tells whether a stream is wanted: %s %s: %s', (id, text, expected) => {
    expect(decode(text, id).wantsStream).toBe(expected);
  });

  it.each([
    [
      'chat.completions',
      '{"model":"a","messages":[{"role":"user","content":"four"},{"role":"user","content":[{"type":"text","text":"five!"},{"type":"image_url","image_url":{"url":"data:..."}}]}]}',
      9,
    ],
    ['completions', '{"model":"a","prompt":["ab","c"]}', 3],
    ['completions', '{"model":"a","prompt":[[101,102,103]]}', 12],
    ['embeddings', '{"model":"a","input":"abc"}', 3],
    ['completions', '{"model":"a"}', 0],
  ] as const)('counts the characters of the input of %s %s: %i', (id, text, expected) => {
    expect(decode(text, id).inputCharacters).toBe(expected);
  });

  it.each([
    ['moderations', '{"input":"a"}', 'omni-moderation-latest'],
    ['images.generations', '{"prompt":"a"}', 'dall-e-2'],
    ['images.generations', '{"prompt":"a","model":null}', 'dall-e-2'],
  ] as const)('uses the default model of %s for %s', (id, text, model) => {
    expect(decode(text, id).model).toBe(model);
  });

  it.each([
    ['', null],
    ['{', null],
    ['not json', null],
    ['null', null],
    ['7', null],
    ['[]', null],
    [`{"model":"a",${MESSAGES}} x`, null],
    [`{"model":"a",${MESSAGES},}`, null],
    [`{${MESSAGES}}`, 'model'],
    [`{"model":null,${MESSAGES}}`, 'model'],
    [`{"model":["a"],${MESSAGES}}`, 'model'],
    [`{"model":"",${MESSAGES}}`, 'model'],
    [`{"model":"a\\nb",${MESSAGES}}`, 'model'],
    ['{"model":"a"}', 'messages'],
    [`{"model":"a",${MESSAGES},"stream":"yes"}`, 'stream'],
  ])('refuses %j at %s', (text, param) => {
    expect(refused(text)).toBe(param);
  });

  it.each([
    [`{"model":"a","model":"b",${MESSAGES}}`, 'model'],
    [`{"model":"a","mod\\u0065l":"a",${MESSAGES}}`, 'model'],
    [`{"model":"a",${MESSAGES},"stream":false,"stream":true}`, 'stream'],
    [`{"model":"a",${MESSAGES},"stream_options":{},"stream_options":null}`, 'stream_options'],
    [`{"model":"a","MODEL":"b",${MESSAGES}}`, 'MODEL'],
    [`{"model":"a",${MESSAGES},"tools":[{"model":"b","model":"a"}]}`, 'tools[].model'],
  ])('traps H6: refuses a deciding field that stands twice: %s', (text, param) => {
    expect(refused(text)).toBe(param);
  });

  it('traps H6: looks where a form repeats the model that its path names, and there only', () => {
    const text = '{"requests":[{"model":"b","model":"a"}]}';
    const batch = GEMINI_METHODS.batchEmbedContents as Route; // one of its keys
    const attempt = () => decodeJsonRequest(batch, encoder.encode(text), { model: 'a' });
    expect(refusedField(attempt)).toBe('requests[].model');
    expect(refused(`{"model":"a",${MESSAGES},${text.slice(1)}`)).toBeUndefined();
  });

  it('refuses bytes that are no UTF-8', () => {
    const bytes = encoder.encode(`{"model":"a",${MESSAGES},"x":"?"}`);
    bytes[bytes.length - 3] = 0xff;
    expect(refused(bytes)).toBeNull();
  });

  it('traps H10: refuses nesting that would break a recursive parser, before any is asked', () => {
    const deep = (levels: number) =>
      `{"model":"a",${MESSAGES},"tools":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    expect(refused(deep(255))).toBeUndefined();
    expect(refused(deep(256))).toBe('tools');
    expect(refused(deep(1_000_000))).toBe('tools');
    expect(refused('['.repeat(1_000_000))).toBeNull();
    expect(refused('{"a":'.repeat(300_000))).toBe('a');
  });
});
