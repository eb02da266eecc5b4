/** What a client may get wrong: each mistake is told with its status, its code and the field, and costs nobody. */
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Gateway, standIn, startGateway } from '../support/gateway.ts';
import { openUpload, sendBytes, sendPieces, type Upload } from '../support/raw-http.ts';
import { expectRefusal } from '../support/refusal.ts';
import { chatCompletion, json, startUpstream, type Upstream } from '../support/upstream.ts';

const MiB = 1024 * 1024;
const CHAT = '/v1/chat/completions';
const messages = [{ role: 'user', content: 'hi' }];
const invalid = (param: string | null) => ({ status: 400, code: 'invalid_request', param });

let upstream: Upstream;
let gateway: Gateway;
beforeAll(async () => {
  upstream = await startUpstream(json(chatCompletion('Hello')));
  gateway = await startGateway({ config: { providers: { up: standIn(upstream.url) } } });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

/** Headers of a raw request with the gateway's default key. */
const asJson = (more: Record<string, string> = {}) => ({
  authorization: `Bearer ${gateway.key}`,
  'content-type': 'application/json',
  ...more,
});

describe('a request that cannot be served', () => {
  let callsBefore: number;
  beforeEach(() => {
    callsBefore = upstream.calls.length;
  });
  afterEach(() => expect(upstream.calls.length).toBe(callsBefore));

  describe('because of its JSON', () => {
    it.each([
      ['plain text', 'hello'],
      ['no body at all', ''],
      ['white space', ' \n '],
      ['an array', '[]'],
      ['an array of a good request', `[${JSON.stringify({ model: 'up/m', messages })}]`],
      ['a string', '"text"'],
      ['a number', '3'],
      ['null', 'null'],
      ['true', 'true'],
      ['an object that breaks off', '{"model":"up/m","messages":['],
      ['two objects', '{"model":"up/m"} {"model":"up/m"}'],
      ['a trailing comma', '{"model":"up/m",}'],
      ['single quotes', "{'model':'up/m'}"],
      ['NaN', '{"model":"up/m","temperature":NaN}'],
      ['a line break inside a string', '{"model":"up/m","user":"a\nb"}'],
      ['form data', 'model=up%2Fm&messages=hi'],
    ])('refuses %s', async (_, body) => {
      await expectRefusal(gateway, await gateway.post(CHAT, body), invalid(null));
    });

    it('refuses a body that is not UTF-8', async () => {
      const body = Buffer.concat([
        Buffer.from('{"model":"up/m","messages":[{"role":"user","content":"'),
        Buffer.from([0xc3, 0x28, 0xff]),
        Buffer.from('"}]}'),
      ]);
      const response = await gateway.request(CHAT, { method: 'POST', headers: asJson(), body });
      await expectRefusal(gateway, response, invalid(null));
    });

    it.each([
      ['messages', '{"model":"up/m","messages":', '}'],
      ['metadata', '{"model":"up/m","messages":[{"role":"user","content":"hi"}],"metadata":', '}'],
    ])('names %s when it is nested 100,000 levels deep', async (param, before, after) => {
      const body = before + '['.repeat(100_000) + ']'.repeat(100_000) + after;
      await expectRefusal(gateway, await gateway.post(CHAT, body), invalid(param));
    });

    it.each([
      ['objects, closed', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
      ['arrays, closed', '['.repeat(100_000) + ']'.repeat(100_000)],
      ['arrays that never close', '['.repeat(100_000)],
    ])('refuses a body that is nothing but nesting: %s', async (_, body) => {
      const response = await gateway.post(CHAT, body);
      const param = body.startsWith('{') ? 'a' : null;
      await expectRefusal(gateway, response, invalid(param));
    });

    it.each(['model', 'stream', 'stream_options'])('refuses `%s` that stands twice', async (key) => {
      const twice = `"${key}":"up/m","${key}":"up/other"`;
      const body = `{"model":"up/m","messages":[{"role":"user","content":"hi"}],${twice}}`;
      await expectRefusal(gateway, await gateway.post(CHAT, body), invalid(key));
    });

    it('refuses a second `model` whose key is written with escapes', async () => {
      const body = `{"model":"up/m","messages":[{"role":"user","content":"hi"}],"mod\\u0065l":"up/other"}`;
      await expectRefusal(gateway, await gateway.post(CHAT, body), invalid('model'));
    });
  });

  describe('because of a field', () => {
    it.each<[string, unknown, string]>([
      ['no messages', {}, 'messages'],
      ['messages that are null', { messages: null }, 'messages'],
      ['messages that are empty', { messages: [] }, 'messages'],
      ['messages that are text', { messages: 'hi' }, 'messages'],
      ['messages that are an object', { messages: { role: 'user', content: 'hi' } }, 'messages'],
      ['a message that is text', { messages: ['hi'] }, 'messages[0]'],
      ['a message that is null', { messages: [messages[0], null] }, 'messages[1]'],
      ['a message that is an array', { messages: [[messages[0]]] }, 'messages[0]'],
      ['a message without a role', { messages: [{ content: 'hi' }] }, 'messages[0].role'],
      ['a role that is a number', { messages: [{ role: 1, content: 'hi' }] }, 'messages[0].role'],
      ['content that is a number', { messages: [{ role: 'user', content: 1 }] }, 'messages[0].content'],
      ['content that is an object', { messages: [{ role: 'user', content: {} }] }, 'messages[0].content'],
    ])('names it: %s', async (_, fields, param) => {
      const body = { model: 'up/m', ...(fields as object) };
      await expectRefusal(gateway, await gateway.post(CHAT, body), invalid(param));
    });

    it.each<[string, unknown]>([
      ['stream', 'true'],
      ['stream', 1],
      ['stream_options', true],
      ['stream_options', []],
      ['temperature', 'hot'],
      ['top_p', [1]],
      ['frequency_penalty', '0'],
      ['presence_penalty', {}],
      ['max_tokens', 1.5],
      ['max_tokens', '100'],
      ['max_completion_tokens', true],
      ['n', '2'],
      ['seed', 'x'],
      ['top_logprobs', 0.5],
      ['parallel_tool_calls', 'no'],
      ['stop', 5],
      ['tools', {}],
      ['response_format', 'json_object'],
      ['logit_bias', []],
      ['metadata', 'x'],
    ])('names `%s` when it is %j', async (name, value) => {
      const body = { model: 'up/m', messages, [name]: value };
      await expectRefusal(gateway, await gateway.post(CHAT, body), invalid(name));
    });

    it.each<[string, string, Record<string, unknown>]>([
      ['/v1/embeddings', 'input', {}],
      ['/v1/embeddings', 'input', { input: null }],
      ['/v1/embeddings', 'input', { input: '' }],
      ['/v1/embeddings', 'input', { input: [] }],
      ['/v1/embeddings', 'input', { input: { text: 'a' } }],
      ['/v1/embeddings', 'dimensions', { input: 'a', dimensions: '256' }],
      ['/v1/embeddings', 'encoding_format', { input: 'a', encoding_format: 1 }],
      ['/v1/completions', 'prompt', { prompt: 5 }],
      ['/v1/completions', 'stream', { prompt: 'a', stream: 'yes' }],
      ['/v1/completions', 'max_tokens', { prompt: 'a', max_tokens: 'many' }],
      ['/v1/moderations', 'input', {}],
      ['/v1/moderations', 'input', { input: 7 }],
      ['/v1/images/generations', 'prompt', {}],
      ['/v1/images/generations', 'prompt', { prompt: ['a'] }],
      ['/v1/images/generations', 'n', { prompt: 'a', n: 'two' }],
      ['/v1/audio/speech', 'input', {}],
      ['/v1/audio/speech', 'input', { input: 1 }],
    ])('on %s names `%s` in %j', async (path, param, fields) => {
      const response = await gateway.post(path, { model: 'up/m', ...fields });
      await expectRefusal(gateway, response, invalid(param));
    });
  });

  describe('because of its model', () => {
    it.each<[string, unknown]>([
      ['missing', undefined],
      ['null', null],
      ['a number', 5],
      ['an object', { id: 'up/m' }],
      ['an array', ['up/m']],
      ['empty', ''],
      ['holding a line break', 'up/a\nb'],
      ['holding CRLF and a header', 'up/m\r\nx-injected: 1'],
      ['holding NUL', 'up/\u0000'],
      ['holding DEL', 'up/\u007f'],
      ['600 characters long', `up/${'m'.repeat(600)}`],
      // It has no UTF-8 form: no header, no URL and no other JSON parser could carry it.
      ['half of a surrogate pair', 'up/\ud800'],
    ])('which is %s', async (_, model) => {
      await expectRefusal(gateway, await gateway.post(CHAT, { model, messages }), invalid('model'));
    });

    it.each([
      ['a bare name that nobody serves', 'no-such-model'],
      ['a provider that is not configured', 'nobody/gpt-6'],
      ['a provider in capitals', 'UP/m'],
      ['a provider without a model', 'up/'],
      ['a model without a provider', '/m'],
      ['only a slash', '/'],
      ['a property of every object', '__proto__'],
      ['a constructor', 'constructor/x'],
      ['a path', '../up/m'],
      ['a URL', 'http://127.0.0.1/m'],
    ])('which does not exist: %s', async (_, model) => {
      const response = await gateway.post(CHAT, { model, messages });
      await expectRefusal(gateway, response, { status: 404, code: 'model_not_found', param: 'model' });
    });
  });

  describe('because of its size or encoding', () => {
    const tooLarge = { status: 413, code: 'request_too_large' };
    const piece = Buffer.alloc(MiB, 0x20);

    it('refuses 33 MiB that are declared, before they are sent', async () => {
      const upload = openUpload(gateway.url + CHAT, { headers: asJson({ 'content-length': `${33 * MiB}` }) });
      await expectRefusal(gateway, await upload.response, tooLarge);
    });

    it('refuses 33 MiB that are declared, while they are sent', async () => {
      const upload = openUpload(gateway.url + CHAT, { headers: asJson({ 'content-length': `${33 * MiB}` }) });
      await upload.write(piece);
      await expectRefusal(gateway, await upload.response, tooLarge);
    });

    it('refuses a byte more than 32 MiB that come in chunks without a declared length', async () => {
      const upload = openUpload(gateway.url + CHAT, { headers: asJson() });
      for (let sent = 0; sent < 32; sent += 1) await upload.write(piece);
      await upload.write(' ');
      await expectRefusal(gateway, await upload.response, tooLarge);
    });

    it('refuses a gzip bomb by its header, without unpacking it', async () => {
      const body = gzipSync(Buffer.alloc(100_000_000));
      const response = await gateway.request(CHAT, {
        method: 'POST',
        headers: asJson({ 'content-encoding': 'gzip' }),
        body,
      });
      await expectRefusal(gateway, response, {
        status: 415,
        code: 'unsupported_encoding',
        param: 'content-encoding',
      });
    });

    it.each(['gzip', 'GZIP', 'br', 'deflate', 'zstd', 'identity, gzip', 'x-unknown'])(
      'refuses Content-Encoding: %s even on plain JSON',
      async (encoding) => {
        const response = await gateway.post(
          CHAT,
          { model: 'up/m', messages },
          { 'content-encoding': encoding },
        );
        await expectRefusal(gateway, response, {
          status: 415,
          code: 'unsupported_encoding',
          param: 'content-encoding',
        });
      },
    );
  });

  describe('because of a header', () => {
    it.each([
      ['x-edgeway-metadata', 'not json'],
      ['x-edgeway-metadata', ''],
      ['x-edgeway-metadata', '[]'],
      ['x-edgeway-metadata', '"team"'],
      ['x-edgeway-metadata', 'null'],
      ['x-edgeway-metadata', '3'],
      ['x-edgeway-metadata', JSON.stringify({ a: 'x'.repeat(5000) })],
      ['x-edgeway-timeout-ms', 'soon'],
      ['x-edgeway-timeout-ms', ''],
      ['x-edgeway-timeout-ms', '0'],
      ['x-edgeway-timeout-ms', '-1'],
      ['x-edgeway-timeout-ms', '1.5'],
      ['x-edgeway-timeout-ms', '1e3'],
      ['x-edgeway-timeout-ms', '0x10'],
      ['x-edgeway-timeout-ms', '1000, 2000'],
      ['x-edgeway-timeout-ms', '99999999999999999999'],
    ])('names %s when it is %j', async (name, value) => {
      const response = await gateway.post(CHAT, { model: 'up/m', messages }, { [name]: value });
      await expectRefusal(gateway, response, invalid(name));
    });

    it.each([
      ['NUL in a value', 'x-test: a\0b'],
      ['a lone CR in a value', 'x-test: a\rb'],
      ['NUL in a name', 'x-te\0st: a'],
      ['a space in a name', 'x te st: a'],
      ['a line without a colon', 'x-test'],
      ['a content length that is no number', 'content-length: many'],
    ])('which is not HTTP (%s), and goes on serving', async (_, header) => {
      const head = `POST ${CHAT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${gateway.key}\r\n`;
      const answer = await sendBytes(gateway.url, `${head}${header}\r\nconnection: close\r\n\r\n{}`);
      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    });
  });
});

describe('a request at the edge of what is allowed', () => {
  const good = (model = 'up/m') => ({ model, messages });

  it.each([
    ['a model of 512 characters', { ...good(`up/${'m'.repeat(509)}`) }],
    ['a model in another script', { ...good('up/模型-é') }],
    ['fields that are null', { ...good(), stream: null, temperature: null, tools: null, stop: null }],
    ['fields that nobody knows', { ...good(), thinking: { budget: 1 }, x: [[[1]]] }],
    ['content that is null', { model: 'up/m', messages: [{ role: 'assistant', content: null }] }],
    ['content in parts', { model: 'up/m', messages: [{ role: 'user', content: [{ type: 'text' }] }] }],
    ['a role that is new', { model: 'up/m', messages: [{ role: 'critic', content: 'x' }] }],
    ['nesting of 200 levels', { ...good(), x: JSON.parse('['.repeat(200) + ']'.repeat(200)) }],
  ])('is served: %s', async (_, body) => {
    upstream.calls.length = 0;
    const response = await gateway.post(CHAT, body);
    expect({ status: response.status, text: await response.text() }).toMatchObject({ status: 200 });
    const line = await gateway.lineOf(response.headers.get('x-request-id'));
    expect(line).toMatchObject({ ending: 'complete', status: 200 });
    const { model: sent, ...rest } = JSON.parse(String((await upstream.call(0)).body));
    const { model, ...asked } = body;
    expect({ sent, rest }).toEqual({ sent: model.slice('up/'.length), rest: asked });
  });

  it('is served with Content-Encoding: identity, a byte order mark and white space around it', async () => {
    const body = `\ufeff \r\n${JSON.stringify(good())}\n `;
    const response = await gateway.post(CHAT, body, { 'content-encoding': 'identity' });
    expect(response.status).toBe(200);
  });

  it('is served with 31 MiB of text', async () => {
    const body = JSON.stringify({
      model: 'up/m',
      messages: [{ role: 'user', content: 'x'.repeat(31 * MiB) }],
    });
    upstream.calls.length = 0;
    const response = await gateway.post(CHAT, body);
    expect(response.status).toBe(200);
    expect((await upstream.call(0)).body.length).toBe(body.length - 'up/'.length);
  });
});

describe('max_body_bytes', () => {
  let small: Gateway;
  beforeAll(async () => {
    small = await startGateway({
      config: { providers: { up: standIn(upstream.url) }, max_body_bytes: 2048 },
    });
  });
  afterAll(() => small.stop());
  const bodyOf = (length: number) => {
    const empty = JSON.stringify({ model: 'up/m', messages: [{ role: 'user', content: '' }] });
    return empty.replace('""', `"${'x'.repeat(length - empty.length)}"`);
  };

  it('lets a body of exactly that size through, declared or in chunks', async () => {
    const headers = { authorization: `Bearer ${small.key}`, 'content-type': 'application/json' };
    expect((await small.post(CHAT, bodyOf(2048))).status).toBe(200);
    expect((await sendPieces(small.url + CHAT, [bodyOf(2048)], { headers })).status).toBe(200);
  });

  it('refuses one byte more, declared or in chunks', async () => {
    const callsBefore = upstream.calls.length;
    const tooLarge = { status: 413, code: 'request_too_large' };
    const headers = { authorization: `Bearer ${small.key}`, 'content-type': 'application/json' };
    await expectRefusal(small, await small.post(CHAT, bodyOf(2049)), tooLarge);
    const inChunks = await sendPieces(small.url + CHAT, [bodyOf(2049)], { headers });
    await expectRefusal(small, inChunks, tooLarge);
    expect(upstream.calls.length).toBe(callsBefore);
  });
});

describe('an isolate full of bodies (traps J2)', () => {
  const ofSize = (bytes: number) => ({
    model: 'up/m',
    messages: [{ role: 'user', content: 'x'.repeat(bytes) }],
  });

  describe.each(['close', 'reset'] as const)('whose clients leave by a %s', (how) => {
    let full: Gateway;
    beforeAll(async () => {
      full = await startGateway({ config: { providers: { up: standIn(upstream.url) } } });
    });
    afterAll(() => full.stop());
    const next = () => full.post(CHAT, ofSize(4 * MiB));

    // Three rounds: what one round did not give back would fill the isolate for the next.
    it.each([1, 2, 3])(
      'turns the next one away with 503, and serves again once they are gone (%i)',
      async (round) => {
        const headers = {
          authorization: `Bearer ${full.key}`,
          'content-length': String(32 * MiB),
          'x-edgeway-metadata': JSON.stringify({ round }),
        };
        const hanging: Upload[] = [];
        for (let count = 0; count < 2; count += 1) {
          const upload = openUpload(full.url + CHAT, { headers });
          hanging.push(upload);
          for (let sent = 0; sent < 31; sent += 1) await upload.write(Buffer.alloc(MiB, 0x20));
        }

        // What was written may still stand in socket buffers: asked until the gateway has read it.
        const refused = await untilStatus(503, next);
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
        await expectRefusal(full, refused, { status: 503, code: 'gateway_unavailable' });
        expect((await full.post(CHAT, { model: 'up/m', messages })).status).toBe(200);

        for (const upload of hanging) upload.abort(how);
        expect((await untilStatus(200, next)).status).toBe(200);
      },
    );

    it('logs that the client left in the middle of its body', async () => {
      const upload = openUpload(full.url + CHAT, {
        headers: {
          authorization: `Bearer ${full.key}`,
          'content-length': '1000',
          'x-edgeway-metadata': '{"label":"left-early"}',
        },
      });
      await upload.write('{"model":"up/m"');
      expect((await full.post(CHAT, { model: 'up/m', messages })).status).toBe(200);
      upload.abort(how);
      const line = await lineLabelled('left-early');
      expect(line).toMatchObject({ ending: 'client_abort', status: 499, attempts: 0 });
    });

    /** Of a request that never saw its request id. */
    async function lineLabelled(label: string) {
      for (let tries = 0; tries < 200; tries += 1) {
        const line = full.lines.find(
          ({ metadata }) => (metadata as { label?: string } | null)?.label === label,
        );
        if (line !== undefined) return line;
        await fetch(`${full.url}/healthz`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`no log line of ${label}`);
    }
  });

  it('holds nothing of bodies that were refused or served', async () => {
    for (let round = 0; round < 4; round += 1) {
      await expectRefusal(gateway, await gateway.post(CHAT, 'x'.repeat(20 * MiB)), invalid(null));
      const unknown = { ...ofSize(20 * MiB), model: 'nobody' };
      await expectRefusal(gateway, await gateway.post(CHAT, unknown), {
        status: 404,
        code: 'model_not_found',
        param: 'model',
      });
      expect((await gateway.post(CHAT, ofSize(20 * MiB))).status).toBe(200);
    }
  });

  async function untilStatus(status: number, ask: () => Promise<Response>): Promise<Response> {
    for (let tries = 0; tries < 100; tries += 1) {
      // A refusal may come, and the connection go, while the body is still being sent.
      const response = await ask().catch(() => null);
      if (response?.status === status) return response;
      await response?.body?.cancel();
    }
    throw new Error(`never answered with ${status}`);
  }
});
