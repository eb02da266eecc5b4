/** `least_busy`: fewest calls under way for its weight. Among equals chance decides, by weight. */
import type { Arm } from '../arm.ts';
import { lotOf } from '../rendezvous.ts';
import type { Order } from './order.ts';

export const byLoad: Order = ({ arms }, question) =>
  arms
    .map((arm) => {
      const calls = callsOf(arm, question.now);
      const load = arm.weight === 0 ? Number.POSITIVE_INFINITY : calls / arm.weight;
      return { arm, calls, load, lot: lotOf(1 - question.random(), arm.weight) };
    })
    .sort((a, b) => (a.load === b.load ? compare(a.lot, b.lot) : compare(a.load, b.load)))
    .map(({ arm, calls }) => ({ arm, reason: `least_busy: ${calls} under way` }));

const compare = (a: number, b: number): number => (a === b ? 0 : a - b);

/** Of all that it leads to, each once. */
function callsOf({ leaves, head }: Arm, now: number): number {
  if (leaves.length === 1) return head.health.inFlight(now);
  const healths = new Set(leaves.map(({ leaf }) => leaf.health));
  let calls = 0;
  for (const health of healths) calls += health.inFlight(now);
  return calls;
}
