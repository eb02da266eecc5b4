/** One channel of one-api or new-api: from its type and address to a provider, and to that provider's model names. */
import { isRecord } from '../../../is-record.ts';
import { findProviderRow } from '../../../providers/catalogue.ts';
import type { Notes } from './note.ts';
import { azureResource, readAccount } from './one-api-account.ts';
import { toBedrockModel, toVertexModel, vertexVendorOf } from './one-api-models.ts';
import { type ChannelKind, channelKindOf, type Flavour } from './one-api-types.ts';
import type { ProviderWish } from './provider-wish.ts';
import { isEmpty, numberOf, parseJsonText, textOf } from './values.ts';

export type Channel = Readonly<Record<string, unknown>>;

export interface ReadChannel {
  /** The provider that serves this model, and its name there. */
  reach(listed: string): { readonly wish: ProviderWish; readonly model: string };
}

/** `undefined`, with a note, for a channel that nothing of ours reaches. */
export function readChannel(
  channel: Channel,
  flavour: Flavour,
  path: string,
  notes: Notes,
): ReadChannel | undefined {
  const type = numberOf(channel.type) ?? 0;
  const kind = channelKindOf(type, flavour);
  if (kind === undefined) {
    notes.add('lost', `${path}.type`, `channel type ${type} of ${flavour} has no counterpart`);
    return undefined;
  }
  noteRest(channel, path, notes);
  const wish = toWish(channel, kind, type, path, notes);
  const mapped = readMapping(channel, path, notes);
  if (kind.vendor === 'bedrock' || kind.vendor === 'vertex')
    notes.add(
      'check',
      `${path}.models`,
      "see whether the targets' models have the names that this host knows",
    );
  const keepsDots = flavour === 'new-api' && (numberOf(channel.created_time) ?? 0) >= DOTS_STAY_SINCE;
  return {
    reach(listed) {
      const model = mapped(listed);
      switch (kind.vendor) {
        case 'bedrock':
          return { wish, model: toBedrockModel(model) };
        case 'vertex':
          return { wish: { ...wish, vendor: vertexVendorOf(model) }, model: toVertexModel(model) };
        case 'azure-openai':
          return { wish, model: keepsDots ? model : model.replaceAll('.', '') };
        default:
          return { wish, model };
      }
    },
  };
}

/** Before this moment new-api took the dots out of Azure's deployment names; one-api always does. */
const DOTS_STAY_SINCE = Date.UTC(2025, 4, 10) / 1000;

function toWish(channel: Channel, kind: ChannelKind, type: number, path: string, notes: Notes): ProviderWish {
  const baseUrl = toBaseUrl(channel.base_url, kind);
  const organization = textOf(channel.openai_organization);
  return {
    // "OpenAI" at another address is whatever speaks its form.
    vendor: kind.vendor === 'openai' && baseUrl !== undefined ? null : kind.vendor,
    name: textOf(channel.name) ?? `channel-${numberOf(channel.id) ?? type}`,
    path,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(organization === undefined ? {} : { headers: { 'OpenAI-Organization': organization } }),
    ...readAccount(channel, kind.vendor, path, notes),
  };
}

/** `undefined`: where the catalogue says. */
function toBaseUrl(said: unknown, { vendor, baseUrl, suffix = '/v1' }: ChannelKind): string | undefined {
  const text = textOf(said)?.replace(/\/+$/, '');
  if (text === undefined) return baseUrl;
  if (vendor === 'azure-openai' && azureResource(text) !== undefined) return undefined;
  // They leave their own `/v1` out where this gateway is in front.
  const isWhole = text.startsWith('https://gateway.ai.cloudflare.com') || text.endsWith(suffix);
  const url = isWhole ? text : `${text}${suffix}`;
  return vendor !== null && url === findProviderRow(vendor)?.baseUrl ? undefined : url;
}

function readMapping(channel: Channel, path: string, notes: Notes): (listed: string) => string {
  const map = isRecord(channel.model_mapping) ? channel.model_mapping : parseJsonText(channel.model_mapping);
  if (!isRecord(map)) {
    if (textOf(channel.model_mapping) !== undefined)
      notes.add('lost', `${path}.model_mapping`, 'is no JSON object');
    return (listed) => listed;
  }
  return (listed) => (Object.hasOwn(map, listed) ? textOf(map[listed]) : undefined) ?? listed;
}

/** By member; what is `{}` or empty says nothing. */
const REASONS: Readonly<Record<string, string>> = {
  system_prompt: 'the gateway adds nothing to a prompt',
  param_override: 'the gateway sends the parameters of the client',
  header_override: 'add them as headers of the provider',
  status_code_mapping: 'statuses of providers are passed on as they are',
  model_configs: 'prices and limits for each model',
};

function noteRest(channel: Channel, path: string, notes: Notes): void {
  for (const [member, reason] of Object.entries(REASONS)) {
    const value = parseJsonText(channel[member]) ?? channel[member];
    if (!isEmpty(value)) notes.add('lost', `${path}.${member}`, reason);
  }
  const group = textOf(channel.group);
  if (group !== undefined && group !== 'default')
    notes.add(
      'lost',
      `${path}.group`,
      'groups of users are not carried over: narrow the keys by `models` instead',
    );
}
