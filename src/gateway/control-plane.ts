/**
 * What one isolate knows of the control plane, and how fresh that is. It asks the Registry for a pulse: in the
 * background while requests come, awaited when it has not heard for `BOUND_MS`. So whatever was acknowledged `BOUND_MS`
 * ago counts here, revocations first of all, however old the copies in KV are.
 *
 * While the Registry cannot be reached, requests go on with what is in memory, and a fresh isolate with what is in KV.
 */
import { GatewayUnavailable } from '../errors.ts';
import { type Copies, type CopyName, copyName, parseCopy } from '../keys/edge-copies.ts';
import { ALL_FORGOTTEN, NOTHING_FORGOTTEN } from '../keys/invalidations-copy.ts';
import { KeyRing, type KeySources } from '../keys/key-ring.ts';
import type { Pulse, PulseCursor, RegistryEdge } from '../keys/registry-edge.ts';
import { withTimeout } from '../with-timeout.ts';

/** Younger knowledge needs no asking. */
export const FRESH_MS = 2000;
/** Nothing older is acted upon while the Registry answers. */
export const BOUND_MS = 4500;
/** How long a request waits for a pulse. */
const PULSE_TIMEOUT_MS = 2000;
/** After a pulse that failed, the next is tried in the background after this. */
const RETRY_MS = 1000;
const COPY_TIMEOUT_MS = 1000;

export interface ControlPlaneBindings {
  /** `null`: no Registry is bound, and the document is all there is. */
  readonly registry: RegistryEdge | null;
  readonly copies: KeySources['copies'];
}

/** Where nothing was ever written. */
const EMPTY: Copies = {
  tenants: {
    version: 0,
    closedProjects: [],
    closedOrganizations: [],
    issuers: {},
    projectLimits: {},
    organizationLimits: {},
    organizations: {},
  },
  config: { version: 0, number: 0, text: null },
  secrets: { version: 0, sealed: {} },
  cache: NOTHING_FORGOTTEN,
};

/** Nobody is kept waiting for what is only saved: without this copy, every cached answer counts as forgotten. */
const forgetAll = () => ALL_FORGOTTEN;

export class ControlPlane {
  readonly keys: KeyRing;
  readonly #bindings: ControlPlaneBindings;
  readonly #now: () => number;
  #copies: Copies | null;
  #pulse: Pick<Pulse, 'cursor' | 'hasKeys' | 'signingKeys'> | null = null;
  /** When the last pulse that came was asked for. */
  #confirmedAt = Number.NEGATIVE_INFINITY;
  #askedAt = Number.NEGATIVE_INFINITY;
  /** When the last pulse failed; a later one that came makes that forgotten. */
  #failedAt = Number.NEGATIVE_INFINITY;
  /** Pulses are numbered as they are asked for: the last that was, the last that ended, the last that came. */
  #turns = { asked: 0, ended: 0, heard: 0 };
  /** A pulse that was asked for before the last of them does not know of it. */
  #expiries = 0;

  constructor(bindings: ControlPlaneBindings, now: () => number) {
    this.#bindings = bindings;
    this.#now = now;
    this.#copies = bindings.registry === null ? EMPTY : null;
    this.keys = new KeyRing(bindings, now);
  }

