import { describe, expect, it } from 'vitest';
import { ChoiceStreamObserver } from '../../../../src/dialects/openai-chat/choice-stream-observer.ts';
import { completionToEvents } from '../../../../src/dialects/openai-chat/completion-to-chunks.ts';
import { SseSplitter } from '../../../../src/streaming/sse.ts';

interface Chunk {
  readonly object: string;
  readonly choices: Record<string, unknown>[];
  readonly usage?: unknown;
}

const USAGE = { prompt_tokens: 8, completion_tokens: 6, total_tokens: 14 };
const CALLS = [
  { id: 'call_a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
  { id: 'call_b', type: 'function', function: { name: 'g', arguments: '{}' } },
];

const completion = (...choices: object[]) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_795_000_000,
  model: 'acme-1',
  choices,
  usage: USAGE,
  service_tier: 'default',
});
const choice = (message: object, more: object = {}) => ({
  index: 0,
  message: { role: 'assistant', ...message },
  finish_reason: 'stop',
  ...more,
});

/** The chunks told, `[DONE]` checked and left out. */
function tell(value: unknown, includeUsage = false): Chunk[] {
  const events = completionToEvents(value, includeUsage) ?? [];
  const splitter = new SseSplitter();
  const data = events.flatMap((event) => splitter.push(event)).map((event) => event.data ?? '');
  expect(data.at(-1)).toBe('[DONE]');
  return data.slice(0, -1).map((text) => JSON.parse(text));
}

const choicesOf = (chunks: Chunk[]) => chunks.flatMap(({ choices }) => choices);

describe('completionToEvents', () => {
  it('traps B6: tells the same answer as chunks of the same id and model', () => {
    expect(tell(completion(choice({ content: 'Hello', refusal: null }, { logprobs: null })))).toEqual([
      {
        id: 'chatcmpl-1',
        object: 'chat.completion.chunk',
        created: 1_795_000_000,
        model: 'acme-1',
        service_tier: 'default',
        choices: [
          {
            index: 0,
            delta: { role: 'assistant', content: 'Hello', refusal: null },
            logprobs: null,
            finish_reason: null,
          },
        ],
      },
      expect.objectContaining({
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }],
      }),
    ]);
  });

  it('is complete to whoever reads chunks', () => {
    const observer = new ChoiceStreamObserver({ doneIsEnd: false, choices: 1 });
    const splitter = new SseSplitter();
    const events = completionToEvents(completion(choice({ content: 'Hello' })), true) ?? [];
    const meanings = events.flatMap((event) => splitter.push(event)).map((event) => observer.observe(event));
    expect(meanings).toEqual(['content', 'other', 'usage', 'done']);
    expect(observer).toMatchObject({ isComplete: true, outputCharacters: 5 });
  });

  it('numbers tool calls, as deltas do, and keeps the reason', () => {
    const chunks = tell(
      completion(choice({ content: null, tool_calls: CALLS }, { finish_reason: 'tool_calls' })),
    );
    expect(choicesOf(chunks)).toMatchObject([
      {
        delta: {
          tool_calls: [
            { index: 0, ...CALLS[0] },
            { index: 1, ...CALLS[1] },
          ],
        },
        finish_reason: null,
      },
      { delta: {}, finish_reason: 'tool_calls' },
    ]);
  });

  it('tells every choice, and where one has no index its place', () => {
    const chunks = tell(
      completion(choice({ content: 'a' }), { message: { content: 'b' }, finish_reason: 'length' }),
    );
    expect(choicesOf(chunks).map(({ index, finish_reason }) => [index, finish_reason])).toEqual([
      [0, null],
      [0, 'stop'],
      [1, null],
      [1, 'length'],
    ]);
  });

  it('keeps log probabilities and fields that it does not know', () => {
    const logprobs = { content: [{ token: 'a', logprob: -0.1 }] };
    const [first] = choicesOf(tell(completion(choice({ content: 'a', extra: 1 }, { logprobs, other: 2 }))));
    expect(first).toMatchObject({ delta: { extra: 1 }, logprobs, other: 2 });
  });

  it('traps C5: tells usage only to a client that asked, behind everything else', () => {
    expect(tell(completion(choice({ content: 'a' }))).some((chunk) => 'usage' in chunk)).toBe(false);
    expect(tell(completion(choice({ content: 'a' })), true).at(-1)).toMatchObject({
      choices: [],
      usage: USAGE,
    });
  });

  it.each([undefined, null, ''])(
    'traps C8: ends every choice with a reason, also if there was none (%j)',
    (reason) => {
      const [, text] = choicesOf(tell(completion(choice({ content: 'a' }, { finish_reason: reason }))));
      expect(text?.finish_reason).toBe('stop');
      const [, call] = choicesOf(tell(completion(choice({ tool_calls: CALLS }, { finish_reason: reason }))));
      expect(call?.finish_reason).toBe('tool_calls');
    },
  );

  it('tells a legacy completion in its own form', () => {
    const value = {
      id: 'cmpl-1',
      object: 'text_completion',
      choices: [{ index: 0, text: 'Hello', finish_reason: 'length' }],
    };
    const chunks = tell(value);
    expect(chunks.map(({ object }) => object)).toEqual(['text_completion', 'text_completion']);
    expect(choicesOf(chunks)).toEqual([
      { index: 0, text: 'Hello', finish_reason: null },
      { index: 0, text: '', logprobs: null, finish_reason: 'length' },
    ]);
  });

  it.each([null, 'text', [], {}, { choices: [] }, { choices: {} }, { error: { message: 'x' } }])(
    'takes %j for no completion',
    (value) => {
      expect(completionToEvents(value, true)).toBeNull();
    },
  );
});
