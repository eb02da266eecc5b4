/** Whose failure it was when a run fails, and what those are told who wait. */
import {
  type ErrorCode,
  type ErrorWire,
  InternalError,
  ProviderTimeout,
  ProviderUnreachable,
  toErrorWire,
} from '../../errors.ts';

/**
 * - `own`: the gateway turned this caller away, or its client left: another caller may fare better, and nothing was
 *   spent on trying.
 * - `shared`: of the provider, or of the gateway itself: the next caller is likely to meet the same.
 */
export type FailureOwner = 'own' | 'shared';

/** With these the gateway refuses a key, a limit's holder, or what stands in one caller's headers. */
const OWN_CODES: readonly ErrorCode[] = [
  'invalid_api_key',
  'permission_denied',
  'model_not_allowed',
  'model_not_found',
  'response_not_found',
  'invalid_request',
  'request_too_large',
  'unsupported_encoding',
  'not_in_cache',
  'idempotency_conflict',
  'request_limit_exceeded',
  'token_limit_exceeded',
  'concurrency_exceeded',
  'budget_exceeded',
];

/**
 * `ending`: as the request was settled; `null`: it never was. A provider's own words may stand in `error.code`, so a
 * code counts only where the gateway says that it made the refusal itself.
 */
export function ownerOf(ending: string | null, error: ErrorWire | null): FailureOwner {
  if (ending === 'client_abort') return 'own';
  const code = error?.error.code ?? null;
  return ending === 'rejected' && OWN_CODES.some((own) => own === code) ? 'own' : 'shared';
}

/** These are worth another try with the same `Idempotency-Key`. */
const PASSING_STATUSES = [408, 409, 425, 429];

/** Of this caller, and not of the request: another of the same tenant may be let in. */
const CALLER_CODES: readonly ErrorCode[] = ['invalid_api_key', 'permission_denied', 'model_not_allowed'];

const isOfCaller = (ending: string | null, error: ErrorWire | null): boolean =>
  ending === 'rejected' && CALLER_CODES.some((code) => code === error?.error.code);

/** Whether an answer that is no success is the answer for as long as its `Idempotency-Key` counts. */
export const isFinalRefusal = (status: number, ending: string | null, error: ErrorWire | null): boolean =>
  !isOfCaller(ending, error) &&
  status >= 400 &&
  status < 500 &&
  !PASSING_STATUSES.includes(status) &&
  ending !== null &&
  ending !== 'client_abort';

/** The run gave no sign for longer than it may take. */
export const silentWire = (): ErrorWire =>
  toErrorWire(new ProviderTimeout('The request that this one waited for did not end in time.'));

/** It ended without a word of why. */
export const brokenWire = (): ErrorWire =>
  toErrorWire(
    new ProviderUnreachable('The answer broke off, or could not be told in the form of this request.'),
  );

/** The cause is known to the log. */
export const internalWire = (): ErrorWire => toErrorWire(new InternalError(undefined));

/** For an answer that is no success, and whose failure nobody told. */
export const unexplainedWire = (status: number): ErrorWire => ({ ...internalWire(), status });
