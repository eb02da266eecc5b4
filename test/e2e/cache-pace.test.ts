/** How kept answers and those of others come: at once or at their first pace, through long silences, to slow readers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CacheLab, cacheOf, callOf, freshLabel, kept, startCacheLab } from '../support/cache/lab.ts';
import { numbered, piecesOf } from '../support/cache/numbered-vendor.ts';
import { BodyReader, createGate, withoutComments } from '../support/streaming.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let lab: CacheLab;
beforeAll(async () => {
  lab = await startCacheLab({
    config: {
      keep_alive_ms: 200,
      models: { paced: kept({ mode: 'always', replay: 'original' }) },
    },
    controlPlane: { flightFront: true },
  });
});
afterAll(() => lab.stop());

describe('a kept answer', () => {
  it('comes at the pace at which it first came, where the operator wants that', async () => {
    const text = freshLabel();
    lab.vendor.on(text, numbered({ pieces: 12, between: () => pause(100) }));
    await lab.ask({ text, model: 'paced', stream: true });
    const response = await lab.open({ text, model: 'paced', stream: true });
    expect(response.headers.get('x-edgeway-cache')).toBe('hit');
    const reader = new BodyReader(response);
    expect(await reader.until(':1>')).not.toContain(':11>');
    expect(await reader.rest()).toContain('[DONE]');
    expect(lab.vendor.calls(text)).toHaveLength(1);
  });

  it('comes at once where it is asked for whole, and where it first came whole', async () => {
    const text = freshLabel();
    await lab.ask({ text, model: 'paced' });
    for (const stream of [true, false])
      expect(cacheOf(await lab.ask({ text, model: 'paced', stream }))).toBe('hit');
  });
});

describe('who follows', () => {
  it('hears a comment in a silence, also before the first piece', async () => {
    const text = freshLabel();
    const gate = createGate();
    lab.vendor.on(text, numbered({ before: gate.opened }));
    const leader = lab.ask({ text, model: 'shared', stream: true });
    await lab.vendor.call(text);
    const follower = new BodyReader(await lab.open({ text, model: 'shared', stream: true }));
    expect(await follower.until('\n\n')).toMatch(/^:/);
    gate.open();
    const [first, second] = [await leader, await follower.rest()];
    expect(withoutComments(second)).toBe(withoutComments(first.text));
  });

  it('gets an answer that is not kept, too', async () => {
    for (const reason of ['length', 'content_filter', 'tool_calls']) {
      const text = freshLabel();
      const gate = createGate();
      const edit = (json: string) => json.replace('"finish_reason":"stop"', `"finish_reason":"${reason}"`);
      lab.vendor.on(text, numbered({ edit, between: (piece) => (piece === 2 ? gate.opened : undefined) }));
      const leader = new BodyReader(await lab.open({ text, model: 'shared', stream: true }));
      await leader.until(':1>');
      const { calls } = lab.gateway.flights;
      const following = [false, true].map((stream) => lab.ask({ text, model: 'shared', stream }));
      await expect.poll(() => lab.gateway.flights.calls).toBe(calls + 2); // they have come
      gate.open();
      await leader.rest();
      for (const answer of await Promise.all(following)) {
        expect(answer.text).toContain(reason);
        expect(callOf(answer)).toBe(lab.vendor.calls(text)[0]?.number);
      }
      expect(lab.vendor.calls(text)).toHaveLength(1);
      expect(cacheOf(await lab.ask({ text, model: 'shared' }))).toBe('miss');
    }
  });

  it('and does not read holds up nobody', async () => {
    const text = freshLabel();
    lab.vendor.on(text, numbered({ pieces: 20_000 })); // more than fits into a connection
    const idle = await lab.open({ text, model: 'shared', stream: true });
    const second = await lab.open({ text, model: 'shared', stream: true });
    const quick = await lab.ask({ text, model: 'shared', stream: true });
    expect(quick.text).toContain('[DONE]');
    for (const late of [second, idle]) expect(await new BodyReader(late).rest()).toContain('[DONE]');
    expect(lab.vendor.calls(text)).toHaveLength(1);
  });
});

it('a long answer comes whole to all, and from the cache', async () => {
  const text = freshLabel();
  const pieces = 20_000;
  lab.vendor.on(text, numbered({ pieces }));
  const all = await Promise.all(
    [true, false, true].map((stream) => lab.ask({ text, model: 'shared', stream })),
  );
  const number = callOf(all[0] as (typeof all)[number]);
  const whole = await lab.ask({ text, model: 'shared' });
  expect(cacheOf(whole)).toBe('hit');
  expect(JSON.parse(whole.text).choices[0].message.content).toBe(piecesOf(number, pieces).join(''));
  for (const answer of all)
    expect([callOf(answer), answer.text.includes(`:${pieces - 1}>`)]).toEqual([number, true]);
  expect(lab.vendor.calls(text)).toHaveLength(1);
});
