/** One way through an alias and those nested in it, for one request: what may be asked, and what a rule keeps it away from. */
import type { ModelEntry, TargetEntry } from '../config/schema.ts';
import type { RoutingIndex } from './alias-rules.ts';
import { type Arm, armNameOf, headOf, type Leaf, type ModelTarget, type PlacedLeaf } from './arm.ts';
import type { Candidate } from './candidate.ts';
import {
  belowTarget,
  type Inherited,
  NOTHING_INHERITED,
  refusalOf,
  regionsOf,
  withinAlias,
} from './inherited.ts';
import { targetsInUse } from './leaves-of.ts';
import { NEARNESS, nearnessOf } from './places.ts';
import type { RoutingQuestion } from './routing-question.ts';
import { setbackOf } from './setback.ts';
import { ORDERS } from './strategies/orders.ts';

/** What the aliases above say of a target. */
interface Above {
  readonly inherited: Inherited;
  /** Of the outermost alias; `null`: this is the outermost. */
  readonly arm: string | null;
  /** Why nothing below is asked; `null`: it may be. */
  readonly refusal: string | null;
}

export class Walk {
  /** In the order of the document. */
  readonly excluded: Candidate[] = [];
  readonly #index: RoutingIndex;
  readonly #question: RoutingQuestion;
  readonly #hasBreaker: boolean;
  /** Names of what may be asked, in the order of the document. */
  readonly #reached: string[] = [];
  #hasConditions = false;

  /** `hasBreaker`: circuits are looked at. */
  constructor(index: RoutingIndex, question: RoutingQuestion, hasBreaker: boolean) {
    this.#index = index;
    this.#question = question;
    this.#hasBreaker = hasBreaker;
  }

  /** As `Candidates.reach`. */
  get reach(): string | null {
    return this.#hasConditions ? this.#reached.join(' ') : null;
  }

  /** Every target that may be asked, as strategies order them, repeats included. */
  enter(name: string, entry: ModelEntry): readonly PlacedLeaf[] {
    return this.#alias(name, entry, { inherited: NOTHING_INHERITED, arm: null, refusal: null });
  }

  #alias(name: string, entry: ModelEntry, above: Above): readonly PlacedLeaf[] {
    const inherited = withinAlias(above.inherited, entry);
    const arms: Arm[] = [];
    let place = -1;
    for (const target of targetsInUse(entry)) {
      place += 1;
      const arm = armNameOf(target);
      const leaves = this.#target(target, {
        inherited,
        arm: above.arm ?? arm,
        refusal: above.refusal ?? this.#conditionOf(target, entry),
      });
      const head = headOf(leaves);
      if (head !== null) arms.push({ name: arm, place, weight: target.weight, leaves, head });
    }
    if (arms.length === 0) return [];
    const placed: PlacedLeaf[] = [];
    for (const { arm, reason } of ORDERS[entry.strategy]({ alias: name, entry, arms }, this.#question))
      for (const one of arm.leaves) placed.push(within(one, reason));
    return placed;
  }

  /** A condition that is not there is not true. */
  #conditionOf({ when }: TargetEntry, { strategy }: ModelEntry): string | null {
    if (strategy !== 'conditional' || when === undefined) return null;
    this.#hasConditions = true;
    const holds = this.#index.conditions.get(when)?.test(this.#question) === true;
    return holds ? null : 'conditional: condition is false';
  }

  #target(target: TargetEntry, above: Above & { readonly arm: string }): readonly PlacedLeaf[] {
    if ('provider' in target) return this.#leaf(target, above);
    const nested = this.#index.aliases.get(target.alias);
    if (nested === undefined) return [];
    const inherited = belowTarget(above.inherited, target);
    return this.#alias(target.alias, nested, { ...above, inherited });
  }

  #leaf(target: ModelTarget, { inherited, arm, refusal }: Above & { readonly arm: string }): PlacedLeaf[] {
    const reason = refusal ?? refusalOf(target, inherited);
    if (reason !== null) {
      this.excluded.push(this.#toExcluded(target, arm, reason));
      return [];
    }
    const name = `${target.provider}/${target.model}`;
    this.#reached.push(name);
    return [{ leaf: this.#toLeaf(target, name, inherited), reason: '', arm }];
  }

  #toLeaf(target: ModelTarget, name: string, inherited: Inherited): Leaf {
    const question = this.#question;
    const health = question.health.of(name);
    const regions = regionsOf(target, inherited);
    // Looking where the client is costs something, so it is done where it matters only.
    const nearness = regions === null ? NEARNESS.anywhere : nearnessOf(regions, question.place);
    const { tier, reason, until, isHalfOpen } = setbackOf(
      target,
      { health, nearness, hasBreaker: this.#hasBreaker },
      question,
    );
    return { target, name, health, nearness, tier, setback: reason, until, isHalfOpen };
  }

  #toExcluded(target: ModelTarget, arm: string, reason: string): Candidate {
    const { provider, model, context_tokens, continues } = target;
    const contextTokens = context_tokens ?? this.#index.windows.get(`${provider}/${model}`) ?? null;
    return { provider, model, reason, standing: 'no', arm, contextTokens, continues: continues ?? null };
  }
}

const within = ({ leaf, arm, reason: inner }: PlacedLeaf, reason: string): PlacedLeaf => ({
  leaf,
  arm,
  reason: inner === '' ? reason : `${reason}; ${inner}`,
});
