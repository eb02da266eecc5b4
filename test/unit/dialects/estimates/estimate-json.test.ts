import { describe, expect, it } from 'vitest';
import { estimateTextTokens } from '../../../../src/dialects/estimates/text-tokens.ts';
import { decodeJsonRequest } from '../../../../src/dialects/json-request.ts';
import { GEMINI_METHODS, ROUTES, type Route, type RouteId } from '../../../../src/dialects/routes.ts';
import type { RequestEstimate } from '../../../../src/usage/usage.ts';

const ALL_ROUTES: readonly Route[] = [...ROUTES, ...Object.values(GEMINI_METHODS)];
const encoder = new TextEncoder();

function decode(id: RouteId, body: object) {
  const route = ALL_ROUTES.find((one) => one.id === id);
  if (route === undefined) throw new Error(`no route ${id}`);
  const isInPath = route.dialect === 'gemini';
  const named = isInPath ? body : { model: 'm', ...body };
  return decodeJsonRequest(route, encoder.encode(JSON.stringify(named)), isInPath ? { model: 'm' } : null);
}

const estimateOf = (id: RouteId, body: object): RequestEstimate => decode(id, body).estimate();

const TEXT = 'Tell me, in a few words, what the weather in Lisbon is like in the spring. '.repeat(20);
const TOKENS = estimateTextTokens(TEXT);
const MESSAGES = [{ role: 'user', content: TEXT }];
const CONTENTS = [{ role: 'user', parts: [{ text: TEXT }] }];

/** Each JSON route, with a text of `TOKENS` in it, and how much output that may become. */
const BODIES: readonly (readonly [RouteId, object, outputLimit: number | null])[] = [
  ['chat.completions', { messages: MESSAGES }, null],
  ['chat.completions', { messages: MESSAGES, max_tokens: 50 }, 50],
  ['chat.completions', { messages: MESSAGES, max_completion_tokens: 60, max_tokens: 50, n: 3 }, 180],
  ['chat.completions', { messages: MESSAGES, max_tokens: 50, thinking_budget: 1000 }, 1050],
  ['chat.completions', { messages: MESSAGES, max_tokens: -1 }, null],
  ['completions', { prompt: TEXT, max_tokens: 50, n: 2, best_of: 5 }, 250],
  ['completions', { prompt: [TEXT, 'two'], max_tokens: 50 }, 100],
  ['completions', { prompt: TEXT }, null],
  ['embeddings', { input: [TEXT, 'two'] }, 0],
  ['moderations', { input: [{ type: 'text', text: TEXT }] }, 0],
  ['rerank', { query: 'weather', documents: [TEXT, { text: 'two' }] }, 0],
  ['images.generations', { prompt: TEXT, n: 2 }, null],
  ['audio.speech', { input: TEXT, voice: 'alloy' }, TOKENS * 6],
  ['responses', { input: TEXT }, null],
  ['responses', { input: MESSAGES, instructions: 'Be kind.', max_output_tokens: 99 }, 99],
  ['messages', { messages: MESSAGES, max_tokens: 77 }, 77],
  ['gemini.generateContent', { contents: CONTENTS }, null],
  [
    'gemini.generateContent',
    { contents: CONTENTS, generationConfig: { maxOutputTokens: 40, candidateCount: 2 } },
    80,
  ],
  ['gemini.streamGenerateContent', { contents: CONTENTS, generation_config: { max_output_tokens: 40 } }, 40],
  ['gemini.embedContent', { content: { parts: [{ text: TEXT }] } }, 0],
  ['gemini.batchEmbedContents', { requests: [{ content: { parts: [{ text: TEXT }] } }] }, 0],
];
const COUNTING: readonly (readonly [RouteId, object])[] = [
  ['messages.count_tokens', { messages: MESSAGES }],
  ['gemini.countTokens', { contents: CONTENTS }],
];

