/**
 * Minted keys as one isolate knows them. The steady state is two look-ups in maps: no hash, no KV, no Registry. What it
 * does not know it asks KV for, and what KV does not know the Registry; what the Registry told lately beats any copy.
 */
import { GatewayUnavailable } from '../errors.ts';
import { IsolateCache } from '../isolate-cache.ts';
import { sha256Hex } from '../sha256.ts';
import { withTimeout } from '../with-timeout.ts';
import { AskingRate } from './asking-rate.ts';
import { type KeyCopy, keyCopyName, keyCopyNameById, parseKeyCopy } from './edge-copies.ts';
import { readMintedKey } from './minted-key.ts';
import { type Principal, toIpRanges } from './principal.ts';
import { type Pulse, RECENT_MS, type RegistryEdge } from './registry-edge.ts';

/** Where keys are looked for; `null`: not bound. */
export interface KeySources {
  readonly copies: Pick<KVNamespace, 'get'> | null;
  readonly registry: Pick<RegistryEdge, 'findKey' | 'findKeyById'> | null;
}

interface KnownKey {
  readonly copy: KeyCopy;
  readonly principal: Principal;
}

const COPY_TIMEOUT_MS = 1000;
const REGISTRY_TIMEOUT_MS = 2000;
/** Times a second that this isolate asks the Registry for a key that KV has never seen, in the long run and at once. */
const ASKING = { perSecond: 20, burst: 100 };
const MAX_RECENT = 10_000;
/** What a minted key's id begins with. */
const ID_PREFIX = 'key_';

export class KeyRing {
  readonly #sources: KeySources;
  readonly #now: () => number;
  /** Raw token → the key's id and the hash that it is known by. */
  readonly #tokens: IsolateCache<{ readonly id: string; readonly sha256: string }>;
  readonly #keys: IsolateCache<KnownKey>;
  /** SHA-256 → id, of keys that a pulse told of before anybody used them. */
  readonly #told: IsolateCache<string>;
  /** What a pulse told: copies in KV may be older for a while, and lose against these. */
  readonly #recent: IsolateCache<KnownKey>;
  /** Raw tokens that nobody knows, and KV names of ids that nobody has. */
  readonly #refused: IsolateCache<true>;
  readonly #asking: AskingRate;
  /** Until then KV is not believed: more changed than was told, or than is remembered. */
  #distrustsCopiesUntil = 0;
  /** How often a pulse left out what changed: what was asked before that may be out of date. */
  #overflows = 0;
  /** How many changes were told since when. */
  #changes = { since: 0, count: 0 };

  constructor(sources: KeySources, now: () => number) {
    this.#sources = sources;
    this.#now = now;
    this.#tokens = new IsolateCache({ maxEntries: 10_000, ttlMs: 60_000, now });
    this.#keys = new IsolateCache({ maxEntries: 10_000, ttlMs: 60_000, now });
    this.#told = new IsolateCache({ maxEntries: 10_000, ttlMs: 60_000, now });
    this.#recent = new IsolateCache({ maxEntries: MAX_RECENT, ttlMs: 2 * RECENT_MS, now });
    this.#refused = new IsolateCache({ maxEntries: 10_000, ttlMs: 5000, now });
    this.#asking = new AskingRate(ASKING, now);
  }

