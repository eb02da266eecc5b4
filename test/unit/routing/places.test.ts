import { describe, expect, it } from 'vitest';
import { liesWithin, NEARNESS, nearnessOf, placeNamed } from '../../../src/routing/places.ts';
import { FRANKFURT } from './choosing.ts';

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const PAIRS = LETTERS.flatMap((first) => LETTERS.map((second) => `${first}${second}`));

describe('placeNamed', () => {
  it('knows the countries of ISO 3166-1 and Kosovo, but for four that share their letters with a continent', () => {
    const countries = PAIRS.filter((pair) => placeNamed(pair)?.kind === 'country');
    expect(countries).toHaveLength(250 - 4);
    const continents = PAIRS.filter((pair) => placeNamed(pair)?.kind === 'continent');
    expect(continents).toEqual(['AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA']);
  });

  it.each([
    ['DE', 'EU'],
    ['GB', 'EU'],
    ['RU', 'EU'],
    ['TR', 'AS'],
    ['CY', 'EU'],
    ['EG', 'AF'],
    ['GL', 'NA'],
    ['MX', 'NA'],
    ['GF', 'SA'],
    ['NZ', 'OC'],
    ['AQ', 'AN'],
    ['XK', 'EU'],
  ])('puts %s into %s', (country, continent) => {
    expect(placeNamed(country)).toEqual({ kind: 'country', code: country, continent });
  });

  it.each([
    ['AFG', 'AF', 'AS'],
    ['ASM', 'AS', 'OC'],
    ['NAM', 'NA', 'AF'],
    ['SAU', 'SA', 'AS'],
  ])('knows by three letters what has those of a continent: %s', (text, code, continent) => {
    expect(placeNamed(text)).toEqual({ kind: 'country', code, continent });
  });

  it('takes other names of three letters for data centres', () => {
    expect(placeNamed('FRA')).toEqual({ kind: 'colo', code: 'FRA' });
  });

  it.each(['UK', 'XX', 'T1', 'ZZ', 'QQ'])('does not know %s', (text) => {
    expect(placeNamed(text)).toBeNull();
  });
});

describe('liesWithin', () => {
  it.each<[string, string[], boolean]>([
    ['EU', ['EU'], true],
    ['DE', ['EU'], true],
    ['DE', ['FR', 'DE'], true],
    ['US', ['EU', 'NA'], true],
    ['US', ['EU'], false],
    ['EU', ['DE'], false],
    ['FRA', ['EU', 'DE'], false],
    ['FRA', ['EU', 'FRA'], true],
    ['SAU', ['SA'], false],
    ['SAU', ['AS'], true],
    ['SA', ['SAU'], false],
    ['XX', ['EU'], false],
    ['XX', ['XX'], true],
    ['constructor', ['EU'], false],
  ])('%s in %j: %s', (text, places, isWithin) => {
    expect(liesWithin(text, places)).toBe(isWithin);
  });
});

describe('nearnessOf', () => {
  it.each([
    [['EU', 'DE', 'FRA'], NEARNESS.colo],
    [['EU', 'DE'], NEARNESS.country],
    [['DE', 'EU'], NEARNESS.country],
    [['NA', 'EU'], NEARNESS.continent],
    [['NA', 'FR', 'CDG'], NEARNESS.elsewhere],
  ])('%j in Frankfurt', (regions, nearness) => {
    expect(nearnessOf(regions, FRANKFURT)).toBe(nearness);
  });

  it('does not take a country for the continent that shares its letters', () => {
    const riyadh = { continent: 'AS', country: 'SA', colo: 'RUH' };
    expect(nearnessOf(['SA'], riyadh)).toBe(NEARNESS.elsewhere);
    expect(nearnessOf(['SAU'], riyadh)).toBe(NEARNESS.country);
    expect(nearnessOf(['SA'], { continent: 'SA', country: 'BR', colo: 'GRU' })).toBe(NEARNESS.continent);
  });

  it('goes by the data centre alone where no more is known, and by nothing where nothing is', () => {
    expect(nearnessOf(['FRA'], { continent: null, country: null, colo: 'FRA' })).toBe(NEARNESS.colo);
    expect(nearnessOf(['DE'], { continent: null, country: null, colo: 'FRA' })).toBe(NEARNESS.anywhere);
  });
});
