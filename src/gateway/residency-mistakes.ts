/** What is left of aliases whose rules keep targets out, whoever asks. Aliases are followed to their ends. */
import { toPath } from '../config/parse-document.ts';
import type { ConfigDocument, ModelEntry } from '../config/schema.ts';
import type { ConfigMistake } from '../errors.ts';
import {
  belowTarget,
  type Inherited,
  NOTHING_INHERITED,
  refusalOf,
  withinAlias,
} from '../routing/inherited.ts';
import { leavesOf, targetsInUse } from '../routing/leaves-of.ts';
import { liesWithin, placeNamed } from '../routing/places.ts';

type Models = ConfigDocument['models'];

/** For a document without `referenceMistakes`. */
export function residencyMistakes({ models }: Pick<ConfigDocument, 'models'>): ConfigMistake[] {
  return Object.entries(models).flatMap(([name, entry]) => [
    ...coloMistakes(name, entry),
    ...emptyMistakes(name, entry, models),
  ]);
}

/** A data centre in `regions` that was surely meant to lie within the residency beside it. */
function coloMistakes(name: string, { residency, targets }: ModelEntry): ConfigMistake[] {
  if (residency === undefined) return [];
  return targets.flatMap(({ regions = [] }, place) =>
    regions.flatMap((text, index) => {
      if (placeNamed(text)?.kind !== 'colo' || liesWithin(text, residency)) return [];
      const message = `\`${text}\` is a data centre, which lies within a residency only where that names it`;
      return [{ path: toPath(['models', name, 'targets', place, 'regions', index]), message }];
    }),
  );
}

function emptyMistakes(name: string, entry: ModelEntry, models: Models): ConfigMistake[] {
  const { residency, quality } = entry;
  if (residency === undefined && quality === undefined) return [];
  const refusals = refusalsOf(entry, NOTHING_INHERITED, models);
  if (refusals.some((refusal) => refusal === null)) return [];
  const field = residency === undefined ? 'quality' : 'residency';
  const told = [...new Set(refusals)].join('; ');
  return [{ path: toPath(['models', name, field]), message: `leaves no target: ${told}` }];
}

/** Of each target that it leads to; `null`: none. */
function refusalsOf(entry: ModelEntry, above: Inherited, models: Models): (string | null)[] {
  const inherited = withinAlias(above, entry);
  return targetsInUse(entry).flatMap((target) => {
    if ('provider' in target) {
      const refusal = refusalOf(target, inherited);
      return [refusal && `${target.provider}/${target.model} is ${refusal}`];
    }
    const nested = models[target.alias];
    return nested === undefined ? [] : refusalsOf(nested, belowTarget(inherited, target), models);
  });
}

/** What stands in the document and changes nothing. For a document without `referenceMistakes`. */
export function routingWarnings({ models }: Pick<ConfigDocument, 'models'>): string[] {
  const aliases = new Map(Object.entries(models));
  return Object.entries(models).flatMap(([name, entry]) => {
    const { hedge, mid_stream_failover } = entry;
    const second = [
      ...(hedge?.enabled === true ? ['hedge'] : []),
      ...(mid_stream_failover ? ['mid_stream_failover'] : []),
    ];
    const isAlone = second.length > 0 && leavesOf(entry, { aliases }).length === 1;
    return [
      ...(isAlone ? second : []).map(
        (field) => `${toPath(['models', name, field])} has no effect: there is no second target`,
      ),
      ...neverAsked(name, entry),
      ...behindTheOnly(name, entry),
    ];
  });
}

/** Of its own targets: those of nested aliases may be there for others. */
function neverAsked(name: string, entry: ModelEntry): string[] {
  const inherited = withinAlias(NOTHING_INHERITED, entry);
  return entry.targets.flatMap((target, index) => {
    const refusal = 'provider' in target ? refusalOf(target, inherited) : null;
    return refusal === null
      ? []
      : [`${toPath(['models', name, 'targets', index])} is never asked: it is ${refusal}`];
  });
}

function behindTheOnly(name: string, { strategy, targets }: ModelEntry): string[] {
  if (strategy !== 'single' || targets.length < 2) return [];
  return [
    `${toPath(['models', name, 'targets'])}: \`single\` asks the first of its ${targets.length} targets only`,
  ];
}
