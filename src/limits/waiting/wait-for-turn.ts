/**
 * A request that would rather wait than be refused. It waits at the Ledger of the scope that refused it and holds nothing
 * of the others meanwhile; when its turn comes it takes all scopes anew. What passes is waited for, money is not.
 *
 * Its place in the line lives as long as it asks: a Ledger that was evicted, or cannot be reached for a moment, only
 * costs it the place.
 */
import type { Ask, DeskWork, Grant } from '../leases/ask.ts';
import { RefusedByScope } from '../limit-exceeded.ts';
import type { Scope } from '../scope.ts';
import { mayPass, type Priority, type WaitAnswer, type Waiter } from './waiter.ts';

/** The limits of an isolate, as far as waiting goes. */
export interface TurnDesk {
  reserve(ask: Ask, work: DeskWork): Grant | Promise<Grant>;
  now(): number;
  sleep(ms: number): Promise<void>;
  /**
   * Waits for what the request needs of one of its scopes; whatever was drawn is there for a `reserve` in the same turn.
   * Rejects if the Ledger cannot be reached. `null`: the store can keep no call.
   */
  waitAt(scope: Scope, ask: Ask, waiter: Waiter, work: DeskWork): Promise<WaitAnswer> | null;
  /** Tells the Ledgers all that is known here. Never rejects. */
  flush(ledgers: readonly string[], work: DeskWork): Promise<void>;
  /** Nobody waits there any more. */
  leave(scope: Scope, waiterId: string, work: DeskWork): void;
}

export interface Turn {
  readonly desk: TurnDesk;
  readonly ask: Ask;
  readonly work: DeskWork;
  readonly room: { readonly maxWaitSeconds: number; readonly maxWaiters: number };
  readonly priority: Priority;
  /** Waiters of one key take turns with those of others. */
  readonly key: string;
  /** Uniform in [0, 1): jitter. */
  readonly random: () => number;
  /** Ends the waiting: the client left. */
  readonly signal: AbortSignal;
}

/** After a call that failed. Half as much again, by jitter. */
const PAUSE_MS = 200;
/** Between two looks at a store that can keep no call. */
const LEAST_POLL_MS = 100;

/**
 * Comes back at once where nothing has to be waited for. Rejects as `LimitDesk.reserve` does, with the last refusal when
 * its time is over or its room is full, and with the reason of `signal`.
 */
export async function waitForTurn(turn: Turn): Promise<Grant> {
  const { desk, ask, work, room, signal } = turn;
  const deadline = desk.now() + room.maxWaitSeconds * 1000;
  const gone = goneOf(signal);
  const waitedAt = new Set<string>();
  try {
    for (;;) {
      signal.throwIfAborted();
      const result = await tryOnce(desk, ask, work);
      if (!(result instanceof RefusedByScope)) {
        // Until the Ledger hears that they are spent, nothing flows in for those who wait behind.
        if (waitedAt.size > 0) void desk.flush([...waitedAt], work);
        return result;
      }
      if (!mayPass(result.refusal) || desk.now() >= deadline) throw result;
      waitedAt.add(result.by.ledger);
      await waitOnce(turn, result, deadline, gone.promise);
    }
  } finally {
    gone.forget();
  }
}

/** What it got, or who refused it for something that may pass. Rejects with anything else. */
async function tryOnce(desk: TurnDesk, ask: Ask, work: DeskWork): Promise<Grant | RefusedByScope> {
  try {
    return await desk.reserve(ask, work);
  } catch (error) {
    if (error instanceof RefusedByScope) return error;
    throw error;
  }
}

/** Until it is worth taking all scopes again. Rejects with the refusal that ends the waiting. */
async function waitOnce(turn: Turn, refused: RefusedByScope, deadline: number, gone: Promise<never>) {
  const { desk, ask, work, room, priority, key, random } = turn;
  const { by: scope } = refused;
  for (;;) {
    const waitMs = deadline - desk.now();
    const waiter = { id: ask.requestId, priority, key, waitMs, maxWaiters: room.maxWaiters };
    const waiting = desk.waitAt(scope, ask, waiter, work);
    if (waiting === null) {
      const pollMs = Math.max(LEAST_POLL_MS, refused.retryAfterMs ?? 0) * (1 + random() / 4);
      return await Promise.race([desk.sleep(Math.min(waitMs, pollMs)), gone]);
    }
    const answer = await Promise.race([waiting.catch(() => null), gone]).catch((error: unknown) => {
      // What may still be drawn for it goes back, on the time of this request.
      work.waitUntil(waiting.catch(() => undefined));
      desk.leave(scope, waiter.id, work);
      throw error;
    });
    if (answer === null) {
      const pauseMs = PAUSE_MS * (1 + random() / 2);
      return await Promise.race([desk.sleep(Math.min(waitMs, pauseMs)), gone]);
    }
    const { refusal, isKept } = answer;
    if (refusal === null) return;
    const isOver = !isKept || desk.now() >= deadline;
    if (isOver) throw new RefusedByScope(scope, refusal, ask.isBounded);
  }
}

/** One listener for the whole wait, and none after it. */
function goneOf(signal: AbortSignal): { readonly promise: Promise<never>; forget(): void } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined); // nobody may be waiting for it
  const leave = () => reject(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  return { promise, forget: () => signal.removeEventListener('abort', leave) };
}
