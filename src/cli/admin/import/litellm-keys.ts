/**
 * Keys of LiteLLM's database, as `GET /key/list?return_full_object=true` answers. It stores the SHA-256 of each key,
 * and so does a document: clients keep the keys that they have.
 */
import { isRecord } from '../../../is-record.ts';
import { toBudget } from './litellm-budgets.ts';
import type { Notes } from './note.ts';
import { UnreadableFile } from './note.ts';
import { isEmpty, parseJsonText, positiveIntegerOf, textOf, textsOf, toKeyName } from './values.ts';

type Key = Readonly<Record<string, unknown>>;

/** `text` is the JSON of the answer, `aliases` are the names that there are. Throws `UnreadableFile`. */
export function readKeys(text: string, aliases: readonly string[], notes: Notes): Record<string, unknown>[] {
  const file = parseJsonText(text);
  const keys = isRecord(file) ? file.keys : file;
  if (!Array.isArray(keys)) throw new UnreadableFile('the file of the keys holds no list of keys');
  const hashes = new Set<unknown>();
  return keys.flatMap((key, index) => {
    const path = `keys[${index}]`;
    const read = isRecord(key) ? readKey(key, index, path, notes) : undefined;
    if (!isRecord(key)) notes.add('lost', path, 'is a hash alone: ask with return_full_object=true');
    if (read === undefined) return [];
    if (hashes.has(read.sha256)) {
      notes.add('lost', path, 'is the same key as one before');
      return [];
    }
    hashes.add(read.sha256);
    for (const model of textsOf(read.models))
      if (!aliases.includes(model) && !/[*/]/.test(model))
        notes.add(
          'check',
          `${path}.models`,
          'one is no model of the file (perhaps a group of models): it grants nothing',
        );
    return [read];
  });
}

/** A key that cannot be carried over with all that narrows it is left out: it must not be able to do more here. */
function readKey(key: Key, index: number, path: string, notes: Notes): Record<string, unknown> | undefined {
  const leaveOut = (reason: string) => void notes.add('lost', path, `was left out: ${reason}`);
  const sha256 = textOf(key.token);
  if (sha256 === undefined || !/^[0-9a-f]{64}$/.test(sha256)) return leaveOut('its token is no SHA-256');
  if (key.blocked === true) return leaveOut('it is blocked');
  const expires = key.expires === null || key.expires === undefined ? null : toMoment(key.expires);
  if (expires === undefined) return leaveOut('its end is no date');
  const limits = toLimits(key);
  if (limits === undefined) return leaveOut('one of its limits is 0 or no whole number');
  const routes = toRoutes(key.allowed_routes);
  if (routes !== null && routes.length === 0) return leaveOut('it may call no route of the gateway');
  const models = toModels(key, path, notes);
  const budget = toBudget(key, path, notes);
  const project = textOf(key.team_alias) ?? textOf(key.team_id);
  const organization = textOf(key.organization_id) ?? textOf(key.org_id);
  noteRest(key, path, notes);
  return {
    name: toKeyName(key.key_alias, key.key_name, `litellm ${index + 1}`),
    sha256,
    ...(project === undefined ? {} : { project }),
    ...(organization === undefined ? {} : { organization }),
    ...(models === null ? {} : { models }),
    ...(routes === null ? {} : { routes }),
    ...(expires === null ? {} : { expires_at: expires }),
    ...limits,
    ...(budget === undefined ? {} : { budgets: [budget] }),
  };
}

/** LiteLLM writes UTC without saying so. */
function toMoment(value: unknown): string | undefined {
  const text = textOf(value)?.replace(' ', 'T') ?? '';
  const at = Date.parse(/(Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

const LIMITS = [
  ['rpm_limit', 'requests_per_minute'],
  ['tpm_limit', 'tokens_per_minute'],
  ['max_parallel_requests', 'concurrency'],
] as const;

function toLimits(key: Key): Record<string, number> | undefined {
  const limits: Record<string, number> = {};
  for (const [theirs, ours] of LIMITS) {
    const said = key[theirs];
    if (said === null || said === undefined) continue;
    const limit = positiveIntegerOf(said);
    if (limit === undefined) return undefined;
    limits[ours] = limit;
  }
  return limits;
}

/** `null`: all. A team's own list is not in the file, so a key that inherits it gets none until somebody says which. */
function toModels(key: Key, path: string, notes: Notes): string[] | null {
  const models = textsOf(key.models);
  const isTeams =
    models.includes('all-team-models') || (models.length === 0 && textOf(key.team_id) !== undefined);
  if (isTeams) {
    notes.add(
      'check',
      `${path}.models`,
      'are those of its team, which are not in the file: the key may use none until you list them',
    );
    return [];
  }
  if (models.includes('no-default-models')) return [];
  return models.length === 0 || models.includes('*') || models.includes('all-proxy-models') ? null : models;
}

/** `null`: all. Groups of routes that are none of a model are of the admin API there, and stay behind. */
function toRoutes(value: unknown): string[] | null {
  const routes = textsOf(value);
  if (routes.length === 0 || routes.includes('llm_api_routes')) return null;
  return routes
    .filter((route) => route.startsWith('/'))
    .map((route) => (/^\/v1(beta)?\//.test(route) ? route : `/v1${route}`));
}

const LOST = [
  'aliases',
  'config',
  'permissions',
  'model_max_budget',
  'allowed_cache_controls',
  'guardrails',
] as const;

function noteRest(key: Key, path: string, notes: Notes): void {
  for (const name of LOST)
    if (!isEmpty(key[name])) notes.add('lost', `${path}.${name}`, 'has no counterpart');
  if (textOf(key.team_id) !== undefined)
    notes.add('lost', `${path}.team_id`, 'became the project; the limits of the team are not in the file');
}
