/** What routing knows of the configuration beside the document: conditions compiled, windows looked up. */
import type { Condition } from './conditions/condition.ts';
import type { ModelIndex } from './model-index.ts';

export interface RoutingIndex extends ModelIndex {
  /** By their text. */
  readonly conditions: ReadonlyMap<string, Condition>;
  /** Context windows in tokens by `provider/model`, of the document's targets that a list knows. */
  readonly windows: { get(target: string): number | undefined };
}
