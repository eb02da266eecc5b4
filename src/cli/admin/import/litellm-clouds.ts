/** LiteLLM's parameters for Azure, Google Cloud and AWS, whose providers are more than an address and a key. */
import type { DeploymentWish } from './litellm-deployment.ts';
import { type Params, readCredential, readSetting, variableOf } from './litellm-params.ts';
import type { Notes } from './note.ts';
import type { Credential } from './secret-names.ts';
import { textOf } from './values.ts';

/** https://docs.litellm.ai/docs/providers/azure and …/azure_ai */
export function azureWish(
  row: string,
  model: string,
  base: string | undefined,
  params: Params,
  path: string,
  notes: Notes,
): DeploymentWish {
  const vendor = row === 'azure-foundry' && /^claude/i.test(model) ? 'azure-foundry-anthropic' : row;
  const where = toAzureAddress(vendor, base, path, notes);
  const key = readCredential(params.api_key ?? params.azure_ad_token);
  const secret = key === undefined ? readCredential(params.client_secret) : undefined;
  return {
    vendor,
    path,
    name: where.name,
    model: model.replace(/^(o_series|gpt5_series)\//, ''), // they tell LiteLLM what the deployment is
    ...(where.baseUrl === undefined ? {} : { baseUrl: where.baseUrl }),
    settings: {
      resource: where.resource,
      api_version: vendor === 'azure-openai' ? toApiVersion(params, path, notes) : undefined,
      tenant_id: secret && (readSetting(params.tenant_id) ?? variable('AZURE_TENANT_ID')),
      client_id: secret && (readSetting(params.client_id) ?? variable('AZURE_CLIENT_ID')),
    },
    ...(key === undefined ? {} : { apiKeys: [key] }),
    ...(secret === undefined ? {} : { parts: { client_secret: secret } }),
  };
}

/** Deployment URLs have a dated version; the newest form of the address has none. */
function toApiVersion(params: Params, path: string, notes: Notes): string | undefined {
  const version = textOf(params.api_version);
  if (version === undefined || /^(v1|preview|latest)$/i.test(version)) return undefined;
  if (variableOf(version) === undefined) return version;
  notes.add(
    'changed',
    `${path}.api_version`,
    'is a variable: without it, calls go to the newest form of the API, which has no version',
  );
  return undefined;
}

const AZURE_HOSTS = /^([a-z0-9-]+)\.(openai|services\.ai)\.azure\.com$/;
const AZURE_PATHS: Readonly<Record<string, string>> = {
  'azure-openai': '/openai/v1',
  'azure-foundry': '/openai/v1',
  'azure-foundry-anthropic': '/anthropic/v1',
};

/** The resource where the host names one, else the address with the path that the form has there. */
function toAzureAddress(vendor: string, base: string | undefined, path: string, notes: Notes) {
  if (base === undefined || !URL.canParse(base)) return { name: vendor, baseUrl: base };
  const { hostname, pathname, origin } = new URL(base);
  const [, resource, kind] = AZURE_HOSTS.exec(hostname) ?? [];
  if (resource !== undefined && (kind === 'openai') === (vendor === 'azure-openai'))
    return { resource, name: `azure-${resource}` };
  if (resource === undefined && !hostname.endsWith('.invalid'))
    notes.add('check', `${path}.api_base`, 'is no usual address of Azure: see whether its path is right');
  const isBare = pathname === '/' || pathname === '/models';
  return { baseUrl: isBare ? `${origin}${AZURE_PATHS[vendor]}` : base, name: resource ?? hostname };
}

/** https://docs.litellm.ai/docs/providers/vertex */
export function googleWish(
  model: string,
  base: string | undefined,
  params: Params,
  path: string,
): DeploymentWish {
  const credentials = readCredential(params.vertex_credentials);
  const isGoogles = /^(gemini|imagen|veo|text-embedding|textembedding|text-multilingual|gemma)/.test(model);
  const vendor = /^claude/.test(model) ? 'vertex-anthropic' : isGoogles ? 'vertex' : 'vertex-openai';
  return {
    vendor,
    path,
    name: vendor,
    model,
    ...(base === undefined ? {} : { baseUrl: base }),
    settings: { region: readSetting(params.vertex_location), project: readSetting(params.vertex_project) },
    ...(credentials === undefined ? {} : { parts: { service_account: credentials } }),
  };
}

const variable = (name: string): Credential => ({ kind: 'variable', name });

const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;

/** https://docs.litellm.ai/docs/providers/bedrock: `bedrock/[converse/|invoke/][region/]model`. */
export function awsWish(row: string, model: string, params: Params, path: string): DeploymentWish {
  const segments = model.replace(/^(converse|converse_like|invoke)\//, '').split('/');
  const [first = ''] = segments;
  const regionOfModel = REGION.test(first) ? segments.shift() : undefined;
  const keys = {
    access_key_id: readCredential(params.aws_access_key_id),
    secret_access_key: readCredential(params.aws_secret_access_key),
    session_token: readCredential(params.aws_session_token),
  };
  const bearer = readCredential(params.api_key);
  const endpoint = textOf(params.aws_bedrock_runtime_endpoint);
  const region = regionOfModel ?? readSetting(params.aws_region_name ?? params.region_name);
  return {
    vendor: row,
    path,
    name: typeof region !== 'string' ? row : `${row}-${region}`,
    model: segments.join('/'),
    ...(endpoint === undefined ? {} : { baseUrl: endpoint }),
    settings: { region: region ?? variable('AWS_REGION') },
    ...(bearer === undefined ? { parts: keys } : { apiKeys: [bearer] }),
  };
}
