/** Clients of a crowd leave at random points, whoever leads among them: the others get one whole answer each. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CrowdClient, countBy, saidIn, wholeCallOf } from '../support/cache/crowd.ts';
import { type CacheLab, cacheOf, freshLabel, startCacheLab } from '../support/cache/lab.ts';
import { numbered } from '../support/cache/numbered-vendor.ts';
import { within } from '../support/clients.ts';
import { seeded } from '../support/seeded.ts';

const PIECES = 10;
const SIZE = 40;

let lab: CacheLab;
beforeAll(async () => {
  lab = await startCacheLab({ controlPlane: { flightFront: true } });
});
afterAll(() => lab.stop());

const join = (text: string, stream: boolean) =>
  new CrowdClient({ url: lab.gateway.url, key: lab.gateway.key, model: 'shared', text, stream });

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])('seed %i', (seed) => {
  it('at most one further call for each death, nobody hangs, no answer is mixed', async () => {
    const random = seeded(seed);
    const text = freshLabel();
    const clients: CrowdClient[] = [];
    let deaths = 0;
    const kill = (client: CrowdClient | undefined) => {
      if (client === undefined || client.hasLeft) return;
      client.leave();
      deaths += 1;
    };
    /** Before which piece of a call whom it befalls; the first to come leads. */
    const fates = [random.between(0, PIECES), random.between(0, PIECES)];
    lab.vendor.on(
      text,
      numbered({
        pieces: PIECES,
        between: async (piece) => {
          await pause(random.between(0, 30));
          if (piece === fates[0]) kill(clients[0]);
          if (piece === fates[1])
            for (let count = random.between(1, 6); count > 0; count -= 1)
              kill(random.pick(clients.slice(0, -1)));
        },
      }),
    );
    clients.push(join(text, random.chance(0.5)));
    if (random.chance(0.5)) await lab.vendor.call(text); // else they race for the lead
    for (let index = 1; index < SIZE; index += 1) {
      clients.push(join(text, random.chance(0.5)));
      if (random.chance(0.2)) await pause(random.between(0, 10));
      if (random.chance(0.05)) kill(random.pick(clients));
    }
    const ends = await within(40_000, 'all have an end', Promise.all(clients.map(({ ended }) => ended)));
    const survivors = clients.flatMap((client, index) => {
      const end = ends[index];
      return client.hasLeft || end === undefined ? [] : [{ client, end }];
    });
    const calls = survivors.map(({ client, end }) => wholeCallOf(saidIn(client, end), PIECES));
    const made = lab.vendor.calls(text);
    expect(made.length).toBeLessThanOrEqual(1 + deaths);
    const known = new Set(made.map(({ number }) => number));
    expect(calls.filter((number) => !known.has(number))).toEqual([]);
    expect(survivors.length).toBe(SIZE - deaths);
    expect(Object.keys(countBy(ends, ({ cache }) => String(cache)))).not.toContain('bypass');
  });
});

describe('everybody leaves', () => {
  it('and the call is ended, and nothing kept; who comes then gets an answer of its own', async () => {
    const text = freshLabel();
    const { promise: never } = Promise.withResolvers<void>();
    lab.vendor.on(text, numbered({ between: (piece) => (piece === 2 ? never : undefined) }));
    const clients = [true, false, true].map((stream) => join(text, stream));
    const call = await lab.vendor.call(text);
    for (const client of clients) client.leave();
    await within(20_000, 'the upstream call is ended', call.closed);
    lab.vendor.on(text, numbered());
    expect(cacheOf(await lab.ask({ text, model: 'shared' }))).toBe('miss');
    await Promise.all(clients.map(({ ended }) => ended));
  });

  it('but the last: it gets the whole answer of the first call', async () => {
    const text = freshLabel();
    const { promise, resolve } = Promise.withResolvers<void>();
    lab.vendor.on(
      text,
      numbered({ pieces: PIECES, between: (piece) => (piece === 2 ? promise : undefined) }),
    );
    const leader = join(text, true);
    await lab.vendor.call(text);
    const { calls } = lab.gateway.flights;
    const [second, last] = [join(text, true), join(text, false)];
    await expect.poll(() => lab.gateway.flights.calls).toBe(calls + 2); // they have come
    leader.leave();
    second.leave();
    await Promise.all([leader.ended, second.ended]);
    resolve();
    expect(wholeCallOf(saidIn(last, await last.ended), PIECES)).toBe(lab.vendor.calls(text)[0]?.number);
    expect(lab.vendor.calls(text)).toHaveLength(1);
  });
});
