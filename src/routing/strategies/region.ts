/** `region`: those that name the client's data centre first, then its country, its continent, those that name nothing. */
import type { PlacedLeaf } from '../arm.ts';
import { NEARNESS, type Nearness } from '../places.ts';
import { ascending, type Order } from './order.ts';

const REASONS: Readonly<Record<Nearness, string>> = {
  [NEARNESS.colo]: "region: serves the client's data centre",
  [NEARNESS.country]: "region: serves the client's country",
  [NEARNESS.continent]: "region: serves the client's continent",
  [NEARNESS.anywhere]: 'region: serves any place',
  [NEARNESS.elsewhere]: 'region: serves other places',
};

export const byRegion: Order = ({ arms }) =>
  ascending(
    arms.map((arm) => ({ arm, nearness: nearest(arm.leaves) })),
    ({ nearness }) => nearness,
  ).map(({ arm, nearness }) => ({ arm, reason: REASONS[nearness] }));

function nearest(leaves: readonly PlacedLeaf[]): Nearness {
  let found: Nearness = NEARNESS.elsewhere;
  for (const { leaf } of leaves) if (leaf.nearness < found) found = leaf.nearness;
  return found;
}