  /** Takes in what the Registry told. */
  hear({ keys, isOverflown, hasStaleCopies }: Pick<Pulse, 'keys' | 'isOverflown' | 'hasStaleCopies'>): void {
    if (isOverflown) {
      this.#overflows += 1;
      this.#keys.clear();
    }
    // Of a key that never changed there is no older copy.
    const changed = keys.filter(({ version }) => version > 1);
    // What is told again and again, because KV does not take it, is remembered already.
    const news = changed.filter(({ id, version }) => this.#recent.get(id)?.copy.version !== version);
    if (isOverflown || hasStaleCopies || this.#isMoreThanRemembered(news.length))
      this.#distrustsCopiesUntil = this.#now() + RECENT_MS;
    for (const copy of keys) {
      this.#keys.set(copy.id, this.#newest(copy));
      for (const { sha256 } of copy.secrets) this.#told.set(sha256, copy.id);
    }
    for (const copy of changed) this.#recent.set(copy.id, this.#newest(copy));
  }

  /** What is known of a token without asking anybody; `refused`: it is nobody's, or no longer good. */
  recall(token: string): Principal | 'refused' | undefined {
    const named = this.#tokens.get(token);
    const known = named === undefined ? undefined : this.#keys.get(named.id);
    if (named !== undefined && known !== undefined) return this.#judge(known, named.sha256) ?? 'refused';
    return this.#refused.get(token) === true ? 'refused' : undefined;
  }

  /**
   * The principal of a minted key; `undefined` if there is no such key, or it is not to be used. Throws
   * `GatewayUnavailable` where only the Registry could tell, and it cannot be reached.
   */
  async find(token: string): Promise<Principal | undefined> {
    const recalled = this.recall(token);
    if (recalled !== undefined) return recalled === 'refused' ? undefined : recalled;
    if (readMintedKey(token) !== 'minted') return undefined;
    const sha256 = await sha256Hex(token);
    const known =
      this.#keys.get(this.#told.get(sha256) ?? '') ??
      (await this.#load(keyCopyName(sha256), (registry) => registry.findKey(sha256)));
    if (known === undefined || !known.copy.secrets.some((secret) => secret.sha256 === sha256)) {
      this.#refused.set(token, true);
      return undefined;
    }
    this.#tokens.set(token, { id: known.copy.id, sha256 });
    return this.#judge(known, sha256);
  }

  /** The key that a token was minted from, on the same terms. */
  async findById(id: string): Promise<Principal | undefined> {
    const name = keyCopyNameById(id);
    // Of a document's key that is gone there is nothing to be learnt here.
    if (!id.startsWith(ID_PREFIX) || this.#refused.get(name) === true) return undefined;
    const known = this.#keys.get(id) ?? (await this.#load(name, (registry) => registry.findKeyById(id)));
    if (known === undefined) this.#refused.set(name, true);
    return known?.copy.status === 'active' ? known.principal : undefined;
  }

  /** Counts changes: of too many the oldest would be forgotten here while KV may still be behind. */
  #isMoreThanRemembered(count: number): boolean {
    const now = this.#now();
    const isOver = now - this.#changes.since >= RECENT_MS;
    this.#changes = isOver ? { since: now, count } : { ...this.#changes, count: this.#changes.count + count };
    // Memory has to hold two such stretches of time.
    return this.#changes.count > MAX_RECENT / 2;
  }

  /** Pulses, KV and the Registry's answers overtake each other: whatever is older than what is known does not count. */
  #newest(copy: KeyCopy): KnownKey {
    const known = this.#keys.get(copy.id) ?? this.#recent.get(copy.id);
    return known !== undefined && known.copy.version >= copy.version
      ? known
      : { copy, principal: toPrincipal(copy) };
  }

  #judge({ copy, principal }: KnownKey, sha256: string): Principal | undefined {
    const secret = copy.secrets.find((one) => one.sha256 === sha256);
    const isGood =
      secret !== undefined &&
      (secret.expiresAt === null || this.#now() < secret.expiresAt) &&
      copy.status === 'active';
    return isGood ? principal : undefined;
  }

  async #load(name: string, ask: Ask): Promise<KnownKey | undefined> {
    const overflows = this.#overflows;
    const stored = await this.#readCopy(name);
    const isTrusted = this.#now() >= this.#distrustsCopiesUntil;
    const copy = stored !== null && isTrusted ? stored : await this.#askRegistry(ask, stored !== null);
    if (copy === null) return undefined;
    const known = this.#newest(copy);
    // Else something changed meanwhile that was not told: it is an answer for this request, and for no later one.
    if (overflows === this.#overflows) this.#keys.set(copy.id, known);
    return known;
  }

  /** `null`: KV has none, or none that can be read, or KV does not answer. */
  async #readCopy(name: string): Promise<KeyCopy | null> {
    const { copies } = this.#sources;
    if (copies === null) return null;
    try {
      const copy = parseKeyCopy(await withTimeout(copies.get(name), COPY_TIMEOUT_MS));
      return copy !== null && isFiledUnder(copy, name) ? copy : null;
    } catch {
      return null;
    }
  }

  /** `isReal`: KV knows the key, so it is not made up, and asking for it costs nothing of what such keys may cost. */
  async #askRegistry(ask: Ask, isReal: boolean): Promise<KeyCopy | null> {
    const { registry } = this.#sources;
    if (registry === null) return null;
    if (!isReal && !this.#asking.take())
      throw new GatewayUnavailable('Too many unknown keys are being looked up.');
    try {
      return await withTimeout(ask(registry), REGISTRY_TIMEOUT_MS);
    } catch {
      throw new GatewayUnavailable('The API key cannot be checked right now.');
    }
  }
}

type Ask = (registry: Pick<RegistryEdge, 'findKey' | 'findKeyById'>) => Promise<KeyCopy | null>;

/** A good copy in the wrong place is somebody else's. */
const isFiledUnder = ({ id, secrets }: KeyCopy, name: string): boolean =>
  name === keyCopyNameById(id) || secrets.some(({ sha256 }) => name === keyCopyName(sha256));

function toPrincipal(copy: KeyCopy): Principal {
  return {
    keyName: copy.name,
    keyId: copy.id,
    token: null,
    project: copy.project,
    organization: copy.organization,
    endUser: null,
    models: copy.models,
    deniedModels: copy.deniedModels,
    routes: copy.routes,
    ipRanges: toIpRanges(copy.ipRanges),
    expiresAt: copy.expiresAt,
    limits: copy.limits,
    waitingRoom: copy.waitingRoom ?? null,
    ledgerId: copy.id,
    isMetered: copy.isMetered,
    logsContent: copy.logContent,
    within: null,
  };
}
