/** Whether what the document keeps somewhere can be kept there: the variables of the stores, and the secrets of the cache. */
import { cipherMistake } from '../cache/cipher-mistake.ts';
import type { ConfigDocument } from '../config/schema.ts';
import type { ConfigMistake } from '../errors.ts';
import { cacheSecretsOf } from './cache/cache-secrets.ts';

type Variable = (name: string) => string | undefined;

export function storeMistakes(document: ConfigDocument, variable: Variable): ConfigMistake[] {
  const message = cipherMistake(cacheSecretsOf(variable));
  return [
    ...pathsInUpstash(document).flatMap((path) => upstashMistakes(path, variable)),
    ...(message === null ? [] : [{ path: 'CACHE_ENCRYPTION_KEY', message }]),
  ];
}

/** Of the settings that keep something there. */
function pathsInUpstash({ limits, cache, projects = {}, models }: ConfigDocument): string[] {
  const named = <Entry extends { readonly cache?: ConfigDocument['cache'] }>(
    room: string,
    entries: Readonly<Record<string, Entry>>,
  ) => Object.entries(entries).map(([name, entry]) => [`${room}.${name}.cache`, entry.cache] as const);
  const sections = [
    ['limits', limits] as const,
    ['cache', cache] as const,
    ...named('projects', projects),
    ...named('models', models),
  ];
  return sections.flatMap(([path, section]) => (section?.store === 'upstash' ? [`${path}.store`] : []));
}

function upstashMistakes(path: string, variable: Variable): ConfigMistake[] {
  const mistakes = ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN']
    .filter((name) => variable(name) === undefined)
    .map((name) => ({ path, message: `needs the secret \`${name}\`, which is not set` }));
  const url = variable('UPSTASH_REDIS_REST_URL');
  if (url !== undefined && !(URL.canParse(url) && /^https?:/.test(url)))
    mistakes.push({ path, message: '`UPSTASH_REDIS_REST_URL` is not an http(s) URL' });
  return mistakes;
}
