/**
 * `config.yaml` of the LiteLLM proxy (https://docs.litellm.ai/docs/proxy/config_settings) as a configuration document.
 * A model group becomes an alias, its deployments become targets, and whatever an address or a key differs in becomes a
 * provider. Keys live in LiteLLM's database: `keys` is the answer of its `/key/list`, if there is one.
 */
import { isRecord } from '../../../is-record.ts';
import { createAliasBook, type ModelTarget, refuseAliasName, toTiers } from './aliases.ts';
import { readDeployment, withNamedCredential } from './litellm-deployment.ts';
import { type FallbackSources, type ModelGroup, tiersWithFallbacks } from './litellm-fallbacks.ts';
import { readKeys } from './litellm-keys.ts';
import type { Params } from './litellm-params.ts';
import { readSettings } from './litellm-settings.ts';
import { toTimeouts } from './litellm-timeouts.ts';
import { createNotes, type Imported, type Notes, UnreadableFile } from './note.ts';
import { createProviderBook, type ProviderBook } from './provider-book.ts';
import { readYaml } from './read-yaml.ts';
import { createSecretNames } from './secret-names.ts';
import { isEmpty, listOf, numberOf, textOf } from './values.ts';

interface Deployment {
  readonly path: string;
  readonly params: Params;
  readonly id: string | undefined;
}

/** Throws `UnreadableFile`. */
export function importLitellm(text: string, keys?: string): Imported {
  const file = readYaml(text);
  if (!isRecord(file) || !Array.isArray(file.model_list)) throw new UnreadableFile('it has no model_list');
  const notes = createNotes();
  const names = [...text.matchAll(/os\.environ\/([A-Za-z0-9_]+)/g)].map(([, name = '']) => name);
  const book = createProviderBook(notes, createSecretNames(names));
  const settings = readSettings(file, notes);
  const byName = groupDeployments(file, notes);
  const sources: FallbackSources = { ...readGroups(byName, book, notes), ...settings };
  const aliases = createAliasBook(notes, [...sources.groups.keys(), ...settings.aliases.keys()]);
  const fieldsOf = (params: readonly Params[], path: string) => ({
    ...(settings.retries === undefined ? {} : { retries: settings.retries }),
    ...toTimeouts(params, settings.timeoutSeconds, path, notes),
  });
  for (const [name, { path }] of sources.groups) {
    const params = (byName.get(name) ?? []).map((deployment) => deployment.params);
    aliases.add(name, path, tiersWithFallbacks(name, sources, path, notes), fieldsOf(params, path));
  }
  for (const [name, value] of settings.aliases) {
    const path = `router_settings.model_group_alias.${name}`;
    const to = textOf(isRecord(value) ? value.model : value);
    if (to === undefined || !sources.groups.has(to) || refuseAliasName(name) !== undefined)
      notes.add('lost', path, 'leads to no model of the file');
    else if (!sources.groups.has(name)) aliases.add(name, path, [{ alias: to }], fieldsOf([], path));
  }
  const models = aliases.entries();
  const imported = keys === undefined ? [] : readKeys(keys, Object.keys(models), notes);
  if (keys === undefined)
    notes.add(
      'lost',
      '(keys)',
      "keys are in LiteLLM's database: --keys takes the answer of /key/list?return_full_object=true",
    );
  return {
    document: {
      providers: book.entries(),
      models,
      ...(imported.length > 0 ? { keys: imported } : {}),
      ...settings.topLevel,
    },
    notes: notes.all,
  };
}

/** The same `model_name` twice is one group of two deployments. */
function groupDeployments(file: Params, notes: Notes): Map<string, Deployment[]> {
  const groups = new Map<string, Deployment[]>();
  for (const [index, entry] of listOf(file.model_list).entries()) {
    const path = `model_list[${index}]`;
    const name = isRecord(entry) ? textOf(entry.model_name) : undefined;
    const params = isRecord(entry) && isRecord(entry.litellm_params) ? entry.litellm_params : undefined;
    const refusal = name === undefined ? 'has no model_name' : refuseAliasName(name);
    if (!isRecord(entry) || name === undefined || params === undefined || refusal !== undefined) {
      notes.add('lost', path, refusal ?? 'has no litellm_params');
      continue;
    }
    const info = isRecord(entry.model_info) ? entry.model_info : {};
    if (Object.keys(info).some((member) => member.includes('cost_per')))
      notes.add('lost', `${path}.model_info`, 'prices of its own');
    const whole = withNamedCredential(params, listOf(file.credential_list), `${path}.litellm_params`, notes);
    const deployment = { path: `${path}.litellm_params`, params: whole, id: textOf(info.id) };
    groups.set(name, [...(groups.get(name) ?? []), deployment]);
  }
  return groups;
}

function readGroups(byName: ReadonlyMap<string, readonly Deployment[]>, book: ProviderBook, notes: Notes) {
  const groups = new Map<string, ModelGroup>();
  const byId = new Map<string, ModelTarget>();
  for (const [name, deployments] of byName) {
    const path = deployments[0]?.path ?? name;
    const weights = weightsOf(deployments, path, notes);
    const ranked = deployments.flatMap((deployment, index) => {
      const reached = readDeployment(deployment.params, deployment.path, book, notes);
      if (reached === undefined) return [];
      const target = { ...reached, weight: weights[index] ?? 1 };
      if (deployment.id !== undefined) byId.set(deployment.id, { ...target, weight: 1 });
      // Those without an order are asked when no other is left.
      return [{ rank: numberOf(deployment.params.order) ?? Number.POSITIVE_INFINITY, target }];
    });
    if (!name.includes('*')) groups.set(name, { path, tiers: toTiers(ranked) });
    else noteWildcard(name, path, ranked[0]?.target.provider, notes);
  }
  return { groups, byId };
}

/** LiteLLM draws by the first of these that any deployment of the group has. */
function weightsOf(deployments: readonly Deployment[], path: string, notes: Notes): readonly number[] {
  for (const name of ['rpm', 'tpm'])
    if (deployments.some(({ params }) => !isEmpty(params[name])))
      notes.add(
        'lost',
        `${path}.${name}`,
        'a deployment has no limit here; it counts as the weight where several share the load',
      );
  for (const name of ['weight', 'rpm', 'tpm']) {
    const weights = deployments.map(({ params }) => Math.max(0, numberOf(params[name]) ?? 0));
    if (weights.some((weight) => weight > 0)) return weights;
  }
  return deployments.map(() => 1);
}

/** An alias is one name; a provider takes every name below its own. */
function noteWildcard(name: string, path: string, provider: string | undefined, notes: Notes): void {
  if (provider === undefined) notes.add('lost', path, 'a name with * that leads nowhere');
  else if (name !== `${provider}/*`)
    notes.add('changed', path, `a name with * is no alias: call its models as ${provider}/MODEL`);
}
