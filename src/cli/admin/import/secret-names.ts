/**
 * Credentials on their way into a document: never the value, always `$NAME`. A name that the file already had is kept,
 * unless it is one of the gateway's own secrets: a file of others must not point those at a provider.
 */
import { isOwnVariable } from '../../../own-variables.ts';

export type Credential =
  /** The file names an environment variable. */
  | { readonly kind: 'variable'; readonly name: string }
  /** The file holds the value, or nothing: it is to be put under a name of ours. */
  | { readonly kind: 'value'; readonly value: string };

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export const isUsableName = (name: string): boolean => NAME.test(name) && !isOwnVariable(name);

export interface SecretNames {
  /** A name that nothing else has, made from `wish`. */
  allocate(wish: string): string;
}

/** `taken`: names that the file uses for other things. */
export function createSecretNames(taken: Iterable<string>): SecretNames {
  const used = new Set(taken);
  return {
    allocate(wish) {
      const base = wish
        .toUpperCase()
        .replace(/[^A-Z0-9]+/g, '_')
        .replace(/^(\d|_)/, 'IMPORTED_$1');
      const wanted = isUsableName(base) ? base : `IMPORTED_${base}`;
      let name = wanted;
      for (let number = 2; used.has(name); number += 1) name = `${wanted}_${number}`;
      used.add(name);
      return name;
    },
  };
}