  /**
   * Comes back at once while what is known is fresh enough, else when it is confirmed, or when it cannot be. Never
   * rejects.
   */
  confirm(waitUntil: (work: Promise<unknown>) => void): undefined | Promise<void> {
    const { registry } = this.#bindings;
    if (registry === null) return undefined;
    const now = this.#now();
    const age = now - this.#confirmedAt;
    const sinceFailure = now - this.#failedAt;
    if (age < FRESH_MS || sinceFailure < RETRY_MS) return undefined;
    // A failure excuses nobody for long: by now the Registry may be back, and have more to tell than is known here.
    const mustWait = this.#copies === null || (age >= BOUND_MS && sinceFailure >= BOUND_MS);
    if (mustWait) return this.#refresh(registry);
    // One at a time; a pulse whose request was cut off says nothing any more.
    const isAsking = this.#turns.ended < this.#turns.asked && now - this.#askedAt < PULSE_TIMEOUT_MS;
    if (!isAsking) waitUntil(this.#refresh(registry));
    return undefined;
  }

  /** The next request asks, whatever is known: something was written here. */
  expire(): void {
    this.#expiries += 1;
    this.#confirmedAt = Number.NEGATIVE_INFINITY;
    this.#failedAt = Number.NEGATIVE_INFINITY;
  }

  /** Whether the Registry or KV could be read since this isolate began. */
  get isKnown(): boolean {
    return this.#copies !== null;
  }

  /** Throws `GatewayUnavailable` if neither the Registry nor KV could be read since this isolate began. */
  get copies(): Copies {
    if (this.#copies === null) throw new GatewayUnavailable('The configuration cannot be read right now.');
    return this.#copies;
  }

  /** Whether there is a minted key; while that is not known, there may be one. */
  get hasKeys(): boolean {
    return this.#bindings.registry !== null && this.#pulse?.hasKeys !== false;
  }

  /** What only this gateway knows; `null` without a Registry. Throws `GatewayUnavailable` while it was not heard. */
  get ownSecret(): string | null {
    if (this.#bindings.registry === null) return null;
    const oldest = this.signingKeys.at(-1);
    if (oldest === undefined) throw new GatewayUnavailable('The control plane cannot be reached right now.');
    return oldest.secret;
  }

  /** Without one nobody has a minted key, nor a token of one. */
  get hasRegistry(): boolean {
    return this.#bindings.registry !== null;
  }

  /** Newest first. Empty while the Registry has not been heard. */
  get signingKeys(): Pulse['signingKeys'] {
    return this.#pulse?.signingKeys ?? [];
  }

  async #refresh(registry: RegistryEdge): Promise<void> {
    const askedAt = this.#now();
    const expiries = this.#expiries;
    const turns = this.#turns;
    const turn = ++turns.asked;
    this.#askedAt = askedAt;
    const cursor: PulseCursor | null = this.#pulse?.cursor ?? null;
    try {
      const pulse = await withTimeout(registry.pulse(cursor), PULSE_TIMEOUT_MS);
      this.keys.hear(pulse);
      const copies = await this.#catchUp(registry, pulse.versions);
      // One that was asked for later may have come meanwhile, and what it told must not be undone.
      if (turn < turns.heard) return;
      turns.heard = turn;
      this.#copies = this.#withKnown(copies);
      this.#pulse = pulse;
      this.#failedAt = Number.NEGATIVE_INFINITY;
      if (expiries === this.#expiries) this.#confirmedAt = askedAt;
    } catch {
      const stored = this.#copies === null ? await this.#readStored() : null;
      this.#copies ??= stored; // what another pulse told meanwhile is newer
      if (turn > turns.heard && expiries === this.#expiries) this.#failedAt = this.#now();
    } finally {
      turns.ended = Math.max(turns.ended, turn);
    }
  }

  /** Of one version always the same object, because much is made from it. */
  #withKnown(next: Copies): Copies {
    const known = this.#copies;
    if (known === null) return next;
    return {
      tenants: next.tenants.version === known.tenants.version ? known.tenants : next.tenants,
      config: next.config.version === known.config.version ? known.config : next.config,
      secrets: next.secrets.version === known.secrets.version ? known.secrets : next.secrets,
      cache: next.cache.version === known.cache.version ? known.cache : next.cache,
    };
  }

  async #catchUp(registry: RegistryEdge, versions: Pulse['versions']): Promise<Copies> {
    const known = this.#copies ?? EMPTY;
    const [tenants, config, secrets, cache] = await Promise.all([
      this.#atVersion(registry, 'tenants', known.tenants, versions.tenants),
      this.#atVersion(registry, 'config', known.config, versions.config),
      this.#atVersion(registry, 'secrets', known.secrets, versions.secrets),
      this.#atVersion(registry, 'cache', known.cache, versions.cache ?? known.cache.version).catch(forgetAll),
    ]);
    return { tenants, config, secrets, cache };
  }

  /** From KV where that has caught up, else from the Registry. */
  async #atVersion<Name extends CopyName>(
    registry: RegistryEdge,
    name: Name,
    known: Copies[Name],
    version: number,
  ): Promise<Copies[Name]> {
    if (known.version === version) return known;
    const stored = parseCopy(name, await this.#readText(name).catch(() => null));
    if (stored !== null && stored.version === version) return stored;
    const copy = parseCopy(name, await withTimeout(registry.readCopy(name), PULSE_TIMEOUT_MS));
    if (copy === null) throw new Error(`the Registry's copy of ${name} cannot be read`);
    return copy;
  }

  /** `null` if one of them cannot be read: then nobody knows what it would have forbidden. */
  async #readStored(): Promise<Copies | null> {
    try {
      const [tenants, config, secrets, cache] = await Promise.all([
        this.#stored('tenants'),
        this.#stored('config'),
        this.#stored('secrets'),
        this.#stored('cache').catch(forgetAll),
      ]);
      return { tenants, config, secrets, cache };
    } catch {
      return null;
    }
  }

  /** The Registry publishes each copy when it begins, so one that is missing says nothing. */
  async #stored<Name extends CopyName>(name: Name): Promise<Copies[Name]> {
    const copy = parseCopy(name, await this.#readText(name));
    if (copy === null) throw new Error(`the stored copy of ${name} cannot be read`);
    return copy;
  }

  async #readText(name: CopyName): Promise<string | null> {
    const { copies } = this.#bindings;
    return copies === null ? null : withTimeout(copies.get(copyName(name)), COPY_TIMEOUT_MS);
  }
}
