/** Where the simulated traffic comes from: twelve data centres of eight regions. */
import type { Place } from '../../../src/routing/place.ts';
import { type Region, regionOf } from '../../../src/routing/region-of.ts';

export interface Colo {
  readonly name: string;
  readonly place: Place;
  readonly region: Region;
  /** Requests a second. */
  readonly rate: number;
}

const LISTED: readonly (readonly [continent: string, country: string, colo: string, rate: number])[] = [
  ['NA', 'US', 'LAX', 5],
  ['NA', 'US', 'SEA', 2],
  ['NA', 'US', 'IAD', 8],
  ['NA', 'US', 'ORD', 4],
  ['SA', 'BR', 'GRU', 2],
  ['EU', 'DE', 'FRA', 6],
  ['EU', 'GB', 'LHR', 5],
  ['EU', 'NL', 'AMS', 3],
  ['EU', 'PL', 'WAW', 1],
  ['AS', 'JP', 'NRT', 4],
  ['AS', 'SG', 'SIN', 3],
  ['OC', 'AU', 'SYD', 1],
];

export const COLOS: readonly Colo[] = LISTED.map(([continent, country, name, rate]) => {
  const place = { continent, country, colo: name };
  return { name, place, rate, region: regionOf(place) };
});
