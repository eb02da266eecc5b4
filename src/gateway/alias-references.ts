/** Whether every alias leads to providers that exist, and none leads back to itself. */
import { toPath } from '../config/parse-document.ts';
import type { ConfigDocument } from '../config/schema.ts';
import type { ConfigMistake } from '../errors.ts';

export type IsKnownProvider = (id: string) => boolean;

/** Where there are none, aliases can be followed to their ends. */
export function referenceMistakes(
  { models }: Pick<ConfigDocument, 'models'>,
  isKnownProvider: IsKnownProvider,
): ConfigMistake[] {
  return Object.entries(models).flatMap(([name, { targets }]) =>
    targets.flatMap((target, index) => {
      const [field, message] =
        'alias' in target
          ? ['alias', aliasMistake(models, name, target.alias)]
          : ['provider', isKnownProvider(target.provider) ? null : unknownProvider(target.provider)];
      return message === null ? [] : [{ path: toPath(['models', name, 'targets', index, field]), message }];
    }),
  );
}

export const unknownProvider = (id: string): string =>
  `\`${id}\` is neither in \`providers\` nor in the catalogue`;

/** Of a target of `from` that names `alias`. */
function aliasMistake(models: ConfigDocument['models'], from: string, alias: string): string | null {
  if (!Object.hasOwn(models, alias)) return `\`${alias}\` is not in \`models\``;
  const visited = new Set<string>();
  const leadsBack = (name: string): boolean => {
    if (name === from) return true;
    if (visited.has(name)) return false;
    visited.add(name);
    const targets = Object.hasOwn(models, name) ? models[name]?.targets : undefined;
    return (targets ?? []).some((target) => 'alias' in target && leadsBack(target.alias));
  };
  return leadsBack(alias) ? `leads back to \`${from}\`` : null;
}
