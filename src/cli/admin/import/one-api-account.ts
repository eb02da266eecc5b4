/** Credentials and settings of a channel: its key, and what stands in `config`, `other` or between bars in the key. */
import { isRecord } from '../../../is-record.ts';
import type { Notes } from './note.ts';
import type { Channel } from './one-api-channel.ts';
import type { ProviderWish } from './provider-wish.ts';
import type { Credential } from './secret-names.ts';
import { numberOf, parseJsonText, textOf } from './values.ts';

export type Account = Pick<ProviderWish, 'apiKeys' | 'parts' | 'settings'>;

export function readAccount(channel: Channel, vendor: string | null, path: string, notes: Notes): Account {
  const config = configOf(channel);
  switch (vendor) {
    case 'bedrock':
      return readAwsAccount(textOf(channel.key) ?? '', config);
    case 'vertex':
      return readGoogleAccount(channel, config, path, notes);
    case 'azure-openai': {
      const version = textOf(config.api_version) ?? textOf(channel.other);
      return {
        apiKeys: keysOf(channel),
        settings: { resource: azureResource(channel.base_url), api_version: version },
      };
    }
    case 'cloudflare-workers-ai':
      return {
        apiKeys: keysOf(channel),
        settings: { account_id: textOf(config.user_id) ?? textOf(channel.other) },
      };
    default:
      return { apiKeys: keysOf(channel) };
  }
}

/** `https://NAME.openai.azure.com`. */
export const azureResource = (url: unknown): string | undefined =>
  /^https:\/\/([a-z0-9-]+)\.openai\.azure\.com\/*$/.exec(textOf(url) ?? '')?.[1];

function configOf(channel: Channel): Record<string, unknown> {
  const config = isRecord(channel.config) ? channel.config : parseJsonText(channel.config);
  return isRecord(config) ? config : {};
}

/** Signatures name one, so it has to be said somewhere. */
const NO_REGION: Credential = { kind: 'variable', name: 'AWS_REGION' };

/** one-api has the parts in `config`, new-api in the key: `access key|secret key|region`, or `API key|region`. */
function readAwsAccount(key: string, config: Readonly<Record<string, unknown>>): Account {
  const said = key.split('|');
  const region = textOf(config.region) ?? textOf(said.length > 1 ? said.at(-1) : undefined) ?? NO_REGION;
  const accessKey = textOf(config.ak) ?? (said.length === 3 ? said[0] : undefined);
  const secretKey = textOf(config.sk) ?? (said.length === 3 ? said[1] : undefined);
  if (accessKey === undefined)
    return { settings: { region }, apiKeys: said.slice(0, 1).flatMap(toCredentials) };
  const [access_key_id] = toCredentials(accessKey);
  const [secret_access_key] = toCredentials(secretKey ?? '');
  return { settings: { region }, parts: { access_key_id, secret_access_key } };
}

function readGoogleAccount(
  channel: Channel,
  config: Readonly<Record<string, unknown>>,
  path: string,
  notes: Notes,
): Account {
  const region = textOf(config.region) ?? textOf(channel.other);
  const isOne = region === undefined || !region.startsWith('{');
  if (!isOne) notes.add('lost', `${path}.other`, 'a region for each model: the provider has one');
  const [service_account] = toCredentials(textOf(config.vertex_ai_adc) ?? textOf(channel.key) ?? '');
  return {
    settings: { region: isOne ? region : undefined, project: textOf(config.vertex_ai_project_id) },
    parts: { service_account },
  };
}

/** Several keys stand in lines, or in a JSON list. new-api may have switched some of them off. */
function keysOf({ key, channel_info }: Channel): Credential[] {
  const list = parseJsonText(key);
  const texts = Array.isArray(list)
    ? list.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
    : (textOf(key) ?? '').split('\n');
  const statuses = isRecord(channel_info) ? channel_info.multi_key_status_list : undefined;
  const isOn = (index: number) => !isRecord(statuses) || (numberOf(statuses[index]) ?? 1) === 1;
  return texts.filter((_, index) => isOn(index)).flatMap(toCredentials);
}

const toCredentials = (text: string): Credential[] =>
  text.trim() === '' ? [] : [{ kind: 'value', value: text.trim() }];
