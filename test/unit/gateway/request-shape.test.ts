import { describe, expect, it } from 'vitest';
import type { ClientRequest } from '../../../src/dialects/client-request.ts';
import { decodeJsonRequest } from '../../../src/dialects/json-request.ts';
import { GEMINI_METHODS, ROUTES, type Route } from '../../../src/dialects/routes.ts';
import { shapeOf } from '../../../src/gateway/request-shape.ts';
import { EMPTY_SHAPE, type RequestShape } from '../../../src/routing/request-shape.ts';
import { seeded } from '../../support/seeded.ts';

const ALL_ROUTES = [...ROUTES, ...Object.values(GEMINI_METHODS)];
function routeOf(id: Route['id']): Route {
  const route = ALL_ROUTES.find((one) => one.id === id);
  if (route === undefined) throw new Error(`no route ${id}`);
  return route;
}

function requestOf(route: Route, body: object): ClientRequest {
  const inPath = route.dialect === 'gemini' ? { model: 'm' } : null;
  const text = JSON.stringify(inPath === null ? { model: 'm', ...body } : body);
  return decodeJsonRequest(route, new TextEncoder().encode(text), inPath);
}
const shapeAt = (id: Route['id'], body: object): RequestShape => {
  const route = routeOf(id);
  return shapeOf(route, requestOf(route, body));
};
/** Getters included. */
const seen = (shape: RequestShape): RequestShape => ({
  ...(Object.fromEntries(
    Object.keys(EMPTY_SHAPE).map((name) => [name, Reflect.get(shape, name)]),
  ) as unknown as RequestShape),
});

const PNG = 'data:image/png;base64,iVBORw0KGgo=';
const SCHEMA = { type: 'object', properties: {} };
const COMMON = {
  // 'Be brief.' 'Was ist auf diesem Bild zu sehen?' 'Ein Hund.' '{"a":1}' 'rain' 'Und was macht der Hund da?'
  messages: 3,
  tools: 2,
  images: 1,
  files: 1,
  audio: 0,
  wantsJson: true,
  wantsStream: true,
  maxOutputTokens: 500,
  reasoningEffort: 'high',
  lastUserText: 'Und was macht der Hund da?',
  language: 'de',
};
const FIRST = 'Was ist auf diesem Bild zu sehen?';
const LAST = COMMON.lastUserText;

const SAME_AT_EACH_DOOR: readonly (readonly [Route['id'], object])[] = [
  [
    'chat.completions',
    {
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: FIRST },
            { type: 'image_url', image_url: { url: PNG } },
            { type: 'file', file: { file_data: 'data:application/pdf;base64,AAAA' } },
          ],
        },
        {
          role: 'assistant',
          content: 'Ein Hund.',
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{"a":1}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'rain' },
        { role: 'user', content: LAST },
      ],
      tools: [
        { type: 'function', function: { name: 'look', parameters: SCHEMA } },
        { type: 'function', function: { name: 'hear', parameters: SCHEMA } },
      ],
      response_format: { type: 'json_schema', json_schema: { name: 'a', schema: SCHEMA } },
      max_completion_tokens: 500,
      reasoning_effort: 'high',
      stream: true,
    },
  ],
  [
    'responses',
    {
      instructions: 'Be brief.',
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: FIRST },
            { type: 'input_image', image_url: PNG },
            { type: 'input_file', file_data: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' },
          ],
        },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Ein Hund.' }] },
        { type: 'function_call', call_id: 'c1', name: 'look', arguments: '{"a":1}' },
        { type: 'function_call_output', call_id: 'c1', output: 'rain' },
        { type: 'message', role: 'user', content: LAST },
      ],
      tools: [{ type: 'function', name: 'look', parameters: SCHEMA }, { type: 'web_search' }],
      text: { format: { type: 'json_schema', name: 'a', schema: SCHEMA } },
      max_output_tokens: 500,
      reasoning: { effort: 'high' },
      stream: true,
    },
  ],
  [
    'messages',
    {
      system: [{ type: 'text', text: 'Be brief.' }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: FIRST },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
            { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'Ein Hund.' },
            { type: 'tool_use', id: 'c1', name: 'look', input: { a: '1234567' } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'c1', content: [{ type: 'text', text: 'rain' }] },
            { type: 'text', text: LAST },
          ],
        },
      ],
      tools: [
        { name: 'look', input_schema: SCHEMA },
        { type: 'web_search_20250305', name: 'web_search' },
      ],
      output_config: { effort: 'high', format: { type: 'json_schema', schema: SCHEMA } },
      max_tokens: 500,
      stream: true,
    },
  ],
  [
    'gemini.streamGenerateContent',
    {
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        {
          role: 'user',
          parts: [
            { text: FIRST },
            { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
            { file_data: { mime_type: 'application/pdf', file_uri: 'gs://a' } },
          ],
        },
        { role: 'model', parts: [{ text: 'Ein Hund.' }, { functionCall: { args: { a: '1234567' } } }] },
        {
          role: 'user',
          parts: [{ functionResponse: { response: { a: 'rain' } } }, { text: LAST }],
        },
      ],
      tools: [{ functionDeclarations: [{ name: 'look' }] }, { googleSearch: {} }],
      generationConfig: {
        maxOutputTokens: 500,
        responseMimeType: 'application/json',
        thinkingConfig: { thinkingLevel: 'HIGH' },
      },
    },
  ],
];

