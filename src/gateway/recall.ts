/** Stage 5: is there an answer already, or does somebody else wait for the same? */
import type { CacheEntry } from '../cache/entry.ts';
import { type ScopeKind, tenantScope } from '../cache/tenant-scope.ts';
import type { CanonicalRequest, JsonObject } from '../dialects/canonical.ts';
import { forAnswer } from '../dialects/count-characters.ts';
import { InvalidRequest, NotInCache } from '../errors.ts';
import { mayReach } from '../keys/principal.ts';
import type { AnswerBody } from './answer.ts';
import {
  type KeyedBatch,
  lookForInputs,
  nothingKnownOf,
  type PartlyKnown,
} from './cache/embeddings-lookup.ts';
import type { KeyPlace } from './cache/key-parts.ts';
import { keyRequest } from './cache/keyed.ts';
import type { Found, Lookup } from './cache/lookup.ts';
import { type CachePolicy, cachePolicyOf } from './cache/policy.ts';
import { replay, storedFormOf } from './cache/replay.ts';
import type { CacheWishes } from './cache/wishes.ts';
import { crossingTo } from './crossing.ts';
import { type Exchange, type Plan, targetName } from './exchange.ts';
import type { Asking } from './start-run.ts';
import type { Translation } from './translation.ts';

/** As sent in `x-edgeway-cache` and logged as `cache`. */
export type CacheStatus = 'hit' | 'miss' | 'bypass' | 'coalesced' | 'semantic';

export type Recalled =
  /** Nothing is looked up, and nothing kept. */
  | { readonly kind: 'bypass' }
  /** `isStale`: it is to be fetched anew behind the client's back. */
  | { readonly kind: 'found'; readonly found: Found; readonly lookup: Lookup; readonly isStale: boolean }
  /** `stale` stands in where the providers fail; `known`: of a batch of embeddings. */
  | {
      readonly kind: 'miss';
      readonly lookup: Lookup;
      readonly stale: Found | null;
      readonly known: PartlyKnown | null;
    };

/** Throws `NotInCache`, where the client wants nothing else. */
export async function recall(asking: Asking, wishes: CacheWishes): Promise<Recalled> {
  const lookup = lookupOf(asking, wishes);
  if (lookup === null) {
    if (wishes.onlyIfCached) throw new NotInCache();
    return { kind: 'bypass' };
  }
  const { exchange } = asking;
  exchange.settlement.told = { 'x-edgeway-cache-key': lookup.key.hash };
  exchange.settlement.generation = lookup.generation;
  const now = exchange.context.now();
  const found = isLookedUp(asking, wishes, lookup) ? await find(lookup) : null;
  if (found !== null && !runsForMany(exchange)) {
    const { freshUntil } = found.entry.head;
    const { staleWhileRevalidateMs } = lookup.policy;
    if (now < freshUntil) return { kind: 'found', found, lookup, isStale: false };
    if (now < freshUntil + staleWhileRevalidateMs) return { kind: 'found', found, lookup, isStale: true };
  }
  const known = await knownOf(asking, wishes, lookup);
  if (known?.found) return { kind: 'found', found: known.found, lookup, isStale: false };
  if (wishes.onlyIfCached) throw new NotInCache();
  const standsIn = found !== null && now < found.entry.head.freshUntil + lookup.policy.staleIfErrorMs;
  return { kind: 'miss', lookup, stale: standsIn ? found : null, known };
}

/** Of a batch of embeddings: which inputs are known. */
async function knownOf({ plan, exchange }: Asking, { noCache }: CacheWishes, lookup: Lookup) {
  const { batch } = lookup;
  if (batch === null) return null;
  return noCache ? nothingKnownOf(batch) : lookForInputs(batch, lookup, plan, exchange.context.now());
}

/** Whoever asked for this run has looked already, and found nothing that is fresh. */
const runsForMany = ({ flight }: Exchange): boolean => flight?.kind === 'cache';

const isLookedUp = ({ exchange }: Asking, { noCache }: CacheWishes, { policy }: Lookup): boolean =>
  !noCache && (!runsForMany(exchange) || policy.staleIfErrorMs > 0);

async function find({ desk, key, place, isGood, replay }: Lookup): Promise<Found | null> {
  const entry = await desk.read(key, place, isGood);
  if (entry === null) return null;
  const body = replay(entry);
  return body === null ? null : { entry, body };
}

