/**
 * A canonical request, into Anthropic's form. What became of every field stands in `fields.ts`.
 * Source: https://platform.claude.com/docs/en/api/messages
 */

import type { CanonicalRequest, JsonObject } from '../canonical.ts';
import { toStrictSchema } from '../claude/json-schema.ts';
import { claudeTraitsOf } from '../claude/model-traits.ts';
import { boundSampling, type Sampling, takenStops } from '../claude/sampling.ts';
import { encodeThinking, goesOnWithoutThinking } from '../claude/thinking.ts';
import type { EncodedRequest, EncodeTarget } from '../codec.ts';
import { Drops } from '../drops.ts';
import { recordOf } from '../json.ts';
import { refuseJsonWithoutSchema, refuseMoreThanOneText, refuseNoTokens } from '../refusals.ts';
import { describedSchema } from '../response-schema.ts';
import { isThinking, isToolResult } from './encode-blocks.ts';
import { encodeMessages, encodeSystem } from './encode-messages.ts';
import { encodeToolChoice, encodeTools } from './encode-tools.ts';

const FORM = 'the Anthropic form';
const MAX_USER_ID_LENGTH = 256;

/** Throws `InvalidRequest`. Equal requests become equal bodies, members in equal order (trap D19). */
export function encodeRequest(request: CanonicalRequest, { model }: EncodeTarget): EncodedRequest {
  refuseMoreThanOneText(request, FORM);
  refuseJsonWithoutSchema(request, FORM);
  refuseNoTokens(request);
  const drops = new Drops('anthropic-messages');
  const traits = claudeTraitsOf(model);
  const {
    thinking: ownThinking,
    output_config: ownConfig,
    ...own
  } = request.extra['anthropic-messages'] ?? {};
  const system = encodeSystem(request.turns, drops);
  const messages = encodeMessages(request.turns, drops);
  const goesOn = goesOnWithoutThinking(messages, isThinking, isToolResult);
  const reasoning = encodeThinking(request, traits, goesOn, drops);
  const tools = encodeTools(request, drops);
  const toolChoice = encodeToolChoice(request, tools.length > 0, reasoning.isOn, drops);
  const stop = takenStops(request.stop, drops);
  const outputConfig = {
    ...recordOf(ownConfig),
    ...(reasoning.effort === null ? {} : { effort: reasoning.effort }),
    ...encodeFormat(request, drops),
  };
  const body: JsonObject = {
    model,
    max_tokens: reasoning.maxTokens,
    ...(system.length > 0 ? { system } : {}),
    messages: messages.map(({ role, content, extra }) => ({ role, content, ...extra })),
    ...(tools.length > 0 ? { tools } : {}),
    ...(toolChoice === null ? {} : { tool_choice: toolChoice }),
    ...(reasoning.thinking === null ? {} : { thinking: { ...reasoning.thinking, ...recordOf(ownThinking) } }),
    ...(Object.keys(outputConfig).length > 0 ? { output_config: outputConfig } : {}),
    ...encodeSampling(boundSampling(request, traits, reasoning.isOn, drops)),
    ...(stop.length > 0 ? { stop_sequences: stop } : {}),
    ...encodeMetadata(request, drops),
    ...encodeServiceTier(request, drops),
    ...(request.wantsStream ? { stream: true } : {}),
    ...own,
  };
  dropRest(request, drops);
  return { body, dropped: drops.names };
}

function encodeFormat({ responseFormat }: CanonicalRequest, drops: Drops): JsonObject {
  if (responseFormat?.kind !== 'schema') return {};
  const schema = toStrictSchema(responseFormat.schema, (keyword) =>
    drops.addKeyword('response_format.json_schema.schema', keyword),
  );
  return { format: { type: 'json_schema', schema: describedSchema(responseFormat, schema) } };
}

function encodeSampling(sampling: Sampling): JsonObject {
  const { temperature, topP, topK } = sampling;
  return {
    ...(temperature === null ? {} : { temperature }),
    ...(topP === null ? {} : { top_p: topP }),
    ...(topK === null ? {} : { top_k: topK }),
  };
}

function encodeMetadata({ user, metadata }: CanonicalRequest, drops: Drops): JsonObject {
  drops.addMetadata(Object.keys(metadata ?? {}));
  if (user === null || user === '') return {};
  if (user.length <= MAX_USER_ID_LENGTH) return { metadata: { user_id: user } };
  drops.add('user');
  return {};
}

/** Source: https://platform.claude.com/docs/en/api/service-tiers */
const SERVICE_TIERS: Readonly<Record<string, string>> = {
  auto: 'auto',
  priority: 'auto', // priority capacity if there is some, as OpenAI's `priority`
  default: 'standard_only',
  standard_only: 'standard_only',
};

function encodeServiceTier({ serviceTier }: CanonicalRequest, drops: Drops): JsonObject {
  if (serviceTier === null) return {};
  const tier = SERVICE_TIERS[serviceTier];
  if (tier !== undefined) return { service_tier: tier };
  drops.add('service_tier');
  return {};
}

/** Fields without a place here. A value that asks for nothing is not lost. */
function dropRest(request: CanonicalRequest, drops: Drops): void {
  drops.addPenaltiesAndSeed(request);
  drops.addLogprobs(request);
  drops.addForeignFields(request.extra, ['safety_identifier']);
}
