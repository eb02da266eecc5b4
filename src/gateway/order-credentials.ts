/** The credentials of a provider in the order in which a request asks with them. */
import type { Credential, Provider } from '../providers/provider.ts';
import type { CredentialStates } from '../routing/health/credential-states.ts';
import { lotOf, uniformHash } from '../routing/rendezvous.ts';

/** What the order may go by. What costs something is worked out where it is needed. */
export interface CredentialQuestion {
  readonly now: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** What stays the same from turn to turn of one conversation, unlike that of any other key. */
  readonly conversation: () => string;
  /** Tokens that the request is expected to need of a limit, roughly; `null`: not known. */
  readonly expectedTokens: () => number | null;
}

/** Disabled ones never; the others in these groups, and within the first two as the provider's entry selects. */
const GROUPS = { ready: 0, short: 1, resting: 2, refused: 3 } as const;

interface Ranked {
  readonly credential: Credential;
  readonly group: (typeof GROUPS)[keyof typeof GROUPS];
  /** The smaller, the earlier. */
  readonly rank: number;
}

/**
 * Those that work and have tokens enough come first, then those that work and are short of tokens, then those that rest, the
 * first to wake first, and last those that were refused.
 */
export function orderCredentials(
  provider: Provider,
  model: string,
  states: CredentialStates,
  question: CredentialQuestion,
): readonly Credential[] {
  const enabled = enabledOf(provider);
  if (enabled.length < 2) return enabled;
  const selecting = selectionOf(provider, question);
  let expected: number | null | undefined;
  const isShort = (stateId: string): boolean => {
    const left = states.tokensLeft(stateId, model, question.now);
    if (left === null) return false;
    expected ??= question.expectedTokens();
    return expected !== null && left < expected;
  };
  const ranked = enabled.map((credential, place): Ranked => {
    const { stateId } = credential;
    const { state, until } = states.standing(stateId, model, question.now);
    if (state === 'cooling' || state === 'exhausted')
      return { credential, group: GROUPS.resting, rank: until };
    if (state === 'invalid') return { credential, group: GROUPS.refused, rank: until };
    const group = isShort(stateId) ? GROUPS.short : GROUPS.ready;
    return { credential, group, rank: selecting(credential, place) };
  });
  return ranked
    .sort((a, b) => a.group - b.group || compare(a.rank, b.rank))
    .map(({ credential }) => credential);
}

function enabledOf({ credentials }: Provider): readonly Credential[] {
  const isWhole = credentials.every(({ isDisabled }) => !isDisabled);
  return isWhole ? credentials : credentials.filter(({ isDisabled }) => !isDisabled);
}

/** By id and not by secret: a new secret is as a rule one of the same account, where the prompt cache is. */
function selectionOf(
  { keySelection }: Provider,
  question: CredentialQuestion,
): (credential: Credential, place: number) => number {
  switch (keySelection) {
    case 'in_order':
      return (_, place) => place;
    case 'weighted':
      return ({ weight }) => lotOf(1 - question.random(), weight);
    case 'sticky': {
      const conversation = question.conversation();
      return ({ id, weight }) => lotOf(uniformHash(`${conversation} ${id}`), weight);
    }
  }
}

/** Two that are infinite are equal, which subtraction does not say. */
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
