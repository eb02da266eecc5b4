/**
 * Many clients of several tenants ask the same few questions through all doors, while providers, stores and Flights fail
 * at random and clients leave: whatever happens, nobody gets half of an answer for a whole one, a mixed one, an answer
 * of another tenant, or one to another question, and nobody hangs.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CacheLab, fresh, freshLabel, kept, startCacheLab } from '../support/cache/lab.ts';
import {
  brokenAt,
  type NumberedHandler,
  numbered,
  numbersIn,
  piecesOf,
} from '../support/cache/numbered-vendor.ts';
import { within } from '../support/clients.ts';
import { textIn } from '../support/doors/calls.ts';
import type { DoorId } from '../support/doors/told-error.ts';
import type { FlightMode } from '../support/flight-front.ts';
import type { KvFault } from '../support/kv-store.ts';
import type { NearFault } from '../support/near-cache.ts';
import { type Seeded, seeded } from '../support/seeded.ts';

const PIECES = 6;
const QUESTIONS = 6;
const TENANTS = 3;
const REQUESTS = 300;
const DOORS: readonly DoorId[] = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'];

let lab: CacheLab;
beforeAll(async () => {
  lab = await startCacheLab({
    config: {
      cache: { lookup_ms: 100 },
      models: {
        brief: kept({
          mode: 'always',
          ttl_seconds: 1,
          stale_while_revalidate_seconds: 1,
          stale_if_error_seconds: 5,
        }),
        second: kept({ mode: 'always', write: 'second-hit', coalesce: true }),
      },
    },
    cache: { near: true },
    controlPlane: { flightFront: true, secondIsolate: true },
  });
});
afterAll(() => lab.stop());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What the vendor makes of a call. */
function fate(random: Seeded): NumberedHandler {
  const dice = random.next();
  const between = () => pause(random.between(0, 15));
  if (dice < 0.08)
    return () => (_, response) => void response.writeHead(500).end('{"error":{"message":"no"}}');
  if (dice < 0.16) return brokenAtRandom(random);
  if (dice < 0.24) return numbered({ pieces: PIECES, edit: (text) => text.replace('"stop"', '"length"') });
  return numbered({ pieces: PIECES, between });
}

const brokenAtRandom =
  (random: Seeded): NumberedHandler =>
  (number) =>
  (call, response, request) => {
    const cut = () => void response.socket?.resetAndDestroy();
    if (call.body.includes('"stream":true'))
      return brokenAt(random.between(0, 4), cut)(number)(call, response, request);
    cut();
  };

const KV: readonly KvFault[] = ['none', 'none', 'hang', 'throw', 'reset', 'garbage', 'refuse-writes'];
const NEAR: readonly NearFault[] = ['none', 'none', 'forgetful', 'broken', 'hang', 'reset', 'garbage'];
const FLIGHTS: readonly FlightMode[] = ['up', 'up', 'up', 'down', 'overloaded', 'garbage', 'break-off'];

function shake(random: Seeded): void {
  const { cache, flights } = lab.gateway;
  cache.kv.fail(random.pick(KV));
  for (const near of [cache.near, cache.nearElsewhere]) near.fail(random.pick(NEAR));
  flights.set(random.pick(FLIGHTS), random.between(1, 5));
}

interface Seen {
  readonly tenant: number;
  readonly label: string;
  readonly door: DoorId;
  readonly stream: boolean;
  readonly status: number;
  readonly cache: string | null;
  readonly body: string;
}

/** One request; `null` for a client that left. */
async function ask(random: Seeded, keys: readonly string[], labels: readonly string[]): Promise<Seen | null> {
  const [tenant, label] = [random.between(0, TENANTS - 1), random.pick(labels)];
  const [door, stream] = [random.pick(DOORS), random.chance(0.5)];
  const headers = random.chance(0.1)
    ? { 'cache-control': random.pick(['no-cache', 'max-age=1', 'no-store']) }
    : {};
  const leaving = new AbortController();
  if (random.chance(0.1)) setTimeout(() => leaving.abort(), random.between(0, 80));
  try {
    const answer = await lab.ask({
      door,
      stream,
      headers,
      text: label,
      model: random.pick(['always', 'shared', 'shared', 'brief', 'second']),
      key: keys[tenant] ?? '',
      url: random.chance(0.3) ? lab.gateway.elsewhere : lab.gateway.url,
      signal: leaving.signal,
    });
    const { status, text: body } = answer;
    return { tenant, label, door, stream, status, body, cache: answer.headers.get('x-edgeway-cache') };
  } catch (error) {
    if (leaving.signal.aborted) return null;
    throw error;
  }
}

/** A text that claims to be whole. */
const claimsToBeWhole = ({ door, stream, body }: Seen): boolean =>
  !stream ||
  {
    'openai-chat': /\[DONE\]/,
    'openai-responses': /response\.(completed|incomplete)/,
    'anthropic-messages': /message_stop/,
    gemini: /"finishReason"/,
  }[door].test(body);

describe.each([11, 12])('seed %i', (seed) => {
  it('every answer is one whole answer to its own question, of its own tenant, or says that it failed', {
    timeout: 120_000,
  }, async () => {
    const random = seeded(seed);
    const labels = random.list(QUESTIONS, freshLabel);
    for (const label of labels) lab.vendor.on(label, (number) => fate(random)(number));
    const keys = await Promise.all(random.list(TENANTS, () => lab.mint({ project: fresh('tenant') })));
    const asking: Promise<Seen | null>[] = [];
    for (let index = 0; index < REQUESTS; index += 1) {
      if (index % 25 === 0) shake(random);
      asking.push(ask(random, keys, labels));
      if (random.chance(0.3)) await pause(random.between(0, 40));
    }
    const seen = (await within(90_000, 'all are answered', Promise.all(asking))).filter(
      (one) => one !== null,
    );
    const owners = new Map<number, string>();
    let whole = 0;
    for (const one of seen) {
      const { label, tenant, door, status, body, stream } = one;
      if (status !== 200) {
        expect([500, 502, 503, 504]).toContain(status);
        continue;
      }
      const said = textIn(door, body);
      const [number, ...others] = numbersIn(said);
      expect({ others, body: others.length > 0 ? body : '' }).toEqual({ others: [], body: '' });
      if (!claimsToBeWhole(one)) {
        expect(body).toMatch(/"?error"?/);
        continue;
      }
      expect({ door, stream, said }).toMatchObject({ said: piecesOf(number ?? 0, PIECES).join('') });
      whole += 1;
      const owner = owners.get(number ?? 0) ?? `${tenant}`;
      expect([number, owner]).toEqual([number, `${tenant}`]);
      owners.set(number ?? 0, owner);
      expect(lab.vendor.calls(label).map((call) => call.number)).toContain(number);
      if (one.cache === 'hit')
        expect(body).not.toMatch(
          /"(finish_reason|stop_reason|finishReason)":"(length|max_tokens|MAX_TOKENS)"/,
        );
    }
    expect(whole).toBeGreaterThan(REQUESTS / 3);
    expect(owners.size).toBeLessThan(whole); // something was shared
  });
});
