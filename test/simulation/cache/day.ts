/** One day of three tenants in two places, each with three isolates, of the real gateway. */
import { seeded } from '../../support/seeded.ts';
import { SimulatedIsolate, type World } from './gateway.ts';
import { type KvCounts, KvModel } from './kv-model.ts';
import { NearModel } from './near-model.ts';
import { answer } from './provider.ts';
import { type Call, Referee, type Score, TARGETS } from './referee.ts';
import { type Asked, askedInADay, PLACES, TENANTS, type TenantName, TTL_SECONDS } from './tenants.ts';

export type Write = 'always' | 'second-hit';

export interface DayOptions {
  readonly seed: number;
  readonly write: Write;
}

export interface TenantDay extends Score {
  readonly tenant: TenantName;
  readonly kv: KvCounts;
  /** Requests all of which was known. */
  readonly hits: number;
  /** Of those, found in the memory of an isolate, and near by; the others were found in KV. */
  readonly inMemory: number;
  readonly nearBy: number;
}

const STARTS_AT = Date.UTC(2026, 10, 21);
const ISOLATES = 3;
/** How long an isolate lives, on average. */
const LIFE_MS = 6 * 3_600_000;

interface Place {
  readonly stores: { readonly kv: ReturnType<KvModel['at']>; readonly near: NearModel };
  readonly isolates: { isolate: SimulatedIsolate; endsAt: number }[];
}

/** Rejects where a tenant reads what is another's, or anything else is not as it should be. */
export async function simulateDay({ seed, write }: DayOptions): Promise<readonly TenantDay[]> {
  const random = seeded(seed * 7919);
  let clock = STARTS_AT;
  const now = () => clock;
  const tallies = new Map(TENANTS.map((tenant) => [tenant, newTally()]));
  let current: { asked: Asked; calls: Call[] } | null = null;
  const tallyNow = () => tallies.get(current?.asked.tenant ?? 'helpdesk') ?? newTally();
  const kv = new KvModel(now, random, () => tallyNow().kv);
  const world: World = {
    document: documentFor(write),
    keys: Object.fromEntries(TENANTS.map((tenant) => [tenant, `simulated-key-of-${tenant}-0123456789`])),
    now,
    random: random.next,
    provider: (url, text) => {
      if (current === null) throw new Error(`nobody asked, and ${url} was called`);
      const body = JSON.parse(text);
      current.calls.push({ url, body });
      return answer(url, body, current.asked.tenant);
    },
  };
  const places = Array.from(
    { length: PLACES },
    (_, place): Place => ({
      stores: { kv: kv.at(place), near: new NearModel(now) },
      isolates: [],
    }),
  );
  const lifeMs = () => -Math.log(1 - random.next()) * LIFE_MS;
  const isolateAt = ({ stores, isolates }: Place): SimulatedIsolate => {
    const index = random.between(0, ISOLATES - 1);
    const known = isolates[index];
    if (known !== undefined && known.endsAt > clock) return known.isolate;
    const isolate = new SimulatedIsolate(world, stores);
    isolates[index] = { isolate, endsAt: clock + lifeMs() };
    return isolate;
  };
  const referee = new Referee(now);
  for (const asked of askedInADay(seed)) {
    clock = STARTS_AT + asked.at;
    current = { asked, calls: [] };
    const place = places[asked.place] as Place; // as many as there are
    const tally = tallyNow();
    const before = { near: place.stores.near.found, kv: tally.kv.found };
    const told = await isolateAt(place).ask(asked.tenant, asked.path, asked.body);
    referee.judge(asked, told, current.calls);
    if (current.calls.length > 0) continue;
    tally.hits += 1;
    if (place.stores.near.found > before.near) tally.nearBy += 1;
    else if (tally.kv.found === before.kv) tally.inMemory += 1;
  }
  return TENANTS.map((tenant) => {
    const score = referee.scores.get(tenant);
    const tally = tallies.get(tenant);
    if (score === undefined || tally === undefined) throw new Error(`${tenant} asked nothing`);
    const day = { tenant, ...score, ...tally };
    checkPlausible(day, write);
    return day;
  });
}

const newTally = () => ({
  kv: { reads: 0, found: 0, writes: 0, refused: 0 },
  hits: 0,
  inMemory: 0,
  nearBy: 0,
});

const documentFor = (write: Write) => ({
  providers: {
    openai: { api_keys: ['sk-simulated-openai'] },
    anthropic: { api_keys: ['sk-simulated-anthropic'] },
  },
  models: Object.fromEntries(
    Object.entries(TARGETS).map(([alias, target]) => [alias, { targets: [target] }]),
  ),
  projects: Object.fromEntries(
    TENANTS.map((tenant) => [tenant, { cache: { ttl_seconds: TTL_SECONDS[tenant], write } }]),
  ),
});

/**
 * Of what a cache without faults would know: at least this much is known. Entries end a little before their time, and what
 * others wrote is seen a moment later. A batch is proven as a whole: of batches that only overlap, a second hit proves none.
 */
const LEAST_OF_IDEAL: Readonly<Record<Write, Readonly<Record<TenantName, number>>>> = {
  always: { helpdesk: 0.9, catalogue: 0.95, research: 0.9 },
  'second-hit': { helpdesk: 0.5, catalogue: 0.05, research: 0.4 },
};
/** Where entries ended earlier they were asked for anew, and know what the ideal has forgotten by then. */
const MOST_OF_IDEAL = 1.02;

function checkPlausible({ tenant, known, ideal, cacheable, kv }: TenantDay, write: Write): void {
  const part = known / ideal;
  if (part < LEAST_OF_IDEAL[write][tenant] || part > MOST_OF_IDEAL)
    throw new Error(`${tenant}: ${known} were known, where ${ideal} could have been`);
  if (ideal / cacheable < 0.2 || ideal / cacheable > 0.95)
    throw new Error(`${tenant}: ${ideal} of ${cacheable} repeat, from which nothing is learnt`);
  const mostWrites = write === 'always' ? cacheable - known + kv.refused : cacheable / 2;
  if (kv.writes > 1.2 * mostWrites)
    throw new Error(`${tenant}: ${kv.writes} writes for ${cacheable - known} answers`);
}
