/** Every strategy by its name in the document. */
import type { Strategy } from '../../config/schema-routing.ts';
import { byDifficulty } from './auto.ts';
import { byCondition } from './conditional.ts';
import { byCost } from './cost.ts';
import { inOrder } from './in-order.ts';
import { byLatency } from './latency.ts';
import { byLoad } from './least-busy.ts';
import type { Order } from './order.ts';
import { byRegion } from './region.ts';
import { byConversation } from './sticky.ts';
import { byWeight } from './weighted.ts';

export const ORDERS: Readonly<Record<Strategy, Order>> = {
  single: inOrder,
  fallback: inOrder,
  weighted: byWeight,
  latency: byLatency,
  cost: byCost,
  least_busy: byLoad,
  region: byRegion,
  conditional: byCondition,
  sticky: byConversation,
  auto: byDifficulty,
};