describe('a conversation with pictures, files and tools', () => {
  it.each(SAME_AT_EACH_DOOR)('looks the same at %s', (id, body) => {
    expect(seen(shapeAt(id, body))).toMatchObject(COMMON);
  });

  it('goes by one name at the doors, and by another one when it began in other words', () => {
    const names = SAME_AT_EACH_DOOR.map(([id, body]) => shapeAt(id, body).conversation);
    expect(new Set(names).size).toBe(1);
    expect(names[0]).toMatch(/^[0-9a-f]{14}$/);
    const other = {
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: LAST },
      ],
    };
    expect(shapeAt('chat.completions', other).conversation).not.toBe(names[0]);
  });

  it('has the characters of its texts, and none of its pictures', () => {
    const said = ['Be brief.', FIRST, 'Ein Hund.', 'rain', LAST].join('').length;
    for (const [id, body] of SAME_AT_EACH_DOOR) {
      const { characters } = shapeAt(id, body);
      expect(characters).toBeGreaterThanOrEqual(said + '{"a":1}'.length);
      expect(characters).toBeLessThanOrEqual(said + '{"a":1}'.length + 'look'.length);
    }
  });
});

describe('what a conversation goes by', () => {
  const messages = [{ role: 'user', content: 'Hi' }];
  const later = [...messages, { role: 'assistant', content: 'Hello' }, { role: 'user', content: 'Go on' }];
  const chat = (body: object) => shapeAt('chat.completions', body).conversation;
  const responses = (body: object) => shapeAt('responses', body).conversation;

  it('stays the same from turn to turn, whatever else changes', () => {
    const note = { role: 'system', content: 'The user is in Rome now.' };
    for (const more of [later, [...later, note], [...later, { role: 'user', content: 'And then?' }]])
      expect(chat({ messages: more, temperature: 1, tools: [] })).toBe(chat({ messages }));
    expect(chat({ messages: [{ role: 'system', content: 'Hi' }, ...messages] })).not.toBe(chat({ messages }));
  });

  it.each([
    ['prompt_cache_key', { prompt_cache_key: 'k', previous_response_id: 'r' }, 'k'],
    ['previous_response_id', { previous_response_id: 'r', prompt_cache_key: '' }, 'r'],
  ])('is %s, where there is one', (_, body, name) => {
    expect(responses({ input: 'Hi', ...body })).toBe(name);
  });

  it('tells where a text ends', () => {
    const two = (a: string, b: string) =>
      chat({
        messages: [
          { role: 'system', content: a },
          { role: 'user', content: b },
        ],
      });
    expect(two('ab', 'c')).not.toBe(two('a', 'bc'));
  });
});

describe('the last turn of the user', () => {
  it('is the last one with a text: answers of tools do not count', () => {
    const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'x' }] };
    const body = { max_tokens: 5, messages: [{ role: 'user', content: 'Look it up' }, result] };
    expect(shapeAt('messages', body)).toMatchObject({ lastUserText: 'Look it up', messages: 2 });
  });

  it('is cut behind 4,000 characters, and its parts stand on lines of their own', () => {
    const text = (value: string) => ({ type: 'text', text: value });
    const said = (...texts: string[]) =>
      shapeAt('chat.completions', { messages: [{ role: 'user', content: texts.map(text) }] }).lastUserText;
    expect(said('a', 'b')).toBe('a\nb');
    expect(said('a'.repeat(3999), 'b'.repeat(9999))).toBe(`${'a'.repeat(3999)}\n`);
  });
});

