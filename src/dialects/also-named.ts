/**
 * Further models that a request names beside its own: routers take a list to fall back on, and tools may bring a model
 * along. A key that may use one model must not get another that way (traps H6).
 */
import { isRecord } from '../is-record.ts';

/**
 * LiteLLM: https://docs.litellm.ai/docs/proxy/client_side_fallbacks, where its router takes the other two as well.
 * Anthropic: https://platform.claude.com/docs/en/build-with-claude/refusals-and-fallback
 */
export const FALLBACK_MEMBERS: readonly string[] = [
  'fallbacks',
  'context_window_fallbacks',
  'content_policy_fallbacks',
];

/** As they stand in the body; what is no name is told as its JSON, which no grant holds. */
export function alsoNamedModels(body: Readonly<Record<string, unknown>>): string[] {
  const names = [...listOf(body.models), ...listOf(gatewayOptions(body).models)].map(toName);
  for (const member of FALLBACK_MEMBERS) names.push(...listOf(body[member]).flatMap(fallbackNames));
  for (const tool of listOf(body.tools))
    if (isRecord(tool) && tool.model != null) names.push(toName(tool.model));
  return names;
}

/** What may stand in a list or alone: OpenRouter's `models`, https://openrouter.ai/docs/features/model-routing */
export const listOf = (value: unknown): readonly unknown[] => {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
};

/** Vercel's AI gateway: https://vercel.com/docs/ai-gateway/models-and-providers */
function gatewayOptions({ providerOptions }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const options = isRecord(providerOptions) ? providerOptions.gateway : undefined;
  return isRecord(options) ? options : {};
}

/** A name; a request of its own, which may name more; or lists of names, each by the model that they stand in for. */
function fallbackNames(fallback: unknown): string[] {
  if (!isRecord(fallback)) return [toName(fallback)];
  if (fallback.model != null) return [toName(fallback.model), ...alsoNamedModels(fallback)];
  return Object.values(fallback).flatMap(listOf).map(toName);
}

const toName = (model: unknown): string => (typeof model === 'string' ? model : JSON.stringify(model));
