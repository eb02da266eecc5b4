/** One entry of LiteLLM's `model_list`: from `litellm_params` to a provider and the model there. */
import { isRecord } from '../../../is-record.ts';
import { findProviderRow } from '../../../providers/catalogue.ts';
import { nameOfHost } from './base-urls.ts';
import { awsWish, azureWish, googleWish } from './litellm-clouds.ts';
import { type Params, readAddress, readCredential, toHeaders } from './litellm-params.ts';
import { isCompatible, rowOfPrefix, splitModel } from './litellm-vendors.ts';
import type { Notes } from './note.ts';
import type { ProviderBook } from './provider-book.ts';
import type { ProviderWish } from './provider-wish.ts';
import { isEmpty, textOf } from './values.ts';

export interface Reached {
  readonly provider: string;
  readonly model: string;
}

/** What is read here, by the clouds, or by whoever makes the alias. */
const READ = new Set(
  (
    'model custom_llm_provider api_key api_base base_url api_version organization extra_headers headers litellm_credential_name ' +
    'rpm tpm weight order timeout stream_timeout region_name drop_params use_in_pass_through merge_reasoning_content_in_choices ' +
    'tenant_id client_id client_secret azure_ad_token aws_access_key_id aws_secret_access_key aws_session_token ' +
    'aws_region_name aws_bedrock_runtime_endpoint vertex_project vertex_location vertex_credentials'
  ).split(' '),
);

/** `undefined`, with a note, where the deployment cannot be reached from here. */
export function readDeployment(
  params: Params,
  path: string,
  book: ProviderBook,
  notes: Notes,
): Reached | undefined {
  const text = textOf(params.model);
  if (text === undefined) {
    notes.add('lost', `${path}.model`, 'names no model');
    return undefined;
  }
  const split = splitModel(text, textOf(params.custom_llm_provider));
  const wish = split && wishOf(split.prefix, split.model, params, path, notes);
  if (split === undefined || wish === undefined || wish.model === '') {
    notes.add('lost', `${path}.model`, `is of a provider that is not in the catalogue, and has no api_base`);
    return undefined;
  }
  for (const name of Object.keys(params))
    if (!READ.has(name) && !isEmpty(params[name]))
      notes.add('lost', `${path}.${name}`, 'has no counterpart: a target is an address and a model');
  const provider = book.enter(wish);
  return provider === undefined ? undefined : { provider, model: wish.model };
}

export interface DeploymentWish extends ProviderWish {
  /** The provider's own name of it. */
  readonly model: string;
}

function wishOf(
  prefix: string,
  model: string,
  params: Params,
  path: string,
  notes: Notes,
): DeploymentWish | undefined {
  const row = rowOfPrefix(prefix);
  const said = readAddress(params.api_base ?? params.base_url, `${path}.api_base`, notes);
  const base = row !== undefined && isOwnAddress(said, row) ? undefined : said;
  if (row === 'azure-openai' || row === 'azure-foundry')
    return azureWish(row, model, base, params, path, notes);
  if (row === 'vertex') return googleWish(model, base, params, path);
  if (row?.startsWith('bedrock')) return awsWish(row, model, params, path);
  const shared = {
    path,
    apiKeys: apiKeysOf(params),
    headers: headersOf(params, path, notes),
    isOpen: isDummy(params.api_key),
  };
  if (base === undefined)
    return row === undefined ? undefined : { ...shared, vendor: row, name: row, model: modelAt(row, model) };
  const isCustom = isCompatible(prefix) || row === undefined;
  if (isCustom && isEmpty(params.api_key)) notes.add('check', path, 'names no key: it is called without one');
  if (isCustom && !isCompatible(prefix))
    notes.add(
      'check',
      path,
      "its provider is not in the catalogue, and is taken for one that speaks OpenAI's form",
    );
  const baseUrl = isCustom ? base : withVersion(row, base);
  return { ...shared, vendor: isCustom ? null : row, name: hostOf(base), baseUrl, model };
}

/** Servers that want no key are often given one of these, because OpenAI's client wants one. */
const isDummy = (key: unknown): boolean =>
  /^(none|null|empty|dummy|fake|fake-key|anything|no-?key|not-needed)$/i.test(textOf(key) ?? '');

const apiKeysOf = ({ api_key }: Params) => {
  const key = isDummy(api_key) ? undefined : readCredential(api_key);
  return key === undefined ? [] : [key];
};

function headersOf(params: Params, path: string, notes: Notes) {
  const headers = toHeaders(params.extra_headers ?? params.headers, `${path}.extra_headers`, notes);
  const said = textOf(params.organization);
  const organization = said && toHeaders({ organization: said }, `${path}.organization`, notes).organization;
  if (!isEmpty(params.organization) && said === undefined)
    notes.add('lost', `${path}.organization`, 'several organisations: make a provider for each');
  return organization === undefined ? headers : { ...headers, 'OpenAI-Organization': organization };
}

/** The vendor's own host, written out. */
function isOwnAddress(base: string | undefined, row: string): boolean {
  const own = findProviderRow(row)?.baseUrl ?? '';
  return (
    base !== undefined && URL.canParse(base) && URL.canParse(own) && new URL(base).host === new URL(own).host
  );
}

const hostOf = (base: string): string => (URL.canParse(base) ? nameOfHost(base) : 'provider');

/** LiteLLM puts the version behind some addresses itself; ours end where the vendor's documentation ends them. */
function withVersion(row: string, base: string): string {
  const isBare = URL.canParse(base) && new URL(base).pathname === '/';
  const own = { anthropic: '/v1', gemini: '/v1beta', cohere: '/v2' }[row];
  return own !== undefined && isBare ? `${base.replace(/\/+$/, '')}${own}` : base;
}

/** `together/deepseek-ai/DeepSeek-R1` is `deepseek-ai/DeepSeek-R1:together` at Hugging Face itself. */
function modelAt(row: string, model: string): string {
  const [inference, organization, ...name] = model.split('/');
  return row === 'huggingface' && name.length > 0 ? `${organization}/${name.join('/')}:${inference}` : model;
}

/** `credential_list` of the file: what `litellm_credential_name` refers to. */
export function withNamedCredential(
  params: Params,
  credentials: readonly unknown[],
  path: string,
  notes: Notes,
): Params {
  const name = textOf(params.litellm_credential_name);
  if (name === undefined) return params;
  const found = credentials.find((one) => isRecord(one) && one.credential_name === name);
  const values = isRecord(found) && isRecord(found.credential_values) ? found.credential_values : undefined;
  if (values === undefined)
    notes.add('check', `${path}.litellm_credential_name`, 'names a credential that is not in the file');
  return { ...values, ...params };
}
