/** A condition of the configuration, compiled. Grammar and names: `docs/routing.md`. */
import type { RoutingQuestion } from '../routing-question.ts';

export interface Condition {
  /** Never throws; what cannot be compared is not equal. Bounded by the length of the condition and of the texts it reads. */
  test(question: RoutingQuestion): boolean;
}

/** `message`: what is wrong and where, for the operator. */
export type Compiled = { readonly condition: Condition } | { readonly mistake: string };
