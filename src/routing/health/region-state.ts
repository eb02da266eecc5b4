/**
 * What a Vantage knows of its region: everything that isolates told, added up and fading. Every list has an end; what
 * nobody told of for longest makes room.
 */
import { InFlight } from './in-flight.ts';
import { MAX_ALIASES, MAX_CREDENTIALS, MAX_TARGETS, readPicture, readReport } from './read-told.ts';
import { RollingCounts } from './rolling-counts.ts';
import { ToldTarget } from './told-target.ts';
import type {
  AliasReport,
  CredentialReport,
  RegionPicture,
  RegionView,
  VantageReport,
} from './vantage-protocol.ts';

/** A row holds 2 MB; a target's histograms never take more than 8 KB. */
const MAX_KEPT_TARGETS = 200;
/** A target that nobody told of for so long is forgotten; its measurements weighed nothing long before. */
const TARGET_MS = 24 * 3_600_000;
/** Somebody may still tell what he learnt before: so long, the newer word is remembered although it is over. */
const WORD_MS = 3_600_000;

const REQUESTS = 0;
const FURTHER = 1;
const MINUTE = { kinds: 2, buckets: 12, bucketMs: 5000 };

export class RegionState {
  readonly #region: string;
  readonly #targets = new Map<string, ToldTarget>();
  readonly #inFlight = new InFlight();
  readonly #credentials = new Map<string, CredentialReport>();
  readonly #aliases = new Map<string, RollingCounts>();

  /** `kept`: what `keep` gave, however long ago and by which version; `undefined`: nothing. */
  constructor(region: string, kept: unknown, now: number) {
    this.#region = region;
    if (kept !== undefined) this.#restore(readPicture(kept, now));
  }

  sync(told: VantageReport, now: number): RegionPicture {
    const report = readReport(told, now);
    // An isolate that closed a circuit counts anew from then on: what it counted is told behind that.
    for (const state of report.states) this.#target(state.target).state(state, now);
    for (const measured of report.measured) this.#target(measured.target).measure(measured, now);
    const calls = report.states.map(({ target, inFlight }) => [target, inFlight] as const);
    this.#inFlight.tell(report.isolate, new Map(calls), now);
    for (const credential of report.credentials) this.#learn(credential);
    for (const alias of report.aliases) this.#count(alias, now);
    this.#forgetOld(now);
    return this.#picture((target) => this.#inFlight.others(report.isolate, target), now);
  }

  /**
   * For the constructor of whoever comes after, and small enough for a row: without calls under way, which end with the
   * isolates that told them, and of the targets those that were told of last.
   */
  keep(now: number): RegionPicture {
    const picture = this.#picture(() => 0, now);
    return { ...picture, targets: picture.targets.slice(-MAX_KEPT_TARGETS) };
  }

  view(now: number): RegionView {
    this.#inFlight.expire(now);
    const { targets: _, ...rest } = this.#picture(() => 0, now);
    const targets = [...this.#targets].map(([name, target]) =>
      target.view(name, this.#inFlight.total(name), now),
    );
    return { region: this.#region, isolates: this.#inFlight.isolates, ...rest, targets };
  }

  #picture(inFlightOf: (target: string) => number, now: number): RegionPicture {
    return {
      at: now,
      targets: [...this.#targets].map(([name, target]) => target.picture(name, inFlightOf(name), now)),
      credentials: [...this.#credentials.values()],
      aliases: [...this.#aliases]
        .map(([alias, minute]) => ({
          alias,
          requests: minute.sum(REQUESTS, now),
          further: minute.sum(FURTHER, now),
        }))
        .filter(({ requests, further }) => requests + further > 0),
    };
  }

  #restore({ at, targets, credentials, aliases }: RegionPicture): void {
    for (const picture of targets) this.#target(picture.target).restore(picture, at);
    for (const credential of credentials) this.#learn(credential);
    for (const alias of aliases) this.#count(alias, at);
  }

  #target(name: string): ToldTarget {
    const target = this.#targets.get(name) ?? new ToldTarget();
    putLast(this.#targets, name, target, MAX_TARGETS);
    return target;
  }

  /** The newest word counts. */
  #learn(word: CredentialReport): void {
    const known = this.#credentials.get(word.id);
    if (known === undefined || word.at >= known.at)
      putLast(this.#credentials, word.id, word, MAX_CREDENTIALS);
  }

  #count({ alias, requests, further }: AliasReport, now: number): void {
    const minute = this.#aliases.get(alias) ?? new RollingCounts(MINUTE);
    minute.add(REQUESTS, now, requests);
    minute.add(FURTHER, now, further);
    putLast(this.#aliases, alias, minute, MAX_ALIASES);
  }

  #forgetOld(now: number): void {
    for (const [name, { toldAt }] of this.#targets) if (toldAt < now - TARGET_MS) this.#targets.delete(name);
    for (const [id, { at, until }] of this.#credentials)
      if (Math.max(at, until) < now - WORD_MS) this.#credentials.delete(id);
  }
}

function putLast<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (oldest !== undefined && map.size > most) map.delete(oldest);
}
