/** Answers with several choices, kept and told again: written and read, whole and as a stream, with the official client. */
import { randomBytes } from 'node:crypto';
import type OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CacheLab, freshLabel, startCacheLab } from '../support/cache/lab.ts';
import type { NumberedHandler } from '../support/cache/numbered-vendor.ts';
import { openAi } from '../support/clients.ts';
import { wantsStream } from '../support/limits/billing-vendor.ts';
import { json, sse } from '../support/upstream.ts';

let lab: CacheLab;
beforeAll(async () => {
  lab = await startCacheLab();
});
afterAll(() => lab.stop());

const usage = { prompt_tokens: 5, completion_tokens: 9, total_tokens: 14 };
const base = () => ({
  id: `chatcmpl-${randomBytes(6).toString('hex')}`,
  created: 1,
  model: 'm',
  system_fingerprint: 'fp_1',
});
const toolCall = (id: string) => ({
  id,
  type: 'function',
  function: { name: 'look', arguments: '{"at":"me"}' },
});

interface Said {
  readonly content: string | null;
  readonly calls: readonly string[];
  readonly finish: string;
}
const TEXTS: readonly Said[] = ['One.', 'Two, and 2 × 2.', 'Three 🪿.'].map((content) => ({
  content,
  calls: [],
  finish: 'stop',
}));
const TOOLS: readonly Said[] = [
  { content: null, calls: ['call_a', 'call_b'], finish: 'tool_calls' },
  { content: 'No tools here.', calls: [], finish: 'stop' },
];

/** Choices of a stream come in pieces, mixed. */
const saying =
  (choices: readonly Said[]): NumberedHandler =>
  () =>
  (call, ...rest) => {
    const about = base();
    if (!wantsStream(call)) {
      const told = choices.map(({ content, calls, finish }, index) => ({
        index,
        message: {
          role: 'assistant',
          content,
          refusal: null,
          ...(calls.length > 0 ? { tool_calls: calls.map(toolCall) } : {}),
        },
        logprobs: null,
        finish_reason: finish,
      }));
      return json({ ...about, object: 'chat.completion', choices: told, usage })(call, ...rest);
    }
    const chunk = (index: number, delta: object, finish_reason: string | null = null) =>
      `data: ${JSON.stringify({ ...about, object: 'chat.completion.chunk', choices: [{ index, delta, logprobs: null, finish_reason }] })}\n\n`;
    const pieces = choices.map(({ content, calls, finish }, index) => [
      chunk(index, { role: 'assistant', content: content === null ? null : '', refusal: null }),
      ...[...(content ?? '')].map((piece) => chunk(index, { content: piece })),
      ...calls.flatMap((id, at) => [
        chunk(index, {
          tool_calls: [{ index: at, ...toolCall(id), function: { name: 'look', arguments: '' } }],
        }),
        chunk(index, { tool_calls: [{ index: at, function: { arguments: '{"at":' } }] }),
        chunk(index, { tool_calls: [{ index: at, function: { arguments: '"me"}' } }] }),
      ]),
      chunk(index, {}, finish),
    ]);
    const longest = Math.max(...pieces.map(({ length }) => length));
    const mixed = Array.from({ length: longest }, (_, at) =>
      pieces.map((list) => list[at] ?? '').join(''),
    ).join('');
    const last = `data: ${JSON.stringify({ ...about, object: 'chat.completion.chunk', choices: [], usage })}\n\n`;
    return sse(`${mixed}${last}data: [DONE]\n\n`)(call, ...rest);
  };

async function ask(
  text: string,
  n: number,
  stream: boolean,
): Promise<{ cache: string | null; answer: OpenAI.ChatCompletion }> {
  const body = { model: 'tools', n, messages: [{ role: 'user' as const, content: text }] };
  const client = openAi(lab.gateway);
  if (!stream) {
    const { data: answer, response } = await client.chat.completions.create(body).withResponse();
    return { cache: response.headers.get('x-edgeway-cache'), answer };
  }
  let cache: string | null = null;
  const watching = openAi(lab.gateway, {
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      cache = response.headers.get('x-edgeway-cache');
      return response;
    },
  });
  const answer = await watching.chat.completions
    .stream({ ...body, stream_options: { include_usage: true } })
    .finalChatCompletion();
  return { cache, answer };
}

/** What the client adds for itself, or leaves out of a stream. */
function gist({ choices, ...about }: OpenAI.ChatCompletion): unknown {
  const { id, created, model, system_fingerprint, usage: told } = about;
  const turns = choices.map(({ index, finish_reason, message }) => ({
    index,
    finish_reason,
    content: message.content ?? null,
    refusal: message.refusal ?? null,
    calls: (message.tool_calls ?? []).map((call) => [
      call.id,
      call.type,
      'function' in call && call.function.name,
      'function' in call && call.function.arguments,
    ]),
  }));
  return { id, created, model, system_fingerprint, told, turns };
}

describe.each([
  ['whole', 'whole'],
  ['whole', 'stream'],
  ['stream', 'whole'],
  ['stream', 'stream'],
])('written %s, read %s', (written, read) => {
  it.each([
    ['three texts', TEXTS],
    ['tool calls beside a text', TOOLS],
  ])('%s', async (_, choices) => {
    const text = freshLabel();
    lab.vendor.on(text, saying(choices));
    const first = await ask(text, choices.length, written === 'stream');
    const second = await ask(text, choices.length, read === 'stream');
    expect([first.cache, second.cache]).toEqual(['miss', 'hit']);
    expect(gist(second.answer)).toEqual(gist(first.answer));
    expect(second.answer.choices).toHaveLength(choices.length);
    expect(lab.vendor.calls(text)).toHaveLength(1);
  });
});

it('one choice that was cut keeps all of them out', async () => {
  const text = freshLabel();
  lab.vendor.on(text, saying([...TEXTS.slice(0, 2), { content: 'Cut of', calls: [], finish: 'length' }]));
  for (const stream of [false, true]) expect((await ask(text, 3, stream)).cache).toBe('miss');
  expect(lab.vendor.calls(text)).toHaveLength(2);
});

it('another number of choices is another request', async () => {
  const text = freshLabel();
  lab.vendor.on(text, saying(TEXTS));
  await ask(text, 3, false);
  expect((await ask(text, 2, false)).cache).toBe('miss');
});
