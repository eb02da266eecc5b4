/**
 * Limits in Redis: what `limits.store: "upstash"` chooses. Each call of a Ledger is one script, atomic in Redis, with the
 * meaning that `ledger/book.ts` gives it; the leases of isolates work on top of it as they do on Durable Objects.
 *
 * It rejects what it cannot do within a second, whatever the reason: whether a request goes on without its limits is the
 * operator's choice, made above. Why it is built so: `docs/decisions/0025-limits-in-upstash.md`.
 */
import { COMMAND_TIMEOUT_MS, type UpstashClient } from '../../connect-upstash.ts';
import { withTimeout } from '../../with-timeout.ts';
import type { Crossing } from '../alerts/alert.ts';
import { Book } from '../ledger/book.ts';
import type {
  AlertRouting,
  LedgerAnswer,
  LedgerCall,
  LedgerUsage,
  LimitStore,
  SettledRequest,
  UsageQuestion,
} from '../ledger-protocol.ts';
import { Calendars } from './calendars.ts';
import { ledgerKeys } from './ledger-keys.ts';
import { ReadingGuard } from './reading-guard.ts';
import { callScript, readScript, toldScript } from './scripts.ts';
import { type StoredLedger, toLedgerState } from './stored-ledger.ts';

export interface UpstashStoreOptions {
  /** Of `connectUpstash`. */
  readonly redis: UpstashClient;
  /** Milliseconds since the Unix epoch. Limits go by Redis' clock; this one only guesses which calendar windows it is in. */
  readonly now: () => number;
  /** What all keys begin with: gateways that share it share their limits. */
  readonly prefix: string;
  /** Is told when a budget's threshold is crossed: at least once for each. Default: nobody is. */
  readonly crossed?: (ledger: string, crossing: Crossing, routing: AlertRouting, at: number) => Promise<void>;
  /** After which a call rejects, milliseconds. Default: `COMMAND_TIMEOUT_MS`. */
  readonly timeoutMs?: number;
  /** Tests hand in a clock for Redis: milliseconds since the Unix epoch. Default: its own. */
  readonly redisNow?: () => number;
}

/** Windows are guessed, and then known. */
const MAX_ATTEMPTS = 3;
/** A crossing that could not be told is tried again by the first call after so long. */
const TELL_AGAIN_MS = 10_000;
/** A call waits no longer for somebody to be told. */
const TELL_TIMEOUT_MS = 300;

export function createUpstashStore(options: UpstashStoreOptions): LimitStore {
  return new UpstashStore(options);
}

/** What the call's script returns. */
type Told =
  | { readonly answer: LedgerAnswer; readonly pending: readonly Pending[] }
  | { /** The windows that came with the call are not those of this moment. */ readonly now: number };

interface Pending {
  readonly id: string;
  readonly told: { readonly at: number; readonly crossing: Crossing; readonly routing: AlertRouting };
}

class UpstashStore implements LimitStore {
  readonly #options: UpstashStoreOptions;
  readonly #calendars: Calendars;
  readonly #guard: ReadingGuard;
  readonly #call = callScript();
  readonly #read = readScript();
  readonly #told = toldScript();
  /** When somebody could not be told last. */
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(options: UpstashStoreOptions) {
    this.#options = options;
    this.#calendars = new Calendars(options.now);
    this.#guard = new ReadingGuard(options);
  }

  async call(ledger: string, call: LedgerCall): Promise<LedgerAnswer> {
    const { answer, pending } = await this.#inTime(this.#ask(ledger, call));
    if (pending.length > 0) await this.#tell(ledger, pending);
    return answer;
  }

  async usage(ledger: string, { limits, days }: UsageQuestion): Promise<LedgerUsage> {
    const stored = await this.#inTime(this.#readAll(ledger));
    const state = toLedgerState(stored);
    const isAsked = ({ day }: { readonly day: string }) =>
      days !== null && day >= days.from && day <= days.to;
    return {
      ...Book.fromCheckpoint(state.checkpoint).usage({ limits }, state.now),
      days: state.days.filter(isAsked).sort(byDayAndModel),
    };
  }

  async #ask(
    ledger: string,
    { limits, alerts, ...call }: LedgerCall,
  ): Promise<Exclude<Told, { now: number }>> {
    const { redis, prefix, now } = this.#options;
    const keys = ledgerKeys(prefix, ledger);
    const limitsText = JSON.stringify(limits);
    const routing = this.#options.crossed === undefined || alerts === null ? null : JSON.stringify(alerts);
    const settled = call.settled.map(withShortModel);
    let at = now();
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const calendars = this.#calendars.boundsOf(limits.budgets, at);
      const text = JSON.stringify({ ...call, settled, routing, calendars });
      const told = parseTold(await this.#call.run(redis, keys, [text, limitsText, this.#redisNow()]));
      if (!('now' in told)) return told;
      at = told.now;
    }
    throw new Error('Upstash: the clock of Redis does not stand in any window of a calendar');
  }

  async #readAll(ledger: string): Promise<StoredLedger> {
    const { redis, prefix } = this.#options;
    await this.#guard.enter(ledger);
    const stored = await this.#read.run(redis, ledgerKeys(prefix, ledger), [this.#redisNow()]);
    if (!Array.isArray(stored)) throw new Error('Upstash: a Ledger was read as something else');
    return stored as unknown as StoredLedger; // our own script returns it
  }

  /** The money is booked already: who is to be told of it hears it now, or with a later call. */
  async #tell(ledger: string, pending: readonly Pending[]): Promise<void> {
    const { crossed, redis, prefix, now } = this.#options;
    if (crossed === undefined || now() - this.#failedAt < TELL_AGAIN_MS) return;
    try {
      const telling = pending.map(({ told: { at, crossing, routing } }) =>
        crossed(ledger, crossing, routing, at),
      );
      await withTimeout(Promise.all(telling), TELL_TIMEOUT_MS);
      await this.#told.run(
        redis,
        ledgerKeys(prefix, ledger).slice(0, 1),
        pending.map(({ id }) => id),
      );
    } catch {
      this.#failedAt = now();
    }
  }

  #inTime<Value>(work: Promise<Value>): Promise<Value> {
    return withTimeout(work, this.#options.timeoutMs ?? COMMAND_TIMEOUT_MS);
  }

  #redisNow(): string {
    const { redisNow } = this.#options;
    return redisNow === undefined ? '' : String(redisNow());
  }
}

/** Clients may name any model. */
const MAX_MODEL_CHARACTERS = 200;

function withShortModel(request: SettledRequest): SettledRequest {
  const { consumption } = request;
  if (consumption.model.length <= MAX_MODEL_CHARACTERS) return request;
  return {
    ...request,
    consumption: { ...consumption, model: consumption.model.slice(0, MAX_MODEL_CHARACTERS) },
  };
}

function parseTold(text: unknown): Told {
  if (typeof text !== 'string') throw new Error('Upstash: a call was answered with something else');
  return JSON.parse(text) as Told; // our own script wrote it
}

const byDayAndModel = (a: { day: string; model: string }, b: { day: string; model: string }): number =>
  a.day === b.day ? (a.model < b.model ? -1 : 1) : a.day < b.day ? -1 : 1;
