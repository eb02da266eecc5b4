/** What a client wishes of the cache, in headers. */
import { NAMESPACE } from '../../config/schema-cache.ts';
import { InvalidRequest } from '../../errors.ts';
import { readDirectives } from './cache-control.ts';

export type CacheMode = 'auto' | 'always' | 'never';

export interface CacheWishes {
  /** Ask anew, and keep what comes. */
  readonly noCache: boolean;
  /** Neither look nor keep. */
  readonly noStore: boolean;
  /** An answer from the cache, or none. */
  readonly onlyIfCached: boolean;
  /** An answer that is older will not do; `null`: any age. */
  readonly maxAgeSeconds: number | null;
  readonly ttlSeconds: number | null;
  readonly namespace: string | null;
  readonly tags: readonly string[];
  readonly mode: CacheMode | null;
}

/** Throws `InvalidRequest` naming the header. */
export function readCacheWishes(headers: Headers): CacheWishes {
  return {
    ...readCacheControl(headers),
    ttlSeconds: readTtl(headers),
    namespace: readNamespace(headers),
    tags: readTags(headers),
    mode: readMode(headers),
  };
}

type ControlWishes = Pick<CacheWishes, 'noCache' | 'noStore' | 'onlyIfCached' | 'maxAgeSeconds'>;

const NO_CONTROL: ControlWishes = {
  noCache: false,
  noStore: false,
  onlyIfCached: false,
  maxAgeSeconds: null,
};

/** https://www.rfc-editor.org/rfc/rfc9111#section-5.2.1 */
function readCacheControl(headers: Headers): ControlWishes {
  const text = headers.get('cache-control');
  if (text === null) return NO_CONTROL;
  const directives = readDirectives(text);
  const has = (name: string): boolean => directives.some((directive) => directive.name === name);
  const ages = directives.filter(({ name }) => name === 'max-age').map(({ value }) => toSeconds(value));
  return {
    noCache: has('no-cache'),
    noStore: has('no-store'),
    onlyIfCached: has('only-if-cached'),
    maxAgeSeconds: ages.length === 0 ? null : Math.min(...ages),
  };
}

/** https://www.rfc-editor.org/rfc/rfc9111#section-1.2.2 */
const MOST_SECONDS = 2 ** 31;

/** What is no number of seconds asks for nothing old. */
const toSeconds = (value: string | null): number =>
  value !== null && /^\d+$/.test(value) ? Math.min(Number(value), MOST_SECONDS) : 0;

function readTtl(headers: Headers): number | null {
  const name = 'x-edgeway-cache-ttl';
  const text = headers.get(name);
  if (text === null) return null;
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidRequest(`\`${name}\` must be a positive number of seconds.`, name);
  return Number(text);
}

const ALPHABET = 'letters, digits and `._:-`, at most 64';

function readNamespace(headers: Headers): string | null {
  const name = 'x-edgeway-cache-namespace';
  const text = headers.get(name);
  if (text === null || NAMESPACE.test(text)) return text;
  throw new InvalidRequest(`\`${name}\` must be a name of ${ALPHABET}.`, name);
}

const MAX_TAGS = 10;
const NO_TAGS: readonly string[] = [];

/** Each once, in the order in which they came. */
function readTags(headers: Headers): readonly string[] {
  const name = 'x-edgeway-cache-tags';
  const text = headers.get(name);
  if (text === null) return NO_TAGS;
  const tags = text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  if (!tags.every((tag) => NAMESPACE.test(tag)))
    throw new InvalidRequest(`Each tag in \`${name}\` must be a name of ${ALPHABET}.`, name);
  const told = [...new Set(tags)];
  if (told.length > MAX_TAGS)
    throw new InvalidRequest(`\`${name}\` must hold at most ${MAX_TAGS} tags.`, name);
  return told;
}

const MODES: readonly CacheMode[] = ['auto', 'always', 'never'];

function readMode(headers: Headers): CacheMode | null {
  const name = 'x-edgeway-cache-mode';
  const text = headers.get(name);
  if (text === null) return null;
  const mode = MODES.find((one) => one === text);
  if (mode === undefined) throw new InvalidRequest(`\`${name}\` must be auto, always or never.`, name);
  return mode;
}
