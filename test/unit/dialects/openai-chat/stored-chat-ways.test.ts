/** Any answer, told as a stream and put together again: by us, and by OpenAI's own SDK. */
import { describe, expect, it } from 'vitest';
import { concat } from '../../../../src/bytes.ts';
import { CHAT_STORED } from '../../../../src/dialects/openai-chat/stored-chat.ts';
import { asPutTogether, readChatStream } from '../../../support/sdk-completions.ts';
import { type Seeded, seeded } from '../../../support/seeded.ts';
import { randomCompletion } from './random-completions.ts';
import { choice, collect, completion, eventsOf, type Json, textOf, told } from './stored-support.ts';

const SEEDS = Array.from({ length: 60 }, (_, seed) => seed + 1);

/** The events of several choices in any order that keeps each choice's own. */
function interleaved(events: readonly Json[], random: Seeded): Json[] {
  const byChoice = Map.groupBy(events, (chunk) => chunk.choices?.[0]?.index ?? -1);
  const [first, ...rest] = [...byChoice].filter(([index]) => index !== -1).map(([, queue]) => queue);
  const mixed: Json[] = first === undefined ? [] : [first[0]]; // what is said once comes with the first
  const queues = [first?.slice(1) ?? [], ...rest].filter((queue) => queue.length > 0);
  while (queues.length > 0) {
    const queue = random.pick(queues);
    mixed.push(queue.shift());
    if (queue.length === 0) queues.splice(queues.indexOf(queue), 1);
  }
  return [...mixed, ...(byChoice.get(-1) ?? [])];
}

describe('a random answer', () => {
  it.each(SEEDS)('is the same after a way through a stream (seed %i)', (seed) => {
    const body = randomCompletion(seeded(seed));
    expect(textOf(collect(CHAT_STORED, eventsOf(CHAT_STORED, body)))).toBe(textOf(body));
    const { usage: _, ...withoutUsage } = body;
    expect(textOf(collect(CHAT_STORED, eventsOf(CHAT_STORED, body, false)))).toBe(textOf(withoutUsage));
  });

  it.each(SEEDS)('is the same when its choices come interleaved (seed %i)', (seed) => {
    const random = seeded(seed);
    const body = JSON.parse(JSON.stringify(randomCompletion(random)));
    const events = interleaved(told(eventsOf(CHAT_STORED, body)), random);
    expect(textOf(collect(CHAT_STORED, events))).toBe(textOf(body));
  });

  it.each(SEEDS)('is the same to the OpenAI SDK (seed %i)', async (seed) => {
    const body = randomCompletion(seeded(seed));
    expect(await readChatStream(new Uint8Array(concat(eventsOf(CHAT_STORED, body))))).toEqual(
      asPutTogether(body),
    );
  });

  it('is random enough: what a stream may carry is among them', () => {
    const all = SEEDS.map((seed) => textOf(randomCompletion(seeded(seed)))).join();
    for (const word of [
      'custom',
      'reasoning_details',
      'audio',
      'logprobs":{',
      '"index":2',
      '14687020407684524001',
    ])
      expect(all).toContain(word);
  });
});

it('reads a legacy call by the OpenAI SDK', async () => {
  const message = { function_call: { name: 'f', arguments: '{"x":1}' } };
  const body = completion(choice(message, { finish_reason: 'function_call' }));
  const { choices } = await readChatStream(new Uint8Array(concat(eventsOf(CHAT_STORED, body))));
  expect(choices[0]).toMatchObject({ message, finish_reason: 'function_call' });
});
