/** Isolates with desks, and real Books behind a network, in virtual time. */
import { LimitExceeded } from '../../../../src/errors.ts';
import {
  type Ask,
  type Grant,
  LimitDesk,
  type SettledPart,
} from '../../../../src/limits/leases/limit-desk.ts';
import { CALL_MS } from '../../../../src/limits/leases/timers.ts';
import { ledgerName, type Scope, type ScopeKind } from '../../../../src/limits/scope.ts';
import { type LimitFields, toScopeLimits } from '../../../../src/limits/scope-limits.ts';
import { NO_UNITS, type Units } from '../../../../src/limits/units.ts';
import { type Conditions, Network, perfect } from '../../../simulation/network.ts';
import { contextCall, contextTimers, RequestContext } from '../../../simulation/request-context.ts';
import { VirtualTime } from '../../../simulation/virtual-time.ts';
import { seeded } from '../../../support/seeded.ts';

export const START = Date.UTC(2026, 10, 21, 12);
export const LATENCY_MS = 20;
export { CALL_MS };

export class Lab {
  readonly time = new VirtualTime(START);
  readonly network = new Network(this.time, seeded(7), true);
  /** Of the way to the Ledgers; may be changed at any time. */
  conditions: Conditions = perfect(LATENCY_MS);
  /** Of single Ledgers, instead. */
  readonly conditionsOf = new Map<string, Conditions>();
  #ids = 0;

  newDesk(maxScopes?: number): LimitDesk {
    return new LimitDesk({
      store: {
        call: contextCall((ledger, call) =>
          this.network.from(() => this.conditionsOf.get(ledger) ?? this.conditions)(ledger, call),
        ),
      },
      now: this.time.now,
      newId: () => {
        this.#ids += 1;
        return `id-${this.#ids}`;
      },
      timers: contextTimers(this.time),
      ...(maxScopes === undefined ? {} : { maxScopes }),
    });
  }

  /** A request on its own time. */
  ask(desk: LimitDesk, scopes: readonly Scope[], ask: Partial<Omit<Ask, 'scopes'>> = {}): Asked {
    const context = new RequestContext();
    this.#ids += 1;
    const whole: Ask = {
      requestId: `request-${this.#ids}`,
      scopes,
      units: ONE,
      isBounded: true,
      alerts: null,
      ...ask,
    };
    return new Asked(
      context,
      whole,
      context.run(() => desk.reserve(whole, context.work)),
    );
  }

  /** One after another; each has its answer before the next comes. */
  async askInTurn(desk: LimitDesk, scopes: readonly Scope[], count: number, everyMs = 0): Promise<Asked[]> {
    const asked: Asked[] = [];
    for (let index = 0; index < count; index += 1) {
      asked.push(this.ask(desk, scopes));
      await this.pass(everyMs + 4 * LATENCY_MS);
    }
    return asked;
  }

  pass(ms: number): Promise<void> {
    return this.time.run(this.time.now() + ms);
  }

  book(scope: Scope) {
    return this.network.bookOf(scope.ledger);
  }

  /** What the Ledger says it is now. */
  usage(scope: Scope) {
    return this.book(scope).usage({ limits: scope.limits }, this.time.now());
  }

  /** Calls that a Ledger heard, those that came twice too. */
  heard(scope: Scope) {
    return this.network.heard.filter(({ ledger }) => ledger === scope.ledger).map(({ call }) => call);
  }
}

/** A request that asked, and what came of it. */
export class Asked {
  readonly context: RequestContext;
  readonly ask: Ask;
  /** It had its answer at once, without a call. */
  readonly isImmediate: boolean;
  grant: Grant | null = null;
  error: unknown = null;

  constructor(context: RequestContext, ask: Ask, answer: Grant | Promise<Grant>) {
    this.context = context;
    this.ask = ask;
    this.isImmediate = !(answer instanceof Promise);
    if (!(answer instanceof Promise)) this.grant = answer;
    else
      answer.then(
        (grant) => {
          this.grant = grant;
        },
        (error: unknown) => {
          this.error = error;
        },
      );
  }

  /** Throws if it was not let in. */
  get granted(): Grant {
    if (this.grant === null) throw new Error(`not granted: ${String(this.error)}`);
    return this.grant;
  }

  get refusal(): LimitExceeded | null {
    return this.error instanceof LimitExceeded ? this.error : null;
  }

  get isOver(): boolean {
    return this.grant !== null || this.error !== null;
  }

  settle(used: Partial<Units> = {}): void {
    this.context.run(() => this.granted.settle([part(used)]));
  }
}

export const ONE: Units = { requests: 1, tokens: 0, nanoUsd: 0, slots: 1 };
export const units = (some: Partial<Units>): Units => ({ ...NO_UNITS, ...some });

export function part(used: Partial<Units>, model = 'acme/model'): SettledPart {
  const all = { ...NO_UNITS, requests: 1, ...used };
  return {
    used: all,
    consumption: {
      model,
      inputTokens: all.tokens,
      outputTokens: 0,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      reasoningTokens: 0,
      isEstimated: false,
      isUnpriced: false,
    },
  };
}

export function scope(fields: LimitFields, some: Partial<Scope> & { kind?: ScopeKind } = {}): Scope {
  const { kind = 'key', name = 'ci' } = some;
  return {
    kind,
    name,
    ledger: ledgerName(kind, name),
    limits: toScopeLimits(fields),
    onUnavailable: 'closed',
    isRecorded: false,
    ...some,
  };
}

/** Nothing comes through. */
export const DEAD: Conditions = { ...perfect(LATENCY_MS), loss: 1 };
export const REJECTING: Conditions = { ...perfect(LATENCY_MS), rejections: 1 };
