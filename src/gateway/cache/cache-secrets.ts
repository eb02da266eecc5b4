/** The secrets under which cached answers are kept. */
import { cipherMistake } from '../../cache/cipher-mistake.ts';

interface CacheSecrets {
  readonly key: string | undefined;
  readonly previous: string | undefined;
}

export const cacheSecretsOf = (variable: (name: string) => string | undefined): CacheSecrets => ({
  key: variable('CACHE_ENCRYPTION_KEY'),
  previous: variable('CACHE_ENCRYPTION_KEY_PREVIOUS'),
});

/** While they are refused the document is refused too, and nothing is read or written. */
export const usableCacheSecrets = (secrets: CacheSecrets): CacheSecrets =>
  cipherMistake(secrets) === null ? secrets : { key: undefined, previous: undefined };
