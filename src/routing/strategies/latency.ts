/**
 * `latency`: the fastest as it was measured in this region; first content counts for streams, the whole answer for others.
 * A few requests go to another target, so that what is known of it does not grow old (`exploration`).
 */
import type { Arm, Group, PlacedArm } from '../arm.ts';
import type { Latency } from '../health/region-health.ts';
import type { RoutingQuestion } from '../routing-question.ts';
import { ascending, type Order } from './order.ts';

const DEFAULT_EXPLORATION = 0.03;
/** Share of requests that a target gets that was never measured, while no other call to it is under way. */
const UNMEASURED_SHARE = 0.1;
/** Targets this close to the best share its requests, so that not all isolates run to the same one. */
const AS_GOOD = 1.05;
/** A target as fast as the best is measured again after this; one that is n times slower after n² times as long, … */
const MEASURED_AGAIN_MS = 5000;
/** … but after this at the latest: one slow answer may have been chance. */
const LONGEST_UNMEASURED_MS = 240_000;
/** Of failures; beyond it the circuit is what counts. */
const MOST_FAILURES = 0.9;

interface Measured {
  readonly arm: Arm;
  /** `null`: never measured, for answers of this kind. */
  readonly latency: Latency | null;
  /** Milliseconds, failures weighed in. */
  readonly expected: number;
}

export const byLatency: Order = (group, question) => {
  const { isFirstToken, latencies } = compare(group, question);
  const measured = ascending(
    group.arms.map((arm, at) => weigh(arm, latencies[at] ?? null, question.now)),
    ({ expected }) => expected,
  );
  const { at, reason } = chooseFirst(measured, group, question);
  const first = measured[at];
  const others = first === undefined ? measured : [first, ...measured.filter((one) => one !== first)];
  return others.map((one): PlacedArm => {
    const own = one === first ? reason : null;
    return { arm: one.arm, reason: own ?? toReason(one, isFirstToken, question.now) };
  });
};

interface Comparison {
  readonly isFirstToken: boolean;
  readonly latencies: readonly (Latency | null)[];
}

/** As the answer will come; where no target was measured that way, as any was. */
function compare({ arms }: Group, { wantsStream, now }: RoutingQuestion): Comparison {
  const read = (isFirstToken: boolean): Comparison => ({
    isFirstToken,
    latencies: arms.map(({ head: { health } }) =>
      isFirstToken ? health.firstToken(now) : health.total(now),
    ),
  });
  const isKnown = ({ latencies }: Comparison) => latencies.some((latency) => latency !== null);
  const asAsked = read(wantsStream);
  if (isKnown(asAsked)) return asAsked;
  const otherwise = read(!wantsStream);
  return isKnown(otherwise) ? otherwise : asAsked;
}

/** A failed call costs its time and that of the next one, so failures count twice. */
function weigh(arm: Arm, latency: Latency | null, now: number): Measured {
  if (latency === null) return { arm, latency, expected: Number.POSITIVE_INFINITY };
  const success = 1 - Math.min(MOST_FAILURES, arm.head.health.failureRate(now));
  return { arm, latency, expected: latency.p50 / success ** 2 };
}

interface First {
  /** Index of the one that is asked first. */
  readonly at: number;
  /** `null`: for what was measured. */
  readonly reason: string | null;
}

/** `measured`: ascending. Only those that nothing sets back are drawn from, as long as there are any. */
function chooseFirst(measured: readonly Measured[], { entry }: Group, question: RoutingQuestion): First {
  const tier = Math.min(...measured.map(({ arm }) => arm.head.tier));
  const choice = measured.map((_, at) => at).filter((at) => measured[at]?.arm.head.tier === tier);
  const best = choice[0] ?? 0;
  const tried = choice.find((at) => measured[at]?.arm.head.isHalfOpen === true);
  if (tried !== undefined) return { at: tried, reason: 'latency: its circuit is tried again' };
  if (choice.length < 2) return { at: best, reason: null };
  const explored = explore(measured, choice, entry.exploration ?? DEFAULT_EXPLORATION, question);
  if (explored !== null) return explored;
  return { at: drawAsGood(measured, choice, question), reason: null };
}

/** `null`: this request goes to the fastest. */
function explore(
  measured: readonly Measured[],
  choice: readonly number[],
  exploration: number,
  { now, random }: RoutingQuestion,
): First | null {
  if (exploration === 0) return null;
  const fastest = measured[choice[0] ?? 0];
  if (fastest === undefined || fastest.latency === null) return null;
  let found: { readonly at: number; readonly due: number } | null = null;
  for (const at of choice.slice(1)) {
    const one = measured[at];
    if (one === undefined) continue;
    const due = dueOf(one, fastest, now);
    if (due > (found?.due ?? MEASURED_AGAIN_MS)) found = { at, due };
  }
  if (found === null) return null;
  const seenAt = measured[found.at]?.latency?.seenAt;
  const share = seenAt === undefined ? Math.max(exploration, UNMEASURED_SHARE) : exploration;
  if (random() >= share) return null;
  const when = seenAt === undefined ? 'not measured yet' : `last measured ${toSeconds(now - seenAt)} s ago`;
  return { at: found.at, reason: `latency: explored, ${when}` };
}

/** How long it was not measured, in milliseconds, less for slower targets: measuring those costs more, and tells less. */
function dueOf({ arm, latency, expected }: Measured, fastest: Measured, now: number): number {
  if (latency === null) return arm.head.health.inFlight(now) > 0 ? 0 : Number.POSITIVE_INFINITY;
  const age = now - latency.seenAt;
  return age > LONGEST_UNMEASURED_MS ? age : age * (fastest.expected / expected) ** 2;
}

/** Nobody was measured yet: all of them are as good. */
function drawAsGood(
  measured: readonly Measured[],
  choice: readonly number[],
  { random }: RoutingQuestion,
): number {
  const best = measured[choice[0] ?? 0]?.expected ?? 0;
  const asGood = choice.filter((at) => (measured[at]?.expected ?? 0) <= best * AS_GOOD);
  const drawn = asGood.length < 2 ? 0 : Math.floor(random() * asGood.length);
  return asGood[drawn] ?? 0;
}

function toReason({ arm, latency }: Measured, isFirstToken: boolean, now: number): string {
  if (latency === null) return 'latency: not measured yet';
  const measured = `latency: ${Math.round(latency.p50)} ms ${isFirstToken ? 'to the first token' : 'for a whole answer'}`;
  const failures = Math.round(100 * arm.head.health.failureRate(now));
  return failures === 0 ? measured : `${measured}, ${failures} % failed`;
}

const toSeconds = (ms: number): number => Math.max(0, Math.round(ms / 1000));
