/** Where a request came from. Source: https://developers.cloudflare.com/workers/runtime-apis/request/#incomingrequestcfproperties */
import { NOWHERE, type Place } from '../routing/place.ts';

/** For tests only: `EU,DE,FRA` stands for continent, country and data centre. */
const TEST_HEADER = 'x-edgeway-test-region';

/** A request, or headers that stand in for its own. */
export interface PlaceTold {
  readonly headers: Headers;
  readonly cf?: Request['cf'] | undefined;
}

/** `mayBeTold`: as `testing.region_header` says. What is not of the right form counts as not said. */
export function placeOf(request: PlaceTold, mayBeTold: boolean): Place {
  const told = mayBeTold ? request.headers.get(TEST_HEADER) : null;
  if (told !== null) {
    const [continent, country, colo] = told.split(',').map((part) => part.trim().toUpperCase());
    return { continent: code(continent), country: code(country), colo: code(colo) };
  }
  const { cf } = request;
  if (cf === undefined || cf === null) return NOWHERE;
  return { continent: code(cf.continent), country: code(cf.country), colo: code(cf.colo) };
}

const code = (value: unknown): string | null =>
  typeof value === 'string' && /^[A-Z0-9]{2,4}$/.test(value) ? value : null;
