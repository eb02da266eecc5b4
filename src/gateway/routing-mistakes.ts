/** Fields of aliases that contradict each other, or that their strategy never looks at. Residency: `residency-mistakes.ts`. */
import { toPath } from '../config/parse-document.ts';
import type { ConfigDocument, ModelEntry } from '../config/schema.ts';
import type { Strategy } from '../config/schema-routing.ts';
import type { ConfigMistake } from '../errors.ts';
import { armNameOf } from '../routing/arm.ts';
import { placeNamed } from '../routing/places.ts';
import { type IsKnownProvider, unknownProvider } from './alias-references.ts';

/** Fields of an alias, and the strategies that look at them. */
const USED_BY = [
  ['sticky_by', ['weighted', 'sticky']],
  ['quality', ['cost']],
  ['auto', ['auto']],
  ['exploration', ['latency']],
] as const satisfies readonly (readonly [keyof ModelEntry, readonly Strategy[]])[];

export function routingMistakes(
  document: Pick<ConfigDocument, 'models'>,
  isKnownProvider: IsKnownProvider,
): ConfigMistake[] {
  const asksForTags = aliasesBelowCost(document);
  return Object.entries(document.models).flatMap(([name, entry]) => {
    const at = (...segments: readonly PropertyKey[]) => toPath(['models', name, ...segments]);
    return [
      ...nameMistakes(name),
      ...unusedFields(entry, at),
      ...unusedTargetFields(entry, at, asksForTags.has(name)),
      ...weightMistakes(entry, at),
      ...armMistakes(entry, at),
      ...thresholdMistakes(entry, at),
      ...placeMistakes(entry, at),
      ...shadowMistakes(entry, at, isKnownProvider),
    ];
  });
}

type At = (...segments: readonly PropertyKey[]) => string;

function nameMistakes(name: string): ConfigMistake[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a name with one could never be called
  const isUsable = !/[\u0000-\u001f\u007f]/.test(name);
  return isUsable ? [] : [{ path: 'models', message: 'an alias holds control characters' }];
}

const unused = (path: string, strategy: Strategy, users: readonly Strategy[]): ConfigMistake => {
  const others = users.map((user) => `\`${user}\``).join(' and ');
  return { path, message: `has no effect under \`${strategy}\`: it belongs to ${others}` };
};

function unusedFields(entry: ModelEntry, at: At): ConfigMistake[] {
  return USED_BY.flatMap(([field, users]) => {
    const isUsed = users.some((user) => user === entry.strategy);
    return isUsed || entry[field] === undefined ? [] : [unused(at(field), entry.strategy, users)];
  });
}

/** `asksForTags`: the alias is a `cost` one, or nested in one. */
function unusedTargetFields({ strategy, targets }: ModelEntry, at: At, asksForTags: boolean) {
  return targets.flatMap(({ when, quality }, index): ConfigMistake[] => [
    ...(when === undefined || strategy === 'conditional'
      ? []
      : [unused(at('targets', index, 'when'), strategy, ['conditional'])]),
    ...(quality === undefined || asksForTags
      ? []
      : [unused(at('targets', index, 'quality'), strategy, ['cost'])]),
  ]);
}

function aliasesBelowCost({ models }: Pick<ConfigDocument, 'models'>): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    const targets = Object.hasOwn(models, name) ? models[name]?.targets : undefined;
    for (const target of targets ?? []) if ('alias' in target) visit(target.alias);
  };
  for (const [name, { strategy }] of Object.entries(models)) if (strategy === 'cost') visit(name);
  return found;
}

function weightMistakes({ strategy, targets }: ModelEntry, at: At): ConfigMistake[] {
  const isDrawn = strategy === 'weighted' || strategy === 'sticky' || strategy === 'least_busy';
  const hasWeight = targets.some(({ weight }) => weight > 0);
  return hasWeight || !isDrawn ? [] : [{ path: at('targets'), message: 'every `weight` is 0' }];
}

/** Logs tell arms apart by their names, and so do hashes. */
function armMistakes({ targets }: ModelEntry, at: At): ConfigMistake[] {
  const names = targets.map(armNameOf);
  return targets.flatMap(({ name }, index) => {
    if (name === undefined || names.every((other, place) => other !== name || place === index)) return [];
    return [{ path: at('targets', index, 'name'), message: 'is the name of another target too' }];
  });
}

function thresholdMistakes({ auto, targets }: ModelEntry, at: At): ConfigMistake[] {
  const thresholds = auto?.thresholds;
  if (thresholds === undefined) return [];
  const path = at('auto', 'thresholds');
  const needed = targets.length - 1;
  const rises = thresholds.every(
    (threshold, index) => index === 0 || threshold > (thresholds[index - 1] ?? 0),
  );
  return [
    ...(thresholds.length === needed
      ? []
      : [{ path, message: `has ${thresholds.length} numbers: ${targets.length} targets need ${needed}` }]),
    ...(rises ? [] : [{ path, message: 'does not rise from each number to the next' }]),
  ];
}

/** What Cloudflare says where it knows no country, or cannot tell: Tor. */
const NO_COUNTRIES = ['XX', 'T1'];

function placeMistakes({ residency = [], targets }: ModelEntry, at: At): ConfigMistake[] {
  const placed = [
    ...residency.map((text, index) => ({ text, path: at('residency', index) })),
    ...targets.flatMap(({ regions = [] }, place) =>
      regions.map((text, index) => ({ text, path: at('targets', place, 'regions', index) })),
    ),
  ];
  return placed.flatMap(({ text, path }) => {
    if (placeNamed(text) !== null || NO_COUNTRIES.includes(text)) return [];
    const hint = text === 'UK' ? ': the United Kingdom is `GB`' : '';
    return [{ path, message: `\`${text}\` is neither a continent nor a country of ISO 3166-1${hint}` }];
  });
}

function shadowMistakes({ shadow, residency }: ModelEntry, at: At, isKnownProvider: IsKnownProvider) {
  if (shadow === undefined) return [];
  const { provider } = shadow;
  return [
    ...(isKnownProvider(provider)
      ? []
      : [{ path: at('shadow', 'provider'), message: unknownProvider(provider) }]),
    ...(residency === undefined
      ? []
      : [{ path: at('shadow'), message: 'would copy requests out of the `residency` of this alias' }]),
  ];
}
