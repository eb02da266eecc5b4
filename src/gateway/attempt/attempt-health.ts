/** What one call tells of its target's health. */
import type { HealthCall } from '../../routing/health/region-health.ts';
import type { Ending } from '../../telemetry/request-log.ts';
import { type Target, targetName } from '../exchange.ts';
import { servingPlace } from '../home.ts';
import { AttemptFailed } from '../provider-failure.ts';
import { breakerOf } from './breaker.ts';
import type { Scene } from './scene.ts';
import { verdictOf, wasTooSlow } from './verdict.ts';

const MOST = 0.9;
/** Of requests that tell no place. */
const UNKNOWN_COLO = '-';

export class AttemptHealth {
  readonly #scene: Scene;
  readonly #call: HealthCall;
  readonly #startedAt: number;

  /** The call is made. */
  constructor(target: Target, scene: Scene) {
    const { exchange, plan } = scene;
    this.#scene = scene;
    this.#startedAt = this.#now;
    const colo = servingPlace(exchange).colo ?? UNKNOWN_COLO;
    this.#call = plan.health.of(targetName(target)).begin(colo, breakerOf(plan), this.#startedAt);
  }

  /** Its first content is here, or all of it. */
  answered(kind: 'stream' | 'whole'): void {
    const now = this.#now;
    this.#call.answered(kind, now - this.#startedAt, now);
  }

  failed(reason: Error): void {
    const now = this.#now;
    const kind = this.#scene.request.wantsStream ? 'stream' : 'whole';
    if (wasTooSlow(reason)) this.#call.gaveUp(kind, now - this.#startedAt, now);
    const verdict = verdictOf(reason, this.#hadTheTime(now));
    this.#call.end(this.#mayBeOfClient(reason) ? 'neutral' : verdict, now);
  }

  /** A body that streams through is sent as fast, and as far, as its client sends it. */
  #mayBeOfClient(reason: Error): boolean {
    if (this.#scene.request.isReplayable || !(reason instanceof AttemptFailed)) return false;
    const { code } = reason.failure.error;
    return code === 'provider_timeout' || code === 'provider_unreachable';
  }

  /** Its answer went down, and came to this. */
  settled(ending: Ending): void {
    const isBroken = ending === 'upstream_error' || ending === 'timeout';
    this.#call.end(ending === 'complete' ? 'success' : isBroken ? 'failure' : 'neutral', this.#now);
  }

  #hadTheTime(now: number): boolean {
    const { arrivedAt } = this.#scene.exchange.context;
    return now - this.#startedAt >= (now - arrivedAt) * MOST;
  }

  get #now(): number {
    return this.#scene.exchange.context.now();
  }
}
