/** How a request gets units that its isolate does not hold: it waits for a call that is on its way, or asks for all who wait. */
import type { Refusal } from '../ledger-protocol.ts';
import { unitOf as unitOfRate } from '../scope-limits.ts';
import { addUnits, NO_UNITS, subtractUnits, type Units } from '../units.ts';
import type { Member } from './crowd.ts';
import type { LedgerTalk } from './ledger-talk.ts';
import type { Line } from './line.ts';
import type { ScopeLease } from './scope-lease.ts';
import { CALL_MS } from './timers.ts';

/** Somebody else's call is waited for so many times as long as calls usually take. */
const PATIENCE = 4;
const LEAST_PATIENCE_MS = 150;
/** Who has waited so long for others has little patience left. */
const LONG_MS = CALL_MS + 500;
const FIRST_LOOK_MS = 5;
const MOST_LOOK_MS = 80;
/** A Ledger that neither refuses nor gives is not asked for ever. */
const MOST_ASKS = 5;
/** After a refusal the next one who needs more asks so much later, with those who come meanwhile. */
const SPACING_MS = 50;

export type Acquired =
  /** The units were taken of lease `id`. */
  | { readonly kind: 'held'; readonly id: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'unavailable' };

const UNAVAILABLE: Acquired = { kind: 'unavailable' };

/** Rejects only with the reason of `signal`. */
export async function acquire(
  lease: ScopeLease,
  need: Units,
  talk: LedgerTalk,
  signal: AbortSignal | undefined,
): Promise<Acquired> {
  const { crowd } = lease;
  const cameAt = talk.now();
  const member = crowd.join(need, cameAt);
  try {
    for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(MOST_LOOK_MS, lookMs * 1.5)) {
      const now = talk.now();
      crowd.see(member, now);
      lease.pass(now);
      if (member.servedBy === null && lease.take(need)) member.servedBy = lease.id;
      if (member.servedBy !== null) return { kind: 'held', id: member.servedBy };
      const refusal = crowd.refusalOf(member, lease.scope.limits);
      if (refusal !== null) return { kind: 'refused', refusal };
      signal?.throwIfAborted();
      if (lease.line.isBroken(now)) return UNAVAILABLE;
      const restMs = restOfWait(lease, now, now - cameAt);
      if (restMs === 0) return await ask(lease, member, talk);
      await talk.sleep(Math.min(MOST_LOOK_MS, Math.max(lookMs, restMs)));
    }
  } finally {
    crowd.leave(member);
  }
}

/** Milliseconds until it is worth looking again; 0: it is this request's turn to ask. */
function restOfWait(lease: ScopeLease, now: number, waitedMs: number): number {
  const running = lease.line.lastDraw;
  if (running === null) return Math.max(0, lease.crowd.nextAskAt - now);
  const { rttMs } = lease.line;
  const patienceMs = patienceFor(lease.line, waitedMs);
  const runsMs = now - running.startedAt;
  return runsMs >= patienceMs ? 0 : Math.max(1, (rttMs ?? 0) - runsMs);
}

/** How long somebody else's call is waited for. One that may hang does not hold up others; many that do help nobody. */
function patienceFor({ rttMs, isFailing }: Line, waitedMs: number): number {
  if (isFailing || rttMs === null) return CALL_MS;
  return waitedMs >= LONG_MS
    ? LEAST_PATIENCE_MS
    : Math.min(CALL_MS, Math.max(LEAST_PATIENCE_MS, PATIENCE * rttMs));
}

/** All of what this request needs or nothing, and of what others need who wait, as much as there is. */
async function ask(lease: ScopeLease, member: Member, talk: LedgerTalk): Promise<Acquired> {
  const { crowd } = lease;
  // With what is here already, but is not enough. If others take that meanwhile, all is asked for.
  let here = lease.partOf(member.need);
  for (let asks = 0; asks < MOST_ASKS; asks += 1, here = NO_UNITS) {
    const turn = crowd.begin();
    crowd.see(member, talk.now(), CALL_MS);
    lease.dropKilled(talk.now());
    const need = subtractUnits(member.need, here);
    const want = addUnits(need, lease.wantBeside(member, talk.now()));
    const answer = await talk.draw(lease, { need, want }, member);
    const now = talk.now();
    crowd.see(member, now);
    if (answer?.refusal === null) crowd.leaveOver(turn, answer.room);
    if (member.servedBy !== null) return { kind: 'held', id: member.servedBy };
    if (answer === null) return UNAVAILABLE;
    if (answer.refusal === null) continue; // or what was drawn is of a lease that has ended meanwhile
    const refusal = withHere(answer.refusal, here);
    crowd.refuse(turn, member.need, refusal);
    crowd.nextAskAt = now + SPACING_MS;
    return { kind: 'refused', refusal };
  }
  return UNAVAILABLE;
}

/** What is here belongs to what is left, and to what was needed. */
function withHere(refusal: Refusal, here: Units): Refusal {
  const more = here[unitOf(refusal.field)];
  return more === 0
    ? refusal
    : { ...refusal, remaining: refusal.remaining + more, needed: refusal.needed + more };
}

function unitOf(field: Refusal['field']): keyof Units {
  if (field === 'concurrency') return 'slots';
  return field === 'budgets' ? 'nanoUsd' : unitOfRate(field);
}
