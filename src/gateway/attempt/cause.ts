/**
 * Failures that are final for one target and not for another: a request that is too long for its model, one that its
 * provider's policy refuses, and what the operator names. Vendors' words change; a wording that is not known here is a failure
 * like any other.
 */
import type { ProviderErrorFields } from '../../errors.ts';
import type { AliasRules, Target } from '../exchange.ts';
import type { AttemptFailure } from '../provider-failure.ts';

/** Whether another target may take what one refused. */
export type Suits = (target: Target) => boolean;

/** `null`: the failure stands. `neededTokens`: of input and output, as reckoned. */
export function suitsAfter(
  { error }: AttemptFailure,
  failed: Target,
  { statuses, context_window, content_policy }: AliasRules['fallback_on'],
  neededTokens: () => number,
): Suits | null {
  if (error.code !== 'provider_rejected_request') return null;
  if (context_window && isTooLong(error.status, error.provider)) return holdsMore(failed, neededTokens);
  if (content_policy && isAgainstPolicy(error.status, error.provider))
    return ({ provider }) => provider.id !== failed.provider.id;
  return statuses.includes(error.status) ? () => true : null;
}

/** Where nobody knows how much the failed one holds, the next is known to hold all of it. */
function holdsMore({ contextTokens: held }: Target, neededTokens: () => number): Suits {
  const least = held === null ? neededTokens() : held + 1;
  return ({ contextTokens }) => contextTokens !== null && contextTokens >= least;
}

const TOO_LONG_STATUSES: readonly number[] = [400, 413, 422];

/** Of `code` and `type`, in lower case. */
const TOO_LONG_NAMES: readonly string[] = [
  'context_length_exceeded', // OpenAI, Azure, Groq, xAI
  'context_window_exceeded', // Vercel's gateway, LiteLLM
  'too_many_tokens', // Cohere
  'too_many_prompt_tokens', // Perplexity
  'string_above_max_length', // OpenAI: one text longer than any window
];

/**
 * In their own words. Sources: recorded answers, where there is one; else
 * https://platform.openai.com/docs/guides/error-codes, https://docs.claude.com/en/api/errors,
 * https://ai.google.dev/gemini-api/docs/troubleshooting, https://github.com/vllm-project/vllm (`maximum context length`),
 * https://github.com/ggml-org/llama.cpp (`exceeds the available context size`).
 */
const TOO_LONG_WORDS = new RegExp(
  [
    'maximum context length', // OpenAI, DeepSeek, OpenRouter, vLLM, Mistral
    'context window', // OpenAI Responses
    'prompt is too long', // Anthropic
    'input is too long', // Bedrock
    'input length and `?max_tokens`? exceed context limit', // Anthropic
    'input tokens? exceeded', // Bedrock
    'number of input tokens exceeds', // Bedrock
    'input token count .{0,30}exceeds the maximum', // Gemini
    'exceeds the maximum number of tokens', // Vertex
    'too many tokens: ', // Cohere
    'total length of all messages is too long', // Perplexity
    'too large for model with \\d+ maximum', // Mistral
    'exceeds the (?:available )?context (?:size|length)', // llama.cpp, LM Studio
    'input length exceeds the context length', // Ollama
    'exceed(?:s|ed)? (?:the )?(?:model.s )?(?:maximum )?context', // xAI, Together, Fireworks
    'maximum prompt length', // xAI
    '`?inputs`? tokens \\+ `?max_new_tokens`? must be <=', // TGI
    'reduce the length of (?:the|your|either)', // OpenAI, Groq, Cerebras
  ].join('|'),
  'i',
);

function isTooLong(status: number, fields: ProviderErrorFields): boolean {
  if (!TOO_LONG_STATUSES.includes(status)) return false;
  return isNamed(fields, TOO_LONG_NAMES) || TOO_LONG_WORDS.test(fields.message);
}

const POLICY_STATUSES: readonly number[] = [400, 403, 422];

const POLICY_NAMES: readonly string[] = [
  'content_policy_violation', // OpenAI pictures
  'content_filter', // Azure
  'responsibleaipolicyviolation', // Azure
  'moderation_blocked', // OpenAI
  'data_inspection_failed', // Alibaba
  'content_safety', // Groq
];

const POLICY_WORDS = new RegExp(
  [
    'content management policy', // Azure
    'ResponsibleAIPolicyViolation', // Azure
    'rejected (?:as a result of|by) (?:our|the) safety system', // OpenAI
    'content (?:usage )?polic(?:y|ies)', // OpenAI, xAI
    'usage polic(?:y|ies)', // Anthropic, OpenAI
    'output blocked by content filtering', // Anthropic
    'blocked by (?:our )?content filter', // Bedrock
    'inappropriate content', // Alibaba
    'safety (?:filters|settings|guidelines)', // Google
    'flagged (?:for|as|by)', // OpenRouter
    'Content Exists Risk', // DeepSeek
  ].join('|'),
  'i',
);

function isAgainstPolicy(status: number, fields: ProviderErrorFields): boolean {
  if (!POLICY_STATUSES.includes(status)) return false;
  return isNamed(fields, POLICY_NAMES) || POLICY_WORDS.test(fields.message);
}

const isNamed = ({ code, type }: ProviderErrorFields, names: readonly string[]): boolean =>
  names.includes((code ?? '').toLowerCase()) || names.includes((type ?? '').toLowerCase());
