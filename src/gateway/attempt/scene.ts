/** What all upstream calls of one request have in common. */
import type { ClientRequest } from '../../dialects/client-request.ts';
import type { Alarm } from '../../streaming/alarm.ts';
import type { Exchange, Plan } from '../exchange.ts';
import type { Admitting } from '../limits/reserve.ts';

export interface Scene {
  readonly exchange: Exchange;
  readonly request: ClientRequest;
  readonly admitting: Admitting;
  readonly plan: Plan;
  readonly alarm: Alarm;
}

/** Whose further calls are counted together: an alias's, else a provider's, because clients make models' names up. */
export const retryAccount = ({ alias, targets: [first] }: Plan): string => alias ?? `${first?.provider.id}/`;
