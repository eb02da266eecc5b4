/** What the Vantages of regions see, for those who look after the gateway. */
import { withTimeout } from '../../with-timeout.ts';
import { REGIONS, type Region } from '../region-of.ts';
import type { RegionView, VantageStub } from './vantage-protocol.ts';

const TIMEOUT_MS = 2000;

/** `error`: its Vantage does not answer. */
export interface SilentRegion {
  readonly region: Region;
  readonly error: string;
}

export type SeenRegion = RegionView & { readonly region: Region };

/** `null`: none are bound. */
export type Vantages = (region: Region) => VantageStub | null;

/** Of `only`, or of all that have seen something; all are asked at once. Never rejects. */
export async function readRegions(
  vantages: Vantages,
  only: Region | undefined,
): Promise<readonly (SeenRegion | SilentRegion)[]> {
  const regions = only === undefined ? REGIONS : [only];
  const read = await Promise.all(regions.map((region) => readRegion(region, vantages)));
  return read
    .filter((view) => view !== null)
    .filter((view) => only !== undefined || 'error' in view || hasSeen(view));
}

async function readRegion(region: Region, vantages: Vantages): Promise<SeenRegion | SilentRegion | null> {
  try {
    const vantage = vantages(region);
    return vantage === null ? null : { ...(await withTimeout(vantage.view(), TIMEOUT_MS)), region };
  } catch {
    return { region, error: 'The Vantage of this region does not answer.' };
  }
}

const hasSeen = ({ targets, credentials, aliases }: RegionView): boolean =>
  targets.length + credentials.length + aliases.length > 0;
