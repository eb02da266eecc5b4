/** A crowd that asks the same at once is one upstream call, and each of it gets the whole answer in its own form. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CrowdClient, countBy, saidIn, wholeCallOf } from '../support/cache/crowd.ts';
import {
  type CacheLab,
  cacheOf,
  cacheTold,
  callOf,
  freshLabel,
  kept,
  startCacheLab,
} from '../support/cache/lab.ts';
import { brokenAt, numbered, piecesOf } from '../support/cache/numbered-vendor.ts';
import { within } from '../support/clients.ts';
import { textIn } from '../support/doors/calls.ts';
import { BodyReader, createGate } from '../support/streaming.ts';

const PIECES = 12;
/** How long a vendor takes from one piece to the next: long enough for a crowd to gather. */
const STEP_MS = 60;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const slowly = numbered({ pieces: PIECES, between: () => pause(STEP_MS) });

let lab: CacheLab;
beforeAll(async () => {
  lab = await startCacheLab({
    config: { models: { patient: kept({ mode: 'always', coalesce: true, followers: 'finished' }) } },
    controlPlane: { secondIsolate: true, flightFront: true },
  });
});
afterAll(() => lab.stop());

const crowd = (text: string, size: number, model = 'shared', url = lab.gateway.url): CrowdClient[] =>
  Array.from(
    { length: size },
    (_, index) => new CrowdClient({ url, key: lab.gateway.key, model, text, stream: index % 2 === 1 }),
  );

describe('1,000 identical requests at once, half of them streams, nothing kept', () => {
  it('are one upstream call, and all get its answer', { timeout: 120_000 }, async () => {
    const text = freshLabel();
    lab.vendor.on(text, slowly);
    const clients = crowd(text, 1000);
    const ends = await within(100_000, 'all are answered', Promise.all(clients.map(({ ended }) => ended)));
    const said = clients.map((client, index) => saidIn(client, ends[index] ?? noEnd()));
    expect(lab.vendor.calls(text)).toHaveLength(1);
    expect(new Set(said)).toEqual(
      new Set([piecesOf(lab.vendor.calls(text)[0]?.number ?? 0, PIECES).join('')]),
    );
    const words = countBy(ends, ({ cache }) => String(cache));
    expect(words.miss).toBe(1);
    expect(
      Object.keys(words)
        .toSorted()
        .filter((word) => !['coalesced', 'hit', 'miss'].includes(word)),
    ).toEqual([]);
    expect(words.coalesced).toBeGreaterThan(0);
  });
});

function noEnd(): never {
  throw new Error('no end');
}

describe('who follows', () => {
  it('gets what has come so far at once, and the rest as it comes', async () => {
    const text = freshLabel();
    const gate = createGate();
    lab.vendor.on(text, numbered({ between: (piece) => (piece === 2 ? gate.opened : undefined) }));
    const leader = new BodyReader(await lab.open({ text, model: 'shared', stream: true }));
    await leader.until(':1>');
    const response = await lab.open({ text, model: 'shared', stream: true });
    expect(response.headers.get('x-edgeway-cache')).toBe('coalesced');
    const follower = new BodyReader(response);
    expect(await follower.until(':1>')).not.toContain(':2>');
    gate.open();
    expect(await follower.rest()).toBe(await leader.rest());
    expect(lab.vendor.calls(text)).toHaveLength(1);
  });

  it.each([
    ['openai-responses', true],
    ['openai-responses', false],
    ['anthropic-messages', true],
    ['anthropic-messages', false],
    ['gemini', true],
    ['gemini', false],
  ] as const)('may come in by another door: %s (stream: %s)', async (door, stream) => {
    const text = freshLabel();
    const gate = createGate();
    lab.vendor.on(text, numbered({ between: (piece) => (piece === 2 ? gate.opened : undefined) }));
    const limits = {
      'openai-responses': 'max_output_tokens',
      'anthropic-messages': 'max_tokens',
      gemini: '',
    }[door];
    const fields = door === 'gemini' ? { generationConfig: { maxOutputTokens: 99 } } : { [limits]: 99 };
    const leader = new BodyReader(
      await lab.open({ text, model: 'shared', stream: true, fields: { max_completion_tokens: 99 } }),
    );
    await leader.until(':1>');
    const { calls } = lab.gateway.flights;
    const following = lab.ask({ text, model: 'shared', door, stream, fields });
    await expect.poll(() => lab.gateway.flights.calls).toBe(calls + 1); // it has come
    gate.open();
    const answer = await following;
    await leader.rest();
    expect(cacheOf(answer)).toBe('coalesced');
    expect(textIn(door, answer.text)).toBe(piecesOf(lab.vendor.calls(text)[0]?.number ?? 0).join(''));
    expect(lab.vendor.calls(text)).toHaveLength(1);
  });

  it('is told, logged and counted like one who gets a hit', async () => {
    const text = freshLabel();
    const gate = createGate();
    lab.vendor.on(text, numbered({ between: (piece) => (piece === 2 ? gate.opened : undefined) }));
    const key = await lab.mint({ requests_per_minute: 5 });
    const leader = new BodyReader(await lab.open({ key, text, model: 'shared', stream: true }));
    await leader.until(':1>');
    const response = await lab.open({ key, text, model: 'shared', stream: true });
    expect(cacheTold(response)).toMatchObject({ cache: 'coalesced', attempts: '0' });
    expect(response.headers.get('x-edgeway-provider')).toBe('up');
    expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('3');
    gate.open();
    await Promise.all([leader.rest(), response.text()]);
    expect(await lab.lineOf(response)).toMatchObject({
      cache: 'coalesced',
      attempts: 0,
      cost_usd: 0,
      ending: 'complete',
    });
  });

  it('of another tenant follows nobody', async () => {
    const text = freshLabel();
    const gate = createGate();
    lab.vendor.on(text, numbered({ between: (piece) => (piece === 2 ? gate.opened : undefined) }));
    const leader = new BodyReader(await lab.open({ text, model: 'shared', stream: true }));
    await leader.until(':1>');
    const other = new BodyReader(
      await lab.open({ text, model: 'shared', stream: true, key: await lab.mint() }),
    );
    await other.until(':1>');
    gate.open();
    await Promise.all([leader.rest(), other.rest()]);
    expect(lab.vendor.calls(text)).toHaveLength(2);
  });

  it('gets the finished answer, where the operator wants that', async () => {
    const text = freshLabel();
    lab.vendor.on(text, slowly);
    const clients = crowd(text, 20, 'patient');
    const ends = await Promise.all(clients.map(({ ended }) => ended));
    const calls = clients.map((client, index) => wholeCallOf(saidIn(client, ends[index] ?? noEnd()), PIECES));
    expect([new Set(calls).size, lab.vendor.calls(text).length]).toEqual([1, 1]);
  });
});