/** `null`: the cache has nothing to do with this request. */
export function lookupOf(asking: Asking, wishes: CacheWishes): Lookup | null {
  const { exchange, request, plan, principal, translation } = asking;
  const { services, route, context, headers } = exchange;
  const policy = policyOf(asking, wishes);
  if (policy === null) return null;
  if (request.wantsStream && storedFormOf(route) === null) return null;
  const { mode, namespace } = policy;
  const model = nameOf(plan);
  const placeOf = (body: JsonObject | null): KeyPlace => {
    const isKept = mayBeStored(plan, exchange);
    const kind = scopeFor(policy, isKept && body?.store !== false);
    return {
      scope: tenantScope({ ...principal, keyId: principal.ledgerId }, kind),
      namespace,
      policy: policyFor(services.policyVersions.of(request.model), plan),
      mayBeStored: isKept,
    };
  };
  const keyed = keyRequest({ route, request, headers, mode, model, placeOf }, services.cacheDesk.keys);
  if (keyed === null) return null;
  const { key, batch, body } = keyed;
  const maxAgeMs = wishes.maxAgeSeconds === null ? null : wishes.maxAgeSeconds * 1000;
  const { project, organization } = principal;
  const canonical = once(() => (route.operation === 'chat' ? canonicalOf(translation) : null));
  const { wantsStream, wantsUsage } = request;
  const subjects = { project, organization, model, namespace, tags: policy.tags };
  const isPaced = policy.replay === 'original';
  const reader = { route, wantsStream, wantsUsage, canonical, isPaced, body };
  return {
    key,
    policy,
    desk: services.cacheDesk,
    place: {
      store: policy.store,
      get origin() {
        return new URL(exchange.url).origin; // of no use where the answer lies in memory
      },
      lookupMs: policy.lookupMs,
      waitUntil: context.waitUntil,
    },
    subjects,
    choices: request.choices,
    generation: services.invalidations().generation,
    maxAgeMs,
    isGood: (head) => {
      const now = context.now();
      return (
        now < head.keptUntil &&
        (maxAgeMs === null || now - head.storedAt <= maxAgeMs) &&
        mayReach(principal, `${head.provider}/${head.model}`) &&
        services.invalidations().isGood(head, key.hash, principal) // as they are known then
      );
    },
    mayJoin: ({ provider, model, generation }) => {
      const run = { provider, model, generation, about: subjects };
      return services.invalidations().isGood(run, key.hash, principal);
    },
    replay: (entry) => orNull(() => (batch === null ? replay(entry, reader) : recalled(batch, entry))),
    batch,
    canonical,
    isShared: policy.coalesce && !wishes.noCache && !runsForMany(exchange),
  };
}

function recalled({ batch }: KeyedBatch, entry: CacheEntry): AnswerBody | null {
  const told = batch.recall(entry);
  return told && { kind: 'whole', bytes: told.body, usage: null };
}

/** A response that a provider keeps can be gone on from by its project only. */
const scopeFor = ({ scope }: CachePolicy, isStored: boolean): ScopeKind =>
  isStored && scope === 'organization' ? 'project' : scope;

/** Who may answer may depend on who asks: on tags, headers, places. */
const policyFor = (version: string, { reach }: Plan): string =>
  reach === null ? version : `${version} ${reach}`;

/** Some target is asked in the very form, and keeps what it answers. */
const mayBeStored = ({ targets }: Plan, { route }: Exchange): boolean =>
  route.dialect === 'openai-responses' &&
  targets.some(({ provider }) => crossingTo(route, provider)?.kind === 'straight');

/** Whoever may use one of two providers of a bare name is not told what the other said. */
const nameOf = ({ alias, targets }: Plan): string =>
  alias ?? targetName(targets[0] as Plan['targets'][number]); // a plan has at least one target

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** By the configuration and the client's wishes, before the body is read; `null`: nothing is cached. */
export function policyOf(
  { exchange: { services }, plan, principal }: Pick<Asking, 'exchange' | 'plan' | 'principal'>,
  wishes: CacheWishes,
): CachePolicy | null {
  if (wishes.noStore || !plan.isMetered) return null;
  const { document } = services.snapshot;
  return cachePolicyOf({
    top: document.cache,
    project: document.projects?.[principal.project]?.cache,
    alias: plan.alias === null ? undefined : document.models[plan.alias]?.cache,
    wishes,
  });
}

/** What was written here can be read here; a codec that stumbles over an entry makes a miss of it. */
function orNull(read: () => AnswerBody | null): AnswerBody | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** `null` where the door's codec cannot read the request: it can be told an answer of its own form only. */
function canonicalOf(translation: Translation): CanonicalRequest | null {
  try {
    return forAnswer(translation.canonical);
  } catch (error) {
    if (error instanceof InvalidRequest) return null;
    throw error;
  }
}
