/** Under which model a provider's limits on a credential are kept. */
import type { Snapshot } from './snapshot.ts';

/**
 * Each model that the document names has limits of its own. All others share one place: clients make their names up, and what is
 * kept of those would push out what is known of the operator's.
 */
export const limitedModel = (
  provider: string,
  model: string,
  { namedTargets }: Pick<Snapshot, 'namedTargets'>,
): string => (namedTargets.has(`${provider}/${model}`) ? model : '');
