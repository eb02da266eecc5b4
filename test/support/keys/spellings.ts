/** What a hostile client writes in the place of a model's name. */
import type { VendorId } from './witness.ts';

const FAMILIES: Readonly<Record<VendorId, string>> = {
  openai: 'gpt',
  anthropic: 'claude',
  gemini: 'gemini',
  cohere: 'rerank-v',
};

/** A model of this vendor that a grant of the suites names. */
export const allowedModel = (vendor: VendorId): string => `${FAMILIES[vendor]}-allowed`;
/** And one that it does not. As bare names both are the vendor's. */
export const forbiddenModel = (vendor: VendorId): string => `${FAMILIES[vendor]}-forbidden`;

/** Aliases through which an operator serves the forbidden model to others. */
export const aliasesOf = (vendor: VendorId): Readonly<Record<string, object>> => {
  const allowed = { provider: vendor, model: allowedModel(vendor) };
  const forbidden = { provider: vendor, model: forbiddenModel(vendor) };
  return {
    [`${vendor}-shortcut`]: { targets: [forbidden], retries: 0 },
    [`${vendor}-nested`]: { targets: [{ alias: `${vendor}-shortcut` }], retries: 0 },
    [`${vendor}-fallback`]: { targets: [allowed, forbidden], retries: 0 },
    [`${vendor}-weighted`]: { strategy: 'weighted', targets: [allowed, forbidden], retries: 0 },
    // An alias that looks like the granted target, but for a letter.
    [`${vendor}/${allowedModel(vendor).toUpperCase()}`]: { targets: [forbidden], retries: 0 },
  };
};

/** Names that all mean, or might be taken to mean, a model that was not granted. */
export function forbiddenNames(vendor: VendorId): readonly string[] {
  const allowed = `${vendor}/${allowedModel(vendor)}`;
  const name = forbiddenModel(vendor);
  const full = `${vendor}/${name}`;
  return [
    ...[full, name, ...Object.keys(aliasesOf(vendor))],
    // Case.
    ...[full.toUpperCase(), `${vendor.toUpperCase()}/${name}`, `${vendor}/${name.toUpperCase()}`],
    // Spaces and what looks like none.
    ...[`${full} `, ` ${full}`, `${full}\t`, `${full}\n`, `${full}\u00a0`, `${full}\u200b`, `\ufeff${full}`],
    ...[`${vendor}/\u200b${name}`, `${vendor}\u200b/${name}`, `${full}\u00ad`, `${vendor} / ${name}`],
    // Other letters and normal forms.
    ...[`${vendor}\uff0f${name}`, `${vendor}\u2044${name}`, `${vendor}/${name.replace('o', '\u043e')}`],
    ...[`${vendor}/${name.replace('o', 'o\u0301')}`, `${vendor}/${name.replace('f', '\uff46')}`],
    ...[`${vendor.replace('o', '\uff4f')}/${name}`, `${vendor}/${name.normalize('NFD')}\u0307`],
    // Paths.
    ...[`/${full}`, `${full}/`, `${vendor}//${name}`, `./${full}`, `${vendor}/./${name}`],
    ...[`${allowed}/../${name}`, `${allowed}/..%2f${name}`, `${allowed}/../../${full}`, `${vendor}\\${name}`],
    ...[`models/${full}`, `models/${name}`, `${vendor}/models/${name}`, `${vendor}/${full}`],
    // Encodings.
    ...[`${vendor}%2F${name}`, `${vendor}%252F${name}`, `${vendor}/${name.replace('o', '%6f')}`],
    ...[`${vendor}/${name.replace('o', '%256f')}`, `${vendor}/${name.replace('o', '\\u006f')}`],
    // Two names in one.
    ...[`${allowed},${full}`, `${allowed};${name}`, `${allowed} ${full}`, `${allowed}|${full}`],
    ...[`${allowed}?model=${name}`, `${allowed}#${name}`, `${allowed}&model=${full}`, `${allowed}:${name}`],
    ...[`${allowed}\u0000`, `${allowed}\n${full}`, `${allowed}@${name}`],
    // Patterns, and names that objects are born with.
    ...[
      '*',
      `${vendor}/*`,
      `${vendor}/${name.slice(0, 3)}*`,
      '__proto__',
      'constructor',
      `${vendor}/__proto__`,
    ],
    ...['', ' ', '/', `${vendor}/`, `/${name}`],
  ];
}
