/**
 * A call could not be given its credential: the token endpoint refused it, or could not be asked. Says nothing of
 * what the credential is.
 *
 * - `refused`: this credential is no good; another may be.
 * - `unreachable`: no (sensible) answer; the same credential may do a moment later.
 */
export class AuthorizationFailed extends Error {
  readonly reason: 'refused' | 'unreachable';
  constructor(reason: 'refused' | 'unreachable', message: string) {
    super(message);
    this.reason = reason;
  }
}
