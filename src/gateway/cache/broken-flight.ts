/** The object that ran the request is gone, in the middle of its answer. */
import { type ErrorWire, GatewayUnavailable, toErrorWire } from '../../errors.ts';

export const brokenFlight = (): ErrorWire =>
  toErrorWire(new GatewayUnavailable('The request that this one waited for was lost.'));
