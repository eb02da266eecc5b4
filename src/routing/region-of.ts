/**
 * Whose measurements count for a request: the region, named as Cloudflare names where a Durable Object may live, so that
 * the Vantage of a region stands within it. Cloudflare publishes no map from places to these names; this one follows
 * geography and where cables go. A place that is put on the wrong side of a border is routed by its neighbours'
 * measurements, and nothing else: who may answer it is decided by continent, country and colo.
 */
import type { Place } from './place.ts';

/** https://developers.cloudflare.com/durable-objects/reference/data-location/ */
export const REGIONS = ['wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'oc', 'afr', 'me'] as const;

export type Region = (typeof REGIONS)[number];

/** Where nothing is known: most providers answer from there. */
const UNKNOWN: Region = 'enam';

const BY_CONTINENT: ReadonlyMap<string | null, Region> = new Map([
  ['NA', 'enam'],
  ['SA', 'sam'],
  ['EU', 'weur'],
  ['AS', 'apac'],
  ['OC', 'oc'],
  ['AF', 'afr'],
]);

/** Eastern Europe and the Middle East are parts of continents; so is Türkiye, on whichever side. */
const BY_COUNTRY: ReadonlyMap<string | null, Region> = new Map([
  ...toRegion('eeur', 'AL BA BG BY CY CZ EE FI GR HR HU LT LV MD ME MK PL RO RS RU SI SK UA XK'),
  ...toRegion('me', 'AE AM AZ BH GE IL IQ IR JO KW LB OM PS QA SA SY TR YE'),
]);

/** Data centres of North America west of the Rocky Mountains' eastern foot. */
const WESTERN_COLOS = new Set(
  'ABQ ANC DEN FAT GDL HNL LAS LAX OAK ONT PDX PHX RNO SAN SEA SFO SJC SLC SMF TIJ TUS YEG YVR YYC YYJ'.split(
    ' ',
  ),
);

export function regionOf({ continent, country, colo }: Place): Region {
  const region = BY_COUNTRY.get(country) ?? BY_CONTINENT.get(continent) ?? UNKNOWN;
  return continent === 'NA' && colo !== null && WESTERN_COLOS.has(colo) ? 'wnam' : region;
}

function toRegion(region: Region, countries: string): readonly (readonly [string, Region])[] {
  return countries.split(' ').map((country) => [country, region] as const);
}
