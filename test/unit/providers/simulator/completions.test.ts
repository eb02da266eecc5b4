import { describe, expect, it } from 'vitest';
import { countTokens } from '../../../../src/providers/simulator/tokens.ts';
import { type Answer, ask, askStream, call } from './support.ts';

const PATH = '/v1/completions';
const complete = (fields: Record<string, unknown>) => ask(PATH, { model: 'sim-fast', ...fields });

/** Text and finish reason of each choice. */
function aggregateText(chunks: readonly Answer[]): unknown[] {
  const choices: { text: string; finish_reason: string | null }[] = [];
  for (const { index, text, finish_reason } of chunks.flatMap((chunk) => chunk.choices)) {
    choices[index] ??= { text: '', finish_reason: null };
    choices[index].text += text;
    choices[index].finish_reason ??= finish_reason;
  }
  return choices;
}

describe('text completions of the simulator', () => {
  it('answers one prompt', async () => {
    const answer = await complete({ prompt: 'Once upon a time' });
    const text = answer.choices[0]?.text ?? '';
    expect(text).toContain('"Once upon a time"');
    expect(answer).toMatchObject({
      object: 'text_completion',
      choices: [{ index: 0, logprobs: null, finish_reason: 'stop' }],
      usage: {
        prompt_tokens: countTokens('Once upon a time'),
        completion_tokens: countTokens(text),
      },
    });
  });

  it('answers each of several prompts, n times', async () => {
    const answer = await complete({ prompt: ['red', 'blue'], n: 2, echo: true, max_tokens: 1 });
    expect(answer.choices.map((choice) => choice.text)).toEqual([
      'red Hell',
      'red Hell',
      'blue Hell',
      'blue Hell',
    ]);
    expect(answer.usage).toMatchObject({ prompt_tokens: 2, completion_tokens: 4, total_tokens: 6 });
  });

  it.each([
    [undefined, 0],
    [[1, 2, 3], 3],
    [[[1, 2], [3]], 3],
  ])('takes the prompt %j', async (prompt, tokens) => {
    expect((await complete({ prompt })).usage?.prompt_tokens).toBe(tokens);
  });

  it.each([
    { prompt: 'hello' },
    { prompt: 'hello', max_tokens: 0 },
    { prompt: ['a', 'b'], n: 3, max_tokens: 5 },
    { prompt: 'hello', echo: true, stop: 'simulator' },
  ])('streams what it answers otherwise: %j', async (fields) => {
    const whole = await complete(fields);
    const body = { model: 'sim-fast', ...fields, stream_options: { include_usage: true } };
    const { chunks, done } = await askStream(PATH, body);
    expect(aggregateText(chunks)).toEqual(
      whole.choices.map(({ text, finish_reason }) => ({ text, finish_reason })),
    );
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: whole.usage });
    expect(done).toBe(true);
  });

  it.each([
    ['prompt', { prompt: 7 }],
    ['prompt', { prompt: [] }],
    ['prompt', { prompt: ['a', 1] }],
    ['prompt', { prompt: ['a', 'b', 'c'], n: 7 }],
    ['max_tokens', { max_tokens: -1 }],
    ['echo', { echo: 'yes' }],
  ])('refuses a bad request, naming %s', async (param, fields) => {
    const response = await call(PATH, { model: 'sim-fast', prompt: 'x', ...fields });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param } });
  });
});
