/**
 * Finish reasons of the chat form. OpenAI has five (https://platform.openai.com/docs/api-reference/chat/object);
 * vendors of the same form add their own words. The provider's raw word always travels beside ours.
 */

import type { FinishReason } from '../canonical.ts';
import { recordOf, textOrNull } from '../json.ts';

const REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  content_filter: 'content-filter',
  function_call: 'tool-calls',
  eos: 'stop', // Together: recording together/chat/text-eos
  eos_token: 'stop', // TGI: recording huggingface/chat/tool-call-tgi
  stop_sequence: 'stop',
  end_turn: 'stop',
  max_tokens: 'length', // `finish_details` of OpenAI's first vision model: recording openai/chat/vision-finish-details
  model_length: 'length', // https://docs.mistral.ai/api
  model_context_window_exceeded: 'length', // https://docs.z.ai/api-reference/llm/chat-completion
  tool_use: 'tool-calls',
  tool_call: 'tool-calls',
  sensitive: 'content-filter', // https://docs.z.ai/api-reference/llm/chat-completion
  refusal: 'content-filter',
  safety: 'content-filter',
  guardrail_intervened: 'content-filter',
  pause_turn: 'pause',
};

/** The provider broke off and says so: what came is no answer. Mistral, Z.ai, DeepSeek. */
const FAILURES = ['error', 'network_error', 'insufficient_system_resource'];

export interface Finish {
  readonly reason: FinishReason;
  readonly native: string | null;
  readonly stopSequence: string | null;
}

/** What `choice` says of its end: `null` nothing yet, `failed` that the provider gave up. */
export function readFinish(choice: Record<string, unknown>): Finish | 'failed' | null {
  const details = recordOf(choice.finish_details);
  const said = textOrNull(choice.finish_reason) ?? textOrNull(details.type);
  if (said === null) return null;
  if (FAILURES.includes(said)) return 'failed';
  const native = textOrNull(choice.native_finish_reason);
  const reason = REASONS[said.toLowerCase()] ?? 'stop'; // an unknown word must not break a client
  // This form has no word for a pause: our own encoder and OpenRouter say it beside `stop`.
  const isPause = reason === 'stop' && native !== null && REASONS[native] === 'pause';
  return {
    reason: isPause ? 'pause' : reason,
    native: native ?? said,
    stopSequence: textOrNull(choice.stop_reason), // vLLM: the stop string that was met
  };
}

/** By this word the answer ended before its model had ended it. */
export function isCut(word: string): boolean {
  const reason = REASONS[word.toLowerCase()];
  return reason === 'length' || reason === 'content-filter';
}

/** Some providers say `stop` after tool calls, and agents stop silently (traps C8). */
export const withToolCalls = (reason: FinishReason, hasToolCalls: boolean): FinishReason =>
  reason === 'stop' && hasToolCalls ? 'tool-calls' : reason;

/** A paused turn has no word here; `native_finish_reason` tells it. */
export function writeFinish(reason: FinishReason, isLegacy: boolean): string {
  switch (reason) {
    case 'stop':
    case 'pause':
      return 'stop';
    case 'length':
      return 'length';
    case 'tool-calls':
      return isLegacy ? 'function_call' : 'tool_calls';
    case 'content-filter':
      return 'content_filter';
  }
}
