/** Whether any credential of a provider can be asked with right now. */
import type { Provider } from '../providers/provider.ts';
import type {
  CredentialStanding,
  CredentialState,
  CredentialStates,
} from '../routing/health/credential-states.ts';

export interface Block {
  /** For the operator, and for those who ask why: names no credential. */
  readonly reason: string;
  /** When the first of them may be asked again, by the clock. */
  readonly until: number;
}

const REASONS: Readonly<Record<Exclude<CredentialState, 'active'>, string>> = {
  cooling: 'its credentials cool down',
  exhausted: 'its credentials are used up',
  invalid: 'its credentials were refused',
  disabled: 'its credentials are disabled',
};

const DISABLED: CredentialStanding = { state: 'disabled', until: Number.POSITIVE_INFINITY };

/** `null`: one of them can. `provider` of `undefined`: it is off, because its secret is not set. */
export function blockOf(
  provider: Provider | undefined,
  model: string,
  states: CredentialStates,
  now: number,
): Block | null {
  if (provider === undefined)
    return { reason: 'the provider is off: its secret is not set', until: Number.POSITIVE_INFINITY };
  let first: Block | null = null;
  for (const { stateId, isDisabled } of provider.credentials) {
    const { state, until } = isDisabled ? DISABLED : states.standing(stateId, model, now);
    if (state === 'active') return null;
    if (first === null || until < first.until) first = { reason: REASONS[state], until };
  }
  return first;
}