describe('estimates', () => {
  it('are tested for every route with a JSON body', () => {
    const tested = new Set([...BODIES.map(([id]) => id), ...COUNTING.map(([id]) => id)]);
    expect([...tested].sort()).toEqual(
      ALL_ROUTES.filter(({ body }) => body === 'json')
        .map(({ id }) => id)
        .sort(),
    );
  });

  it.each(BODIES)('have the text of %s %j', (id, body, outputLimit) => {
    const estimate = estimateOf(id, body);
    expect(estimate.inputTokens).toBeGreaterThanOrEqual(TOKENS);
    expect(estimate.inputTokens).toBeLessThanOrEqual(TOKENS + 30);
    expect(estimate.outputLimit).toBe(outputLimit);
  });

  it.each(COUNTING)('take counting for nothing but the floor: %s', (id, body) => {
    expect(estimateOf(id, body)).toMatchObject({ inputTokens: 1, outputLimit: 0 });
  });

  it.each([
    ['chat.completions', { messages: [{ role: 'user', content: null }] }],
    ['chat.completions', { messages: [{ role: 'user' }], tools: [] }],
    ['completions', {}],
    ['responses', {}],
    ['messages', { messages: [{ role: 'user', content: [] }], max_tokens: 1 }],
    ['gemini.generateContent', { contents: {} }],
    ['gemini.batchEmbedContents', { requests: 'all' }],
    ['embeddings', { input: [[]] }],
  ] as const)('are at least 1 where there is nothing to go by (traps F2): %s %j', (id, body) => {
    expect(estimateOf(id, body).inputTokens).toBeGreaterThanOrEqual(1);
  });

  it('read everything that a model reads', () => {
    const base = estimateOf('chat.completions', { messages: MESSAGES }).inputTokens;
    const more: object[] = [
      {
        messages: [
          ...MESSAGES,
          { role: 'assistant', tool_calls: [{ id: 'a', function: { arguments: TEXT } }] },
        ],
      },
      { messages: [...MESSAGES, { role: 'assistant', reasoning_content: TEXT }] },
      { messages: [...MESSAGES, { role: 'tool', content: [{ type: 'text', text: TEXT }] }] },
      { messages: MESSAGES, tools: [{ type: 'function', function: { name: 'a', description: TEXT } }] },
      {
        messages: MESSAGES,
        response_format: { type: 'json_schema', json_schema: { schema: { title: TEXT } } },
      },
      { messages: MESSAGES, documents: [{ data: { snippet: TEXT } }] },
      { messages: MESSAGES, prediction: { type: 'content', content: TEXT } },
    ];
    for (const body of more)
      expect(estimateOf('chat.completions', body).inputTokens).toBeGreaterThanOrEqual(base + TOKENS);
    const anthropic = (body: object) => estimateOf('messages', { max_tokens: 9, ...body }).inputTokens;
    expect(anthropic({ messages: MESSAGES, system: TEXT })).toBeGreaterThanOrEqual(2 * TOKENS);
    const call = [{ type: 'tool_use', id: 'a', name: 'b', input: { question: TEXT } }];
    expect(
      anthropic({ messages: [...MESSAGES, { role: 'assistant', content: call }] }),
    ).toBeGreaterThanOrEqual(2 * TOKENS);
    const result = [{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: TEXT }] }];
    expect(anthropic({ messages: [...MESSAGES, { role: 'user', content: result }] })).toBeGreaterThanOrEqual(
      2 * TOKENS,
    );
    const parts = [
      { functionResponse: { name: 'a', response: { text: TEXT } } },
      { functionCall: { args: { q: TEXT } } },
    ];
    const gemini = estimateOf('gemini.generateContent', { contents: [{ role: 'user', parts }] });
    expect(gemini.inputTokens).toBeGreaterThanOrEqual(2 * TOKENS);
    const items = [
      { type: 'function_call_output', call_id: 'a', output: TEXT },
      { type: 'function_call', arguments: TEXT },
    ];
    expect(estimateOf('responses', { input: items }).inputTokens).toBeGreaterThanOrEqual(2 * TOKENS);
  });

  it('pass over what no model reads', () => {
    const secret = 'A'.repeat(50_000);
    const blocks = [
      { type: 'thinking', thinking: 'Hm.', signature: secret },
      { type: 'redacted_thinking', data: secret },
    ];
    const body = { messages: [{ role: 'assistant', content: blocks }], max_tokens: 1 };
    expect(estimateOf('messages', body).inputTokens).toBeLessThan(20);
    const items = [{ type: 'reasoning', encrypted_content: secret, summary: [] }];
    expect(estimateOf('responses', { input: items }).inputTokens).toBeLessThan(20);
  });

  it('count tokens that are given as numbers', () => {
    const tokens = Array.from({ length: 500 }, (_, index) => index);
    expect(estimateOf('embeddings', { input: tokens }).inputTokens).toBe(500);
    expect(estimateOf('embeddings', { input: [tokens, tokens] }).inputTokens).toBe(1000);
    expect(estimateOf('completions', { prompt: tokens, max_tokens: 7 }).outputLimit).toBe(7);
    expect(estimateOf('completions', { prompt: [tokens, tokens], max_tokens: 7 })).toMatchObject({
      inputTokens: 1000,
      outputLimit: 14,
    });
  });

  const base64 = 'A'.repeat(80_000);
  it.each([
    ['an address', { type: 'image_url', image_url: { url: 'https://x.example/a.png' } }],
    ['a data URL', { type: 'image_url', image_url: { url: `data:image/png;base64,${base64}` } }],
    ['a picture of Responses', { type: 'input_image', image_url: `data:image/png;base64,${base64}` }],
    [
      'a picture of Anthropic',
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: base64 } },
    ],
    ['a picture of Gemini', { inlineData: { mimeType: 'image/png', data: base64 } }],
    ['an address at Gemini', { file_data: { mime_type: 'image/png', file_uri: 'https://x.example/a' } }],
  ])('take a picture for a flat number, however large: %s', (_what, part) => {
    const { inputTokens } = estimateOf('chat.completions', { messages: [{ role: 'user', content: [part] }] });
    expect(inputTokens).toBe(1600 + 4);
  });

  it.each([
    ['OpenAI', { type: 'file', file: { file_data: `data:application/pdf;base64,${base64}` } }],
    ['Responses', { type: 'input_file', filename: 'a.pdf', file_data: base64 }],
    [
      'Anthropic',
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: base64 } },
    ],
    ['Gemini', { inline_data: { mime_type: 'application/pdf', data: base64 } }],
  ])('take a file by its size: %s', (_what, part) => {
    const { inputTokens } = estimateOf('chat.completions', { messages: [{ role: 'user', content: [part] }] });
    expect(inputTokens).toBeGreaterThanOrEqual(2000);
    expect(inputTokens).toBeLessThanOrEqual(2010);
  });

  it('read a document that is text', () => {
    const part = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: TEXT } };
    const { inputTokens } = estimateOf('chat.completions', { messages: [{ role: 'user', content: [part] }] });
    expect(inputTokens).toBeGreaterThanOrEqual(TOKENS);
    expect(inputTokens).toBeLessThan(TOKENS + 20);
  });

  it('take sound for as long as its size says at least, and WAVE exactly', () => {
    const heard = (data: string, format: string) =>
      estimateOf('chat.completions', {
        messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data, format } }] }],
      });
    expect(heard('A'.repeat(80_000), 'mp3')).toMatchObject({ audioInputTokens: 960, inputTokens: 964 }); // 30 s
    const wave = new Uint8Array(320_000);
    wave.set(waveHead(32_000));
    const { audioInputTokens } = heard(btoa(String.fromCharCode(...wave.subarray(0, 60_000))), 'wav');
    expect(audioInputTokens).toBe(60); // 1.875 s
  });

  it('tell units of their own', () => {
    expect(estimateOf('images.generations', { prompt: 'A cat', n: 4 })).toMatchObject({
      quantities: { images: 4 },
      choices: 4,
      usualOutput: 6240,
    });
    const speech = estimateOf('audio.speech', { input: TEXT, voice: 'alloy', speed: 0.5 });
    expect(speech.quantities).toEqual({ characters: TEXT.length, unseenOutputTokens: TOKENS * 12 });
    const documents = (count: number) =>
      decode('rerank', { query: 'q', documents: Array.from({ length: count }, () => 'd') }).quantities();
    expect([1, 100, 101, 1000].map((count) => documents(count).searches)).toEqual([1, 1, 2, 10]);
    expect(decode('chat.completions', { messages: MESSAGES }).quantities()).toEqual({});
  });

  it('tell what may make it dearer: an hour in the cache, an answer in sound, searches', () => {
    const cached = [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } }];
    const anthropic = (body: object) =>
      estimateOf('messages', { max_tokens: 9, messages: MESSAGES, ...body });
    expect(anthropic({}).isCachedForAnHour).toBe(false);
    expect(anthropic({ system: cached }).isCachedForAnHour).toBe(true);
    expect(
      anthropic({ tools: [{ name: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } }] })
        .isCachedForAnHour,
    ).toBe(true);
    expect(
      anthropic({ tools: [{ type: 'web_search_20250305', max_uses: 7 }, { type: 'custom' }] })
        .serverToolCalls,
    ).toBe(7);
    expect(estimateOf('responses', { input: 'a', tools: [{ type: 'web_search' }] }).serverToolCalls).toBe(3);
    expect(
      estimateOf('chat.completions', { messages: MESSAGES, modalities: ['text', 'audio'] }).mayAnswerInSound,
    ).toBe(true);
    expect(
      estimateOf('gemini.generateContent', {
        contents: CONTENTS,
        generationConfig: { responseModalities: ['AUDIO'] },
      }).mayAnswerInSound,
    ).toBe(true);
  });

  it.each([
    { messages: MESSAGES, max_tokens: 1e300, n: 1e9 },
    { messages: MESSAGES, max_tokens: 2 ** 53, n: -4 },
    {
      messages: [
        { role: 'user', content: [{ type: 'input_audio', input_audio: { data: '!!', format: 7 } }] },
      ],
    },
    {
      messages: [{ role: 'user', content: [{ type: 'file' }, { inlineData: { data: 5 } }, null, 7, [true]] }],
    },
    { messages: MESSAGES, tools: 'all'.split('') },
  ])('are whole numbers of any nonsense: %j', (body) => {
    const { inputTokens, audioInputTokens, outputLimit, choices } = estimateOf('chat.completions', body);
    for (const number of [inputTokens, audioInputTokens, outputLimit ?? 0, choices])
      expect(Number.isSafeInteger(number)).toBe(true);
  });

  it('are made once, and go by length where the body is gone', () => {
    const request = decode('chat.completions', { messages: MESSAGES, max_tokens: 9 });
    const before = request.estimate();
    request.release();
    expect(request.estimate()).toBe(before);
    const released = decode('chat.completions', { messages: MESSAGES, max_tokens: 9 });
    released.release();
    expect(released.estimate()).toMatchObject({ inputTokens: Math.ceil(TEXT.length / 4), outputLimit: null });
  });
});

function waveHead(bytesPerSecond: number): Uint8Array {
  const head = new Uint8Array(44);
  head.set(encoder.encode('RIFF'));
  head.set(encoder.encode('WAVEfmt '), 8);
  new DataView(head.buffer).setUint32(28, bytesPerSecond, true);
  return head;
}
