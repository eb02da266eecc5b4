/**
 * How the credentials of providers are doing, as one isolate knows it: what providers said here, and what the region told. Of
 * two words about the same, the newest counts. A limit may count for one model alone; a refusal counts for all.
 */
import type { CredentialStanding, CredentialState, CredentialStates } from './credential-states.ts';
import { forgetIdlest } from './forget-idlest.ts';
import { type Quota, readQuotas } from './quota-headers.ts';
import type { CredentialReport } from './vantage-protocol.ts';

const MAX_WORDS = 2000;
/** A reset that is further away is looked at again then. */
const LONGEST_EXHAUSTED_MS = 3_600_000;
/** Limits on tokens are per minute, and fill up all the time. */
const TOKENS_KNOWN_MS = 60_000;

interface Word {
  readonly report: CredentialReport;
  isUntold: boolean;
  usedAt: number;
}

interface TokensLeft {
  readonly tokens: number;
  readonly until: number;
  usedAt: number;
}

const ACTIVE: CredentialStanding = { state: 'active', until: 0 };

export class CredentialBook implements CredentialStates {
  /** By id, or id and model, as reports name it. */
  readonly #words = new Map<string, Word>();
  readonly #tokens = new Map<string, TokensLeft>();
  #uses = 0;
  #isUrgent = false;

  /** Where two words are in force, the one that lasts longer. */
  standing(stateId: string, model: string, now: number): CredentialStanding {
    const forAll = this.#inForce(stateId, now);
    const forModel = this.#inForce(keyOf(stateId, model), now);
    return forAll.until >= forModel.until ? forAll : forModel;
  }

  tokensLeft(stateId: string, model: string, now: number): number | null {
    const left = this.#tokens.get(keyOf(stateId, model));
    return left !== undefined && now < left.until ? left.tokens : null;
  }

  learn(stateId: string, model: string, headers: Headers, now: number): void {
    const quotas = readQuotas(headers, now);
    if (quotas.length === 0) return;
    const key = keyOf(stateId, model);
    this.#learnExhaustion(key, quotas, now);
    const [scarcest] = quotas
      .filter(({ kind }) => kind === 'tokens')
      .sort((one, other) => one.remaining - other.remaining);
    if (scarcest !== undefined) this.#keepTokens(key, scarcest, now);
  }

  cool(stateId: string, model: string, until: number, now: number): void {
    this.#say({ id: keyOf(stateId, model), state: 'cooling', until, at: now });
  }

  exhaust(stateId: string, until: number, now: number): void {
    this.#say({ id: stateId, state: 'exhausted', until, at: now });
  }

  invalidate(stateId: string, until: number, now: number): void {
    this.#say({ id: stateId, state: 'invalid', until, at: now });
  }

  /** What headers said of a quota stays: an answer does not fill it up. */
  works(stateId: string, model: string, now: number, askedAt = now): void {
    this.#lift(stateId, ['exhausted', 'invalid'], now, askedAt);
    this.#lift(keyOf(stateId, model), ['cooling'], now, askedAt);
  }

  /** A credential stopped being active, and the region was not told. */
  get isUrgent(): boolean {
    return this.#isUrgent;
  }

  /** What was learnt since the last one. */
  takeReport(): CredentialReport[] {
    this.#isUrgent = false;
    const untold = [...this.#words.values()].filter(({ isUntold }) => isUntold);
    for (const word of untold) word.isUntold = false;
    return untold.map(({ report }) => report);
  }

  /** It could not be delivered: what of it is still the newest word is told with the next one. */
  putBack(reports: readonly CredentialReport[]): void {
    for (const { id, at } of reports) {
      const word = this.#words.get(id);
      if (word?.report.at === at) word.isUntold = true;
    }
  }

  absorb(reports: readonly CredentialReport[]): void {
    for (const report of reports) {
      const known = this.#words.get(report.id)?.report.at ?? 0;
      if (report.at > known) this.#keep(report, false);
    }
  }

  #inForce(key: string, now: number): CredentialStanding {
    const report = this.#words.get(key)?.report;
    return report !== undefined && now < report.until ? { state: report.state, until: report.until } : ACTIVE;
  }

  /** A longer rest that was asked for stays. */
  #learnExhaustion(id: string, quotas: readonly Quota[], now: number): void {
    const resets = quotas.map(({ remaining, resetAt }) => (remaining === 0 ? (resetAt ?? 0) : 0));
    const until = Math.min(Math.max(...resets), now + LONGEST_EXHAUSTED_MS);
    if (quotas.every(({ remaining }) => remaining > 0)) this.#lift(id, ['exhausted'], now, now);
    else if (until > now && this.#inForce(id, now).until < until)
      this.#say({ id, state: 'exhausted', until, at: now });
  }

  #keepTokens(key: string, { remaining, resetAt }: Quota, now: number): void {
    const until = Math.min(resetAt ?? Number.POSITIVE_INFINITY, now + TOKENS_KNOWN_MS);
    if (!this.#tokens.has(key) && this.#tokens.size >= MAX_WORDS) forgetIdlest(this.#tokens);
    this.#uses += 1;
    this.#tokens.set(key, { tokens: remaining, until, usedAt: this.#uses });
  }

  #lift(id: string, states: readonly CredentialState[], now: number, askedAt: number): void {
    const report = this.#words.get(id)?.report;
    if (report === undefined || report.at > askedAt || !states.includes(report.state)) return;
    this.#keep({ id, state: 'active', until: 0, at: now }, true);
  }

  #say(report: CredentialReport): void {
    this.#keep(report, true);
    this.#isUrgent = true;
  }

  #keep(report: CredentialReport, isUntold: boolean): void {
    if (!this.#words.has(report.id) && this.#words.size >= MAX_WORDS) forgetIdlest(this.#words);
    this.#uses += 1;
    this.#words.set(report.id, { report, isUntold, usedAt: this.#uses });
  }
}

const keyOf = (stateId: string, model: string): string => `${stateId} ${model}`;
