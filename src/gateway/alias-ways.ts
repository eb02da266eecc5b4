/** How many ways lead through nested aliases: each of them is looked at for each request. */
import { toPath } from '../config/parse-document.ts';
import type { ConfigDocument } from '../config/schema.ts';
import type { ConfigMistake } from '../errors.ts';

/** Two aliases that name each other's successor twice, twenty levels deep, would be a million. */
const MAX_WAYS = 1000;

/** For a document in which no alias leads back to itself. */
export function waysMistakes({ models }: Pick<ConfigDocument, 'models'>): ConfigMistake[] {
  const ways = new Map<string, number>();
  const waysOf = (name: string): number => {
    const known = ways.get(name);
    if (known !== undefined) return known;
    let sum = 0;
    for (const target of models[name]?.targets ?? []) sum += 'alias' in target ? waysOf(target.alias) : 1;
    ways.set(name, sum);
    return sum;
  };
  return Object.keys(models).flatMap((name) => {
    if (waysOf(name) <= MAX_WAYS) return [];
    const message = `leads to targets in more than ${MAX_WAYS} ways, nested aliases counted each time they are named`;
    return [{ path: toPath(['models', name, 'targets']), message }];
  });
}
