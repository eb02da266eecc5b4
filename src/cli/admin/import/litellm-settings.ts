/** LiteLLM's settings sections: what an alias or the top level has in their place, and what nothing has. */
import { isRecord } from '../../../is-record.ts';
import { readFallbacks } from './litellm-fallbacks.ts';
import type { Params } from './litellm-params.ts';
import type { Notes } from './note.ts';
import { isEmpty, lookUp, numberOf, positiveIntegerOf, textsOf } from './values.ts';

export interface LitellmSettings {
  readonly fallbacks: ReadonlyMap<string, readonly string[]>;
  readonly otherwise: readonly string[];
  readonly aliases: ReadonlyMap<string, unknown>;
  /** `undefined`: nobody said. */
  readonly retries: number | undefined;
  readonly timeoutSeconds: number | undefined;
  /** Members of the document. */
  readonly topLevel: Readonly<Record<string, unknown>>;
}

const MOST_RETRIES = 10;

/** Router settings win over those of the library, as they do there. */
export function readSettings(file: Params, notes: Notes): LitellmSettings {
  const router = section(file, 'router_settings');
  const library = section(file, 'litellm_settings');
  const settings: LitellmSettings = {
    fallbacks: new Map([
      ...readFallbacks(library.fallbacks, 'litellm_settings.fallbacks', notes),
      ...readFallbacks(router.fallbacks, 'router_settings.fallbacks', notes),
    ]),
    otherwise: textsOf(router.default_fallbacks ?? library.default_fallbacks),
    aliases: new Map(Object.entries(isRecord(router.model_group_alias) ? router.model_group_alias : {})),
    retries: toRetries(router.num_retries ?? library.num_retries, notes),
    timeoutSeconds: numberOf(router.timeout ?? library.request_timeout),
    topLevel: {
      ...toCache(library, notes),
      ...(library.drop_params === false ? { strict_params: true } : {}),
    },
  };
  noteStrategy(router, notes);
  noteRest(file, notes);
  return settings;
}

const section = (file: Params, name: string): Params => {
  const value = file[name];
  return isRecord(value) ? value : {};
};

function toRetries(value: unknown, notes: Notes): number | undefined {
  const retries = numberOf(value);
  if (retries === undefined || !Number.isInteger(retries) || retries < 0) return undefined;
  if (retries > MOST_RETRIES)
    notes.add('changed', 'num_retries', `${MOST_RETRIES} is the most that there is`);
  return Math.min(retries, MOST_RETRIES);
}

/** LiteLLM reuses every answer while its cache is on, unless it is `default_off`. */
function toCache(library: Params, notes: Notes): Record<string, unknown> {
  const params = isRecord(library.cache_params) ? library.cache_params : {};
  if (library.cache !== true) return {};
  const ttl = positiveIntegerOf(params.ttl);
  const path = 'litellm_settings.cache';
  const isSemantic = String(params.type ?? '').includes('semantic');
  if (ttl === undefined || isSemantic || params.mode === 'default_off') {
    const reason = isSemantic
      ? 'looks for similar requests, not for equal ones'
      : ttl === undefined
        ? 'has no ttl: set cache.ttl_seconds'
        : 'is only used by requests that ask for it';
    notes.add('lost', path, reason);
    return {};
  }
  notes.add('changed', path, 'entries are kept by the gateway; those that exist stay where they are');
  return { cache: { ttl_seconds: ttl, mode: 'always' } };
}

function noteStrategy({ routing_strategy }: Params, notes: Notes): void {
  if (isEmpty(routing_strategy) || routing_strategy === 'simple-shuffle') return;
  notes.add('changed', 'router_settings.routing_strategy', 'deployments of a group are drawn by weight');
}

const READ: Readonly<Record<string, readonly string[]>> = {
  router_settings: [
    'fallbacks',
    'default_fallbacks',
    'model_group_alias',
    'num_retries',
    'timeout',
    'routing_strategy',
  ],
  litellm_settings: [
    'fallbacks',
    'default_fallbacks',
    'num_retries',
    'request_timeout',
    'drop_params',
    'cache',
    'cache_params',
  ],
  general_settings: [],
};

/** Where more can be said than that there is no counterpart. */
const REASONS: Readonly<Record<string, string>> = {
  context_window_fallbacks: 'a prompt that is too long is told to the client, and no other target is asked',
  content_policy_fallbacks: 'a refusal of a provider is told to the client, and no other target is asked',
  master_key: 'was not copied: the admin credential of the gateway is the secret ADMIN_TOKEN',
  database_url: 'no database is needed: keys and versions are kept by the gateway itself',
  callbacks: "logs of requests go where the gateway's own log goes",
  success_callback: "logs of requests go where the gateway's own log goes",
  failure_callback: "logs of requests go where the gateway's own log goes",
};

function noteRest(file: Params, notes: Notes): void {
  for (const [name, read] of Object.entries(READ)) {
    for (const [member, value] of Object.entries(section(file, name)))
      if (!read.includes(member) && !isEmpty(value))
        notes.add('lost', `${name}.${member}`, lookUp(REASONS, member) ?? 'has no counterpart');
  }
  for (const name of Object.keys(section(file, 'environment_variables')))
    notes.add(
      'check',
      `environment_variables.${name}`,
      'was not copied: if the document names it, it has to be a secret',
    );
  const known = ['model_list', 'credential_list', 'environment_variables', ...Object.keys(READ)];
  for (const [name, value] of Object.entries(file))
    if (!known.includes(name) && !name.startsWith('x-') && !isEmpty(value))
      notes.add('lost', name, 'has no counterpart');
}
