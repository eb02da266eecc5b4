/** `single` and `fallback`: as the document has them. */
import type { Order } from './order.ts';

export const inOrder: Order = ({ entry, arms }) =>
  arms.map((arm, at) => ({
    arm,
    reason: at === 0 ? `${entry.strategy}: first choice` : `${entry.strategy}: number ${at + 1}`,
  }));
