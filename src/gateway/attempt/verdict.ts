/** What the end of a call says of the target's health. */
import type { AnyGatewayError } from '../../errors.ts';
import type { CallVerdict } from '../../routing/health/region-health.ts';
import { ClientLeft } from '../client-left.ts';
import { AttemptFailed, type AttemptFailure, toFailure } from '../provider-failure.ts';
import { OutrunByAnother } from './outrun.ts';
import { Overtime } from './overtime.ts';

/**
 * Why a call failed, or was ended. `hadTheTime`: most of what the whole request took was waited for this call, and not for
 * others before it, or for a turn.
 */
export function verdictOf(reason: Error, hadTheTime: boolean): CallVerdict {
  if (reason instanceof AttemptFailed) return verdictOfAttempt(reason.failure);
  if (reason instanceof Overtime) return reason.isOfClient || !hadTheTime ? 'neutral' : 'failure';
  return reason instanceof ClientLeft ? 'neutral' : verdictOfFailure(toFailure(reason));
}

function verdictOfAttempt({ error, isRateLimited, blamesRequest }: AttemptFailure): CallVerdict {
  return isRateLimited || blamesRequest === true ? 'neutral' : verdictOfFailure(error);
}

/** It might have come to an answer still. */
export const wasTooSlow = (reason: Error): boolean =>
  reason instanceof OutrunByAnother ||
  (reason instanceof AttemptFailed && reason.failure.error.code === 'provider_timeout');

/**
 * A rate limit is our account's, and a refused credential ours to mend: the target is well (traps I1). What a provider says of a
 * bad request says nothing of how good ones fare: its front may refuse at once what its models would never answer.
 */
function verdictOfFailure(error: AnyGatewayError): CallVerdict {
  switch (error.code) {
    case 'provider_error':
      return error.status === 429 ? 'neutral' : 'failure';
    case 'provider_rejected_request':
      return error.status === 408 ? 'failure' : 'neutral';
    case 'provider_unreachable':
    case 'provider_timeout':
      return 'failure';
    default:
      return 'neutral';
  }
}
