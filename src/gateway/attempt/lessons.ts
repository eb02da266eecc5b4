/** What an answer teaches for those to come: of the credential that asked, and of the target. */
import { forgetToken } from '../../providers/credentials/authorize.ts';
import type { Credential } from '../../providers/provider.ts';
import { type Exchange, type Target, targetName } from '../exchange.ts';
import { limitedModel } from '../limited-model.ts';
import { reportRefusedCredential } from '../limits/report-alerts.ts';
import type { AttemptFailure } from '../provider-failure.ts';
import type { OneAttempt } from './one-attempt.ts';
import type { Scene } from './scene.ts';
import { complainsOfOurWish, speaksOfOurWish } from './wish-for-usage.ts';

/** A credential that was refused is asked last for so long, in milliseconds. */
const REFUSED_MS = 30_000;
/** One whose quota is used up. */
const EXHAUSTED_MS = 300_000;
/** A rate limit without `Retry-After`: doubling with each one that follows. */
const REST_MS = 5000;
const MOST_REST_MS = 60_000;
/** Whatever a provider asks for, it is asked again after this. */
const LONGEST_REST_MS = 600_000;

/** It gave an answer. */
export function learnFromAnswer({ target, credential, askedAt }: OneAttempt, { exchange }: Scene): void {
  const { services, context } = exchange;
  services.alerts.credentialWorked(credential.id, context);
  const model = limitedModel(target.provider.id, target.model, services.snapshot);
  services.credentialBook.works(credential.stateId, model, context.now(), askedAt);
  const limit = limitOf(credential, model);
  // What was asked before the last limit says nothing of the time behind it.
  if ((services.rateLimited.get(limit)?.at ?? 0) < askedAt) services.rateLimited.delete(limit);
}

/**
 * A refused credential is asked last for a while, one that is rate-limited rests, and a target that asks to be left alone is.
 */
export function learnFromFailure(
  attempt: OneAttempt,
  failure: AttemptFailure,
  { exchange, plan, request }: Scene,
): void {
  const { target, credential } = attempt;
  const { services, context } = exchange;
  const { error, retryAfterMs } = failure;
  if (failure.isCredentialRefused) refused(target, credential, failure, exchange);
  else if (failure.isRateLimited) rest(target, credential, failure, exchange);
  else if (attempt.asksForUsage && complainsOfOurWish(failure, request)) {
    if (!speaksOfOurWish(request, exchange.headers))
      services.withoutStreamOptions.set(target.provider.id, true);
  } else if (error.code === 'provider_error' && error.status >= 500 && retryAfterMs !== null)
    plan.health.of(targetName(target)).cool(context.now() + Math.min(retryAfterMs, LONGEST_REST_MS));
}

function refused(
  { provider }: Target,
  credential: Credential,
  { refusal }: AttemptFailure,
  { services, context }: Exchange,
): void {
  const { credentialBook, accessTokens } = services;
  const { status = null, reason = 'rejected' } = refusal ?? {};
  reportRefusedCredential(
    { provider: provider.id, credential: credential.id, reason, status },
    services,
    context,
  );
  const now = context.now();
  if (reason === 'quota') credentialBook.exhaust(credential.stateId, now + EXHAUSTED_MS, now);
  else credentialBook.invalidate(credential.stateId, now + REFUSED_MS, now);
  forgetToken(credential, accessTokens);
}

function rest(
  target: Target,
  credential: Credential,
  { retryAfterMs }: AttemptFailure,
  { services, context }: Exchange,
): void {
  const { credentialBook, rateLimited, snapshot } = services;
  const model = limitedModel(target.provider.id, target.model, snapshot);
  const limit = limitOf(credential, model);
  const now = context.now();
  const before = rateLimited.get(limit)?.count ?? 0;
  rateLimited.set(limit, { count: before + 1, at: now });
  const restMs = retryAfterMs ?? Math.min(MOST_REST_MS, REST_MS * 2 ** before);
  credentialBook.cool(credential.stateId, model, now + Math.min(restMs, LONGEST_REST_MS), now);
}

const limitOf = ({ stateId }: Credential, model: string): string => `${stateId} ${model}`;
