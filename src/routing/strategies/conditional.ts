/** `conditional`: those whose condition holds, or that have none, as the document has them. The others are no arms at all. */
import type { Order } from './order.ts';

export const byCondition: Order = ({ entry, arms }) =>
  arms.map((arm) => ({
    arm,
    reason:
      entry.targets[arm.place]?.when === undefined
        ? 'conditional: without a condition'
        : 'conditional: condition is true',
  }));