describe('wishes', () => {
  const chat = (body: object) =>
    shapeAt('chat.completions', { messages: [{ role: 'user', content: 'a' }], ...body });
  const messages = (body: object) =>
    shapeAt('messages', { max_tokens: 1, messages: [{ role: 'user', content: 'a' }], ...body });
  const gemini = (generationConfig: object) =>
    shapeAt('gemini.generateContent', { contents: { parts: [{ text: 'a' }] }, generationConfig });

  it.each([
    ['json_object', chat({ response_format: { type: 'json_object' } }), true],
    ['text', chat({ response_format: { type: 'text' } }), false],
    ['nothing', chat({}), false],
    ['output_format', messages({ output_format: { type: 'json_schema' } }), true],
    ['application/json', gemini({ response_mime_type: 'application/json' }), true],
    ['text/plain', gemini({ responseMimeType: 'text/plain' }), false],
  ])('JSON: %s', (_, shape, expected) => {
    expect(shape.wantsJson).toBe(expected);
  });

  it.each([
    ['a budget', messages({ thinking: { type: 'enabled', budget_tokens: 8000 } }), 'medium'],
    ['disabled', messages({ thinking: { type: 'disabled' } }), 'none'],
    ['a budget of 0', gemini({ thinkingConfig: { thinkingBudget: 0 } }), 'none'],
    ['a budget of -1', gemini({ thinkingConfig: { thinkingBudget: -1 } }), null],
    ['a large budget', gemini({ thinking_config: { thinking_budget: 30_000 } }), 'high'],
    ['reasoning.effort in chat', chat({ reasoning: { effort: 'low' } }), 'low'],
    ['no word', chat({ reasoning_effort: 'sk-1 \n' }), null],
    ['nothing', chat({}), null],
  ])('effort: %s', (_, shape, expected) => {
    expect(shape.reasoningEffort).toBe(expected);
  });

  it('counts functions of both kinds, and sound', () => {
    const content = [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }];
    const shape = chat({ functions: [{ name: 'a' }], tools: [{}], messages: [{ role: 'user', content }] });
    expect(shape).toMatchObject({ tools: 2, audio: 1, characters: 0, lastUserText: '', language: 'und' });
  });
});

describe('other routes', () => {
  it.each([
    ['completions', { prompt: 'Once upon a time', max_tokens: 9 }, 16, 'Once upon a time'],
    ['embeddings', { input: ['one', 'two'] }, 6, 'one\ntwo'],
    ['gemini.embedContent', { content: { parts: [{ text: 'one' }] } }, 3, 'one'],
    ['gemini.batchEmbedContents', { requests: [{ content: { parts: [{ text: 'one' }] } }] }, 3, 'one'],
    ['messages.count_tokens', { messages: [{ role: 'user', content: 'one' }] }, 3, 'one'],
  ] as const)('%s has its text', (id, body, characters, lastUserText) => {
    expect(shapeAt(id, body)).toMatchObject({ characters, lastUserText, tools: 0, messages: 1 });
  });

  it('has nothing but characters where a body is of another kind, or gone', () => {
    expect(seen(shapeAt('moderations', { input: 'hello' }))).toEqual({ ...EMPTY_SHAPE, characters: 5 });
    const route = routeOf('chat.completions');
    const request = requestOf(route, { messages: [{ role: 'user', content: 'hello' }], stream: true });
    request.release();
    expect(seen(shapeOf(route, request))).toEqual({ ...EMPTY_SHAPE, characters: 5, wantsStream: true });
  });
});

describe('whatever the body', () => {
  /** What the door's own checks would refuse comes here too. */
  const odd = (body: unknown, request: ClientRequest): ClientRequest => ({
    ...request,
    parse: () => body as never,
  });
  const NAMES = [
    ...[
      'messages',
      'input',
      'contents',
      'system',
      'instructions',
      'systemInstruction',
      'tools',
      'functions',
      'text',
    ],
    ...[
      'role',
      'content',
      'parts',
      'type',
      'tool_calls',
      'function',
      'functionDeclarations',
      'generationConfig',
    ],
    ...[
      'thinking',
      'reasoning',
      'output_config',
      'response_format',
      'format',
      'source',
      'inlineData',
      'mimeType',
    ],
    ...['prompt_cache_key', 'id', 'output', 'arguments', 'prompt', 'max_tokens', '__proto__', 'constructor'],
  ];
  const LEAVES = [
    null,
    true,
    0,
    -1,
    1e308,
    '',
    'user',
    'system',
    'text',
    'image',
    'tool_result',
    'json',
    'a b',
    [],
    {},
  ];

  it.each(ALL_ROUTES.filter(({ body }) => body === 'json').map(({ id }) => id))(
    '%s has a shape for it',
    (id) => {
      const random = seeded(id.length);
      const value = (depth: number): unknown => {
        if (depth === 0 || random.chance(0.2)) return random.pick(LEAVES);
        if (random.chance(0.4)) return random.list(random.between(0, 4), () => value(depth - 1));
        const members = random.list(random.between(0, 5), () => [random.pick(NAMES), value(depth - 1)]);
        return Object.fromEntries(members);
      };
      const route = routeOf(id);
      const real = requestOf(routeOf('chat.completions'), { messages: [{ role: 'user', content: 'a' }] });
      for (let round = 0; round < 80; round += 1) {
        const body = Object.fromEntries(NAMES.map((name) => [name, value(3)]));
        const { characters, messages, tools, language, conversation } = shapeOf(route, odd(body, real));
        expect(
          [characters, messages, tools].every((count) => Number.isSafeInteger(count) && count >= 0),
        ).toBe(true);
        expect([typeof language, typeof conversation]).toEqual(['string', 'string']);
      }
    },
  );
});
