/** What a strategy is. */
import type { Group, PlacedArm } from '../arm.ts';
import type { RoutingQuestion } from '../routing-question.ts';

/** Every arm of the group, each once. Health is seen to elsewhere: arms that are set back go behind in any order. */
export type Order = (group: Group, question: RoutingQuestion) => readonly PlacedArm[];

/** Ascending by a number; of equal ones the first stays first. */
export function ascending<Value>(values: Value[], numberOf: (value: Value) => number): Value[] {
  return values.sort((a, b) => {
    const [first, second] = [numberOf(a), numberOf(b)];
    return first === second ? 0 : first - second;
  });
}
