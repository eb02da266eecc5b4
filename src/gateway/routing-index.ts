/** What routing needs of a document beside the document: conditions compiled, context windows looked up. */
import { toPath } from '../config/parse-document.ts';
import type { ConfigDocument } from '../config/schema.ts';
import type { ConfigMistake } from '../errors.ts';
import type { Provider } from '../providers/provider.ts';
import { compileCondition } from '../routing/conditions/compile.ts';
import type { Condition } from '../routing/conditions/condition.ts';
import { contextTokensOf } from '../usage/context-windows.ts';

/** By their text. */
export function compileConditions(
  { models, routing }: Pick<ConfigDocument, 'models' | 'routing'>,
  mistakes: ConfigMistake[],
): ReadonlyMap<string, Condition> {
  const conditions = new Map<string, Condition>();
  for (const [name, { targets }] of Object.entries(models))
    for (const [index, { when }] of targets.entries()) {
      if (when === undefined || conditions.has(when)) continue;
      const compiled = compileCondition(when, routing);
      if ('condition' in compiled) conditions.set(when, compiled.condition);
      else
        mistakes.push({
          path: toPath(['models', name, 'targets', index, 'when']),
          message: compiled.mistake,
        });
    }
  return conditions;
}

export function namedTargetsOf({ models }: Pick<ConfigDocument, 'models'>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { targets, shadow } of Object.values(models))
    for (const named of shadow === undefined ? targets : [...targets, shadow])
      if ('provider' in named) names.add(`${named.provider}/${named.model}`);
  return names;
}

/**
 * Of targets that a list knows, and of which the document does not tell it. A look-up costs as much as routing ten requests, so
 * each is made once, when a request first leads there: as many as the document has targets.
 */
export class ListedWindows {
  readonly #providers: ReadonlyMap<string, Provider>;
  readonly #known = new Map<string, number | undefined>();

  constructor(providers: ReadonlyMap<string, Provider>) {
    this.#providers = providers;
  }

  /** In tokens. `target`: `provider/model`. */
  get(target: string): number | undefined {
    if (this.#known.has(target)) return this.#known.get(target);
    const slash = target.indexOf('/');
    const provider = this.#providers.get(target.slice(0, slash));
    const tokens = provider && (contextTokensOf(provider, target.slice(slash + 1)) ?? undefined);
    this.#known.set(target, tokens);
    return tokens;
  }
}