describe('the leader fails', () => {
  it('before content: one of those who wait takes over, and the others follow it', async () => {
    const text = freshLabel();
    const gate = createGate();
    lab.vendor.on(text, () => async (_, response) => {
      await gate.opened;
      response.socket?.resetAndDestroy();
    });
    const before = lab.gateway.flights.calls;
    const [leader, ...followers] = crowd(text, 12);
    const first = await lab.vendor.call(text);
    await expect.poll(() => lab.gateway.flights.calls).toBe(before + 13); // all have come, and one leads
    lab.vendor.on(text, slowly);
    gate.open();
    await first.closed;
    const ends = await within(30_000, 'all are answered', Promise.all(followers.map(({ ended }) => ended)));
    const calls = followers.map((client, index) =>
      wholeCallOf(saidIn(client, ends[index] ?? noEnd()), PIECES),
    );
    expect(new Set(calls)).toEqual(new Set([lab.vendor.calls(text)[1]?.number]));
    expect(lab.vendor.calls(text)).toHaveLength(2);
    await leader?.ended;
  });

  it('again and again: everybody is told, and nobody waits for ever', async () => {
    const text = freshLabel();
    lab.vendor.on(text, () => async (_, response) => {
      await pause(100);
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":{"message":"no"}}');
    });
    const clients = crowd(text, 12);
    const ends = await within(30_000, 'all are answered', Promise.all(clients.map(({ ended }) => ended)));
    expect(countBy(ends, ({ status }) => String(status))).toEqual({ 500: 12 });
    expect(lab.vendor.calls(text).length).toBeLessThanOrEqual(12);
  });

  it('behind content: all are told in the stream, and nothing is kept', async () => {
    const text = freshLabel();
    const gate = createGate();
    lab.vendor.on(
      text,
      brokenAt(2, (response) => void gate.opened.then(() => response.socket?.resetAndDestroy())),
    );
    const leader = new BodyReader(await lab.open({ text, model: 'shared', stream: true }));
    await leader.until(':1>');
    const follower = new BodyReader(await lab.open({ text, model: 'shared', stream: true }));
    await follower.until(':1>');
    gate.open();
    for (const end of [await leader.rest(), await follower.rest()]) {
      expect(end).toContain('"error"');
      expect(end).not.toContain('[DONE]');
    }
    lab.vendor.on(text, numbered());
    expect(cacheOf(await lab.ask({ text, model: 'shared', stream: true }))).toBe('miss');
  });
});

it('the finished result serves another data centre at once, while KV there has not heard of it', async () => {
  const text = freshLabel();
  const { kv } = lab.gateway.cache;
  kv.freeze();
  try {
    const first = await lab.ask({ text, model: 'shared' });
    for (const stream of [false, true]) {
      const second = await lab.ask({ text, model: 'shared', stream, url: lab.gateway.elsewhere });
      expect([cacheOf(second), callOf(second)]).toEqual(['hit', callOf(first)]);
    }
    expect(lab.vendor.calls(text)).toHaveLength(1);
  } finally {
    kv.thaw();
  }
});
