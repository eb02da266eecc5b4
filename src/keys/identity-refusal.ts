/** Why an identity token was refused: for the log, and to tell a refusal from a failure. Clients are told one thing. */
import { errors } from 'jose';

export type IdentityRefusal =
  | 'malformed'
  | 'unknown_key'
  | 'signature'
  | 'expired'
  | 'not_yet'
  | 'issuer'
  | 'audience'
  | 'algorithm'
  /** Nothing was decided: the issuer's keys cannot be had now. */
  | 'unavailable';

/** The issuer's keys cannot be had now. */
export class KeysUnavailable extends Error {}

/** For whatever verifying a token threw. */
export function toIdentityRefusal(error: unknown): IdentityRefusal {
  if (error instanceof KeysUnavailable) return 'unavailable';
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return toClaimReason(error);
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'malformed';
  if (error instanceof errors.JOSENotSupported) return 'malformed'; // a critical header that nobody here knows
  return 'unknown_key'; // none in the set, or one that is broken, too weak or private
}

function toClaimReason({ claim, reason }: errors.JWTClaimValidationFailed): IdentityRefusal {
  if (claim === 'iss') return 'issuer';
  if (claim === 'aud') return 'audience';
  return claim === 'nbf' && reason === 'check_failed' ? 'not_yet' : 'malformed';
}
