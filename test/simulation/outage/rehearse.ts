/** One outage: a gateway on workerd before two providers, of which the first dies and comes back while clients ask. */
import { setTimeout as delay } from 'node:timers/promises';
import { standIn, startGateway } from '../../support/gateway.ts';
import { seeded } from '../../support/seeded.ts';
import { type Ask, runTraffic, type Sample } from '../live-traffic.ts';
import { type Death, startProvider } from './provider.ts';

export interface Plan {
  readonly seconds: number;
  readonly perSecond: number;
  /** Seconds since the traffic began. */
  readonly diesAt: number;
  readonly returnsAt: number;
  readonly firstTokenMs: number;
  /** How long a circuit stays open; `null`: as it is by default. */
  readonly openSeconds: number | null;
}

export interface Rehearsal {
  readonly death: Death;
  readonly plan: Plan;
  readonly samples: readonly Sample[];
}

export const PRIMARY = 'primary';
const ALIAS = 'assistant';
const WARM_UP_SECONDS = 2;

export async function rehearse(death: Death, plan: Plan): Promise<Rehearsal> {
  const [primary, secondary] = [await startProvider(seeded(1)), await startProvider(seeded(2))];
  const { firstTokenMs, openSeconds, perSecond, seconds } = plan;
  const gateway = await startGateway({
    config: {
      providers: { [PRIMARY]: standIn(primary.url), secondary: standIn(secondary.url) },
      models: {
        [ALIAS]: {
          strategy: 'fallback',
          targets: [
            { provider: PRIMARY, model: 'm' },
            { provider: 'secondary', model: 'm' },
          ],
          timeouts: { first_token_ms: firstTokenMs, headers_ms: firstTokenMs },
          ...(openSeconds === null ? {} : { breaker: { open_seconds: openSeconds } }),
        },
      },
    },
  });
  const ask: Ask = (body) => gateway.post('/v1/chat/completions', body);
  try {
    const usual = { ask, perSecond, streams: 'half', question: 'Are you well?' } as const;
    await runTraffic({ ...usual, model: ALIAS, seconds: WARM_UP_SECONDS });
    await runTraffic({ ...usual, model: `secondary/m`, seconds: WARM_UP_SECONDS / 2 });
    const traffic = runTraffic({ ...usual, model: ALIAS, seconds });
    await delay(plan.diesAt * 1000);
    primary.die(death);
    await delay((plan.returnsAt - plan.diesAt) * 1000);
    await primary.revive();
    return { death, plan, samples: await traffic };
  } finally {
    await gateway.stop();
    await Promise.all([primary.stop(), secondary.stop()]);
  }
}
