/**
 * Which tokens a call is charged with, whichever way it ended (traps G4, G5, G8). One table, which `docs/billing.md` tells to
 * users; nothing here knows prices.
 */
import { estimatedUsage, tokensOfCharacters, type Usage, withSeen } from './usage.ts';

export type ChargedEndingKind = 'complete' | 'client_abort' | 'upstream_error' | 'timeout' | 'rejected';

/** How far the call had come: no provider was asked; asked, and nothing of an answer had come; something had. */
export type ChargedPhase = 'not-called' | 'called' | 'content';

export type ChargeRule =
  /** Nothing, whatever was told. */
  | 'nothing'
  /** What the provider told; if it told nothing, nothing. */
  | 'told'
  /** What the provider told; if it told nothing, the input, estimated. */
  | 'told-or-input'
  /** What the provider told; if it told nothing, the input and the output that was seen, estimated. */
  | 'told-or-seen'
  /** As before; output that was seen counts even where the provider had told of less by then. */
  | 'told-and-seen';

type RulesByPhase = Readonly<Record<ChargedPhase, ChargeRule>>;

export const CHARGE_RULES: Readonly<Record<ChargedEndingKind, RulesByPhase>> = {
  // Complete without a call: the answer came from the cache, or was counted here.
  complete: { 'not-called': 'nothing', called: 'told-or-seen', content: 'told-or-seen' },
  client_abort: { 'not-called': 'nothing', called: 'told-or-input', content: 'told-and-seen' },
  upstream_error: { 'not-called': 'nothing', called: 'told', content: 'told-and-seen' },
  timeout: { 'not-called': 'nothing', called: 'told-or-input', content: 'told-and-seen' },
  rejected: { 'not-called': 'nothing', called: 'nothing', content: 'nothing' },
};

export interface ChargedEnding {
  readonly ending: ChargedEndingKind;
  readonly phase: ChargedPhase;
  /** The last usage that the provider told; `null`: none. */
  readonly told: Usage | null;
  /** Characters of the answer that had come; those of error texts do not count (traps G8). */
  readonly outputCharacters: number;
}

/** What was reckoned with before the call. */
export interface ChargeEstimate {
  readonly inputTokens: number;
  /** Charged for a complete answer of which nothing was told and nothing could be read, as of sound; `null`: none. */
  readonly outputTokens: number | null;
  /** The provider goes on with its answer when nobody listens: what was seen of it is not all there is. */
  readonly goesOnUnseen: boolean;
}

export interface Charge {
  /** `null`: nothing is charged. */
  readonly usage: Usage | null;
  /** What the request asked for in units of its own (pictures, minutes, searches) was delivered, and is charged. */
  readonly isQuantified: boolean;
}

const NOTHING: Charge = { usage: null, isQuantified: false };

export function chargeFor(ended: ChargedEnding, estimate: ChargeEstimate): Charge {
  const { ending, phase, told, outputCharacters } = ended;
  const rule = CHARGE_RULES[ending][phase];
  const unseen = estimate.goesOnUnseen ? (estimate.outputTokens ?? 0) : 0;
  const seen = Math.max(tokensOfCharacters(outputCharacters), unseen);
  const isQuantified = ending === 'complete' || phase === 'content';
  switch (rule) {
    case 'nothing':
      return NOTHING;
    case 'told':
      return { usage: told, isQuantified: false };
    case 'told-or-input':
      return { usage: told ?? estimatedUsage(estimate.inputTokens, unseen), isQuantified: false };
    case 'told-or-seen':
      return {
        usage: told ?? estimatedUsage(estimate.inputTokens, seen > 0 ? seen : (estimate.outputTokens ?? 0)),
        isQuantified,
      };
    case 'told-and-seen':
      return {
        usage: told === null ? estimatedUsage(estimate.inputTokens, seen) : withSeen(told, seen),
        isQuantified,
      };
  }
}
