/**
 * The health of targets that no alias names: clients make their names up, and what is kept of those would push out what is
 * known of the operator's. There is no other target to go to, so nothing would be decided by it.
 */
import type { Region } from '../region-of.ts';
import type { HealthCall, RegionHealth, TargetHealth } from './region-health.ts';

const NO_CALL: HealthCall = {
  isProbe: false,
  answered: () => undefined,
  gaveUp: () => undefined,
  end: () => undefined,
};

const UNRECORDED: TargetHealth = {
  circuit: () => 'closed',
  openUntil: 0,
  coolingUntil: 0,
  inFlight: () => 0,
  firstToken: () => null,
  total: () => null,
  failureRate: () => 0,
  begin: () => NO_CALL,
  cool: () => undefined,
};

export const unrecordedHealth = (region: Region): RegionHealth => ({ region, of: () => UNRECORDED });
