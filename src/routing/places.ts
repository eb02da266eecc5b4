/** What the places of the configuration name: continents, countries and data centres, and which of them lie in which. */
import type { Place } from './place.ts';

/** ISO 3166-1 and Kosovo. What belongs to two continents is counted to that of Cloudflare's `continent`. */
const COUNTRIES: ReadonlyMap<string, string> = new Map([
  [
    'AF',
    'AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW',
  ],
  ['AN', 'AQ BV GS HM TF'],
  [
    'AS',
    'AE AF AM AZ BD BH BN BT CC CN CX GE HK ID IL IN IO IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO MV MY NP OM PH PK PS QA SA SG SY TH TJ TM TR TW UZ VN YE',
  ],
  [
    'EU',
    'AD AL AT AX BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM UA VA XK',
  ],
  [
    'NA',
    'AG AI AW BB BL BM BQ BS BZ CA CR CU CW DM DO GD GL GP GT HN HT JM KN KY LC MF MQ MS MX NI PA PM PR SV SX TC TT US VC VG VI',
  ],
  ['OC', 'AS AU CK FJ FM GU KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TL TO TV UM VU WF WS'],
  ['SA', 'AR BO BR CL CO EC FK GF GY PE PY SR UY VE'],
]);

/** Their two letters are those of a continent, so they go by three: Afghanistan, American Samoa, Namibia, Saudi Arabia. */
const BY_THREE_LETTERS: ReadonlyMap<string, string> = new Map([
  ['AFG', 'AF'],
  ['ASM', 'AS'],
  ['NAM', 'NA'],
  ['SAU', 'SA'],
]);

export type Named =
  | { readonly kind: 'continent'; readonly code: string }
  | { readonly kind: 'country'; readonly code: string; readonly continent: string }
  | { readonly kind: 'colo'; readonly code: string };

/** `null`: two letters that are neither a continent nor a country. */
export function placeNamed(text: string): Named | null {
  if (COUNTRIES.has(text)) return { kind: 'continent', code: text };
  const code = BY_THREE_LETTERS.get(text) ?? text;
  if (code.length > 2) return { kind: 'colo', code };
  const continent = continentOf(code);
  return continent === null ? null : { kind: 'country', code, continent };
}

/** Of a country by its two letters. */
function continentOf(country: string): string | null {
  for (const [continent, countries] of COUNTRIES) if (countries.includes(country)) return continent;
  return null;
}

/** A place lies within itself, and a country within its continent. Data centres lie in nothing else: no list tells where. */
export function liesWithin(text: string, places: readonly string[]): boolean {
  if (places.includes(text)) return true;
  const country = BY_THREE_LETTERS.get(text) ?? text;
  if (country.length > 2 || COUNTRIES.has(text)) return false;
  return places.some((place) => COUNTRIES.get(place)?.includes(country) === true);
}

/** How closely `regions` name a place; the smaller, the closer. */
export const NEARNESS = { colo: 0, country: 1, continent: 2, anywhere: 3, elsewhere: 4 } as const;

export type Nearness = (typeof NEARNESS)[keyof typeof NEARNESS];

/** Where nobody knows where the client is, `regions` say nothing, and every target serves it as well as any other. */
export function nearnessOf(regions: readonly string[], place: Place): Nearness {
  const { country, colo } = place;
  if (colo !== null && regions.includes(colo)) return NEARNESS.colo;
  const continent = place.continent ?? (country === null ? null : continentOf(country));
  if (continent === null && country === null) return NEARNESS.anywhere;
  let nearest: Nearness = NEARNESS.elsewhere;
  for (const region of regions) {
    if (COUNTRIES.has(region)) {
      if (region === continent) nearest = NEARNESS.continent;
    } else if (region === country || (country !== null && BY_THREE_LETTERS.get(region) === country))
      return NEARNESS.country;
  }
  return nearest;
}
