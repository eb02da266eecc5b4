/**
 * What a fuzzer of the admin API has learnt: ids that exist, documents that would be accepted, and who it may be. Ids are
 * taken in the order in which they came, so that one seed makes one run.
 */
import { createHash } from 'node:crypto';
import type { Seeded } from '../seeded.ts';
import type { DescribedOperation } from './described-api.ts';
import type { DraftSources } from './drafts.ts';
import { PLANTED } from './secret-watch.ts';
import type { Hints } from './valid-values.ts';

export interface FuzzWorld {
  sources(random: Seeded): DraftSources;
  /** Takes up the ids of a good answer. */
  learn(text: string): void;
  /** SHA-256s of keys in documents that were made here. */
  readonly documentHashes: ReadonlySet<string>;
}

/** The newest of a kind; older ones may be gone. */
const REMEMBERED = 40;

const PROJECTS = ['default', 'web', 'support', 'проект', 'a/b c'];
const MODELS = ['simulator/sim-fast', 'simulator/*', 'alias-1', '*'];

/** `document`: one that the gateway accepts; `credentials`: of owners. */
export function createFuzzWorld(
  document: Readonly<Record<string, unknown>>,
  credentials: readonly string[],
): FuzzWorld {
  const ids = new Map<string, string[]>();
  const documentHashes = new Set<string>();
  const known = (prefix: string) => ids.get(prefix) ?? [`${prefix}_0`];
  const hints: Hints = {
    name: (random) => `thing ${random.between(1, 1e9)}`,
    project: (random) => random.pick(PROJECTS),
    organization: (random) => random.pick(['acme', 'Größe', null]),
    key_id: (random) => random.pick(known('key')),
    target: (random) => random.pick(known('key')),
    models: (random) => random.list(random.between(1, 3), () => random.pick(MODELS)),
    denied_models: (random) => random.list(random.between(0, 2), () => random.pick(MODELS)),
    'ip_ranges[]': (random) => random.pick(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::1']),
    expires_at: (random) => random.pick(['2099-12-31T23:59:59Z', '2031-01-01T00:00:00.5+01:00']),
    time_zone: () => 'Europe/Berlin',
    issuers: (random) => random.list(random.between(0, 2), () => makeIssuer(random)),
    cursor: (random) => `c${random.between(1, 5000).toString(36)}`,
    limit: (random) => random.pick([1, 2, 7, 50, 1000]),
    action: (random) => random.pick(['key.', 'key.create', 'config.put', 'secret.', 'project.']),
    since: () => new Date(Date.now() - 2000).toISOString(),
    from: (random) => random.between(0, 3),
    to: (random) => random.between(0, 3),
    'getUsage.from': (random) => dayBefore(random.between(0, 20)),
    'getUsage.to': () => dayBefore(0),
    'if-match': (random) => random.pick(['*', '"1"', 'W/"2"', '"0"']),
    'if-none-match': (random) => random.pick(['*', '"1"', 'W/"2", "0"']),
    'idempotency-key': (random) => `idem-${random.between(1, 1e6)}`,
    value: (random) => `${PLANTED}-${random.between(1, 1e9)}`,
    forgetCached: makeForgetting,
    putConfig: (random) => makeDocument(document, random, documentHashes),
  };
  return {
    documentHashes,
    sources: (random) => ({
      hints,
      pathValue: (operation, name) => pathValue(operation, name, random, known),
      authorization: `Bearer ${random.pick(credentials)}`,
    }),
    learn: (text) => {
      const { id } = JSON.parse(text) as { readonly id?: unknown }; // whatever else it may be
      const prefix = typeof id === 'string' ? /^([a-z]+)_[0-9a-f]{32}$/.exec(id)?.[1] : undefined;
      if (prefix !== undefined) ids.set(prefix, [...(ids.get(prefix) ?? []), String(id)].slice(-REMEMBERED));
    },
  };
}

const PREFIXES: Readonly<Record<string, string>> = {
  keys: 'key',
  projects: 'proj',
  organizations: 'org',
  requests: 'req',
};

function pathValue(
  { path }: DescribedOperation,
  name: string,
  random: Seeded,
  known: (prefix: string) => readonly string[],
): string {
  if (name === 'version') return String(random.between(0, 4));
  if (name === 'name') return `SECRET_${random.between(1, 12)}`;
  return random.pick(known(PREFIXES[path.split('/')[3] ?? ''] ?? 'key'));
}

const dayBefore = (days: number): string =>
  new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

const makeIssuer = (random: Seeded) => ({
  issuer: `https://issuer-${random.between(1, 1e6)}.example.com`,
  audience: random.pick(['edgeway', ['edgeway', 'other']]),
  ...(random.chance(0.5) ? { required_claims: { repository: 'acme/web' } } : {}),
});

const makeForgetting = (random: Seeded): object => ({
  ...random.pick([
    { kind: 'all' },
    { kind: 'key', value: createHash('sha256').update(String(random.next())).digest('hex') },
    { kind: 'model', value: random.pick(MODELS) },
    { kind: 'namespace', value: `n${random.between(1, 99)}` },
    { kind: 'tag', value: `size:${random.between(1, 99)}` },
  ]),
  ...(random.chance(0.5) ? { project: random.pick(PROJECTS) } : {}),
  ...(random.chance(0.5) ? { organization: random.pick(['acme', 'Größe', null]) } : {}),
});

/** The known document with aliases and keys that come and go. */
function makeDocument(
  document: Readonly<Record<string, unknown>>,
  random: Seeded,
  hashes: Set<string>,
): object {
  const alias = () => [
    `alias-${random.between(1, 9)}`,
    { targets: [{ provider: 'simulator', model: `sim-${random.between(1, 9)}` }] },
  ];
  const key = () => {
    const name = `key ${random.between(1, 1e6)}`;
    const sha256 = createHash('sha256').update(`${PLANTED} ${name}`).digest('hex');
    hashes.add(sha256);
    return { name, sha256 };
  };
  return {
    ...document,
    models: Object.fromEntries(random.list(random.between(0, 3), alias)),
    keys: random.list(random.between(0, 2), key),
    ...(random.chance(0.3) ? { projects: { web: { requests_per_minute: random.between(1, 9) } } } : {}),
  };
}
