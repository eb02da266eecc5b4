import { describe, expect, it, vi } from 'vitest';
import { aggregate, ask, askStream, CHAT, call, readStream, say } from './support.ts';

const parameters = {
  type: 'object',
  properties: { a: { type: 'string' }, b: { type: 'number' } },
  required: ['a', 'b'],
};
const tools = ['one', 'two'].map((name) => ({ type: 'function', function: { name, parameters } }));

const REQUESTS: Record<string, Record<string, unknown>> = {
  'a plain question': { messages: say('Hello there') },
  'several choices': { messages: say('Hello'), n: 3 },
  'a cut answer': { messages: say('Hello'), max_completion_tokens: 4, n: 2 },
  'a stop sequence inside a token': { messages: say('Hello'), stop: 'imul' },
  'a long answer': { model: 'sim-fast?answer_tokens=3000', messages: say('Hello') },
  'an empty answer': { model: 'sim-fast?answer_tokens=0', messages: say('Hello') },
  'text of all sorts': { messages: say('Grüße, 世界! 👩‍👩‍👧‍👦 "quoted" \\ \u2028') },
  'a tool call': { messages: say('Hello'), tools, tool_choice: 'required' },
  'parallel tool calls': { messages: say('one two'), tools, n: 2 },
  'a cut tool call': { messages: say('one two'), tools, max_tokens: 6 },
  JSON: { messages: say('Hello'), response_format: { type: 'json_object' } },
};

describe('streams of the simulator', () => {
  it.each(Object.entries(REQUESTS))('add up to the answer that is not streamed: %s', async (_, fields) => {
    const body = { model: 'sim-fast', ...fields };
    const whole = await ask(CHAT, body);
    const { chunks, done } = await askStream(CHAT, { ...body, stream_options: { include_usage: true } });
    expect(aggregate(chunks)).toEqual(whole.choices);
    expect(chunks.at(-1)?.usage).toEqual(whole.usage);
    expect(done).toBe(true);
  });

  it.each(Object.entries(REQUESTS))('send one token in each chunk: %s', async (_, fields) => {
    const body = { model: 'sim-fast', ...fields };
    const { chunks } = await askStream(CHAT, body);
    const deltas = chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.delta));
    const tokens = deltas.filter((delta) => delta.content || delta.tool_calls);
    expect(tokens).toHaveLength((await ask(CHAT, body)).usage?.completion_tokens ?? -1);
  });

  it('open with the role, end with the finish reason, and keep id and created', async () => {
    const { chunks } = await askStream(CHAT, { model: 'sim-fast', messages: say('x') });
    expect(chunks[0]).toMatchObject({
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }],
    });
    expect(chunks.at(-1)?.choices).toEqual([{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }]);
    expect(new Set(chunks.map((chunk) => `${chunk.id} ${chunk.created}`)).size).toBe(1);
  });

  it('have usage only when asked for it: null, and then a last chunk without choices', async () => {
    const body = { model: 'sim-fast', messages: say('x') };
    const without = await askStream(CHAT, body);
    expect(without.chunks.some((chunk) => 'usage' in chunk)).toBe(false);
    const { chunks } = await askStream(CHAT, { ...body, stream_options: { include_usage: true } });
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 1 } });
  });

  it('are server-sent events', async () => {
    const response = await call(CHAT, { model: 'sim-fast', messages: say('x'), stream: true });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('x-request-id')).toMatch(/^req_sim_/);
    const text = await response.text();
    expect(text).toMatch(/^(data: [^\n]+\n\n)+$/);
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('come a token at a time when paced', async () => {
    const model = 'sim-fast?first_token_ms=1&tokens_per_second=2000&answer_tokens=4';
    const response = await call(CHAT, { model, messages: say('x'), stream: true });
    const reader = response.body?.getReader();
    const reads: number[] = [];
    for (;;) {
      const read = await reader?.read();
      if (!read || read.done) break;
      reads.push(new TextDecoder().decode(read.value).match(/^data: /gm)?.length ?? 0);
    }
    // The role, each token alone, and the last one together with what follows at once: finish reason, [DONE].
    expect(reads).toEqual([1, 1, 1, 1, 3]);
  });

  it('leave no timer behind when the reader cancels', async () => {
    vi.useFakeTimers();
    try {
      const response = await call(CHAT, { model: 'sim-slow', messages: say('x'), stream: true });
      const reader = response.body?.getReader();
      await reader?.read();
      const waiting = reader?.read();
      await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
      await reader?.cancel();
      expect(vi.getTimerCount()).toBe(0);
      expect(await waiting).toMatchObject({ done: true });
    } finally {
      vi.useRealTimers();
    }
  });

  it('break with the reason of the signal, also between two reads', async () => {
    const abort = new AbortController();
    const body = { model: 'sim-slow', messages: say('x'), stream: true };
    const response = await call(CHAT, body, { signal: abort.signal });
    const reader = response.body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    const reason = new Error('the gateway gave up');
    abort.abort(reason);
    await expect(reader?.read()).rejects.toThrow('the gateway gave up');
  });

  it('of the slow model break at once when the signal aborts', async () => {
    const abort = new AbortController();
    const body = { model: 'sim-slow', messages: say('x'), stream: true };
    const reading = readStream(await call(CHAT, body, { signal: abort.signal }));
    abort.abort(new Error('enough'));
    const { failure, done } = await reading;
    expect(failure).toMatchObject({ message: 'enough' });
    expect(done).toBe(false);
  });
});
