import { describe, expect, it } from 'vitest';
import { NOWHERE } from '../../../src/routing/place.ts';
import { REGIONS, regionOf } from '../../../src/routing/region-of.ts';

describe('regionOf', () => {
  it.each([
    ['NA', 'US', 'LAX', 'wnam'],
    ['NA', 'US', 'IAD', 'enam'],
    ['NA', 'CA', 'YVR', 'wnam'],
    ['NA', 'CA', 'YYZ', 'enam'],
    ['NA', 'US', null, 'enam'],
    ['NA', 'US', 'XXX', 'enam'],
    ['SA', 'BR', 'GRU', 'sam'],
    ['EU', 'DE', 'FRA', 'weur'],
    ['EU', 'PL', 'WAW', 'eeur'],
    ['EU', null, 'WAW', 'weur'],
    ['AS', 'JP', 'NRT', 'apac'],
    ['AS', 'AE', 'DXB', 'me'],
    ['AS', 'TR', 'IST', 'me'],
    ['EU', 'TR', 'IST', 'me'],
    ['OC', 'AU', 'SYD', 'oc'],
    ['AF', 'ZA', 'JNB', 'afr'],
    [null, 'PL', null, 'eeur'],
  ])('finds %s, %s, %s in its region', (continent, country, colo, region) => {
    expect(regionOf({ continent, country, colo })).toBe(region);
  });

  it.each([
    NOWHERE,
    { continent: 'AN', country: 'AQ', colo: 'MCM' },
    { continent: 'toString', country: '__proto__', colo: 'constructor' },
    { continent: '', country: '', colo: '' },
  ])('takes a place that it does not know for the east of North America: %o', (place) => {
    expect(regionOf(place)).toBe('enam');
  });

  it('leaves the same colo on another continent alone', () => {
    expect(regionOf({ continent: 'AS', country: 'JP', colo: 'LAX' })).toBe('apac');
  });

  it('names regions that Cloudflare takes as location hints', () => {
    const hints: readonly DurableObjectLocationHint[] = REGIONS;
    expect(new Set(hints).size).toBe(9);
  });
});
