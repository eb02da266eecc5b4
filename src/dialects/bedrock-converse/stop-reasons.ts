/**
 * Why an answer ended.
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html (stopReason)
 */
import type { FinishReason } from '../canonical.ts';
import { toFinish } from '../finish.ts';

export const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  tool_use: 'tool-calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  guardrail_intervened: 'content-filter', // with the masked text, or the guardrail's own (wire 52)
  content_filtered: 'content-filter',
};

/** What came is no answer: the model wrote something that Bedrock could not read (trap D14). */
export const FAILURES: readonly string[] = ['malformed_model_output', 'malformed_tool_use'];

/** Nova says `end_turn` after a stop sequence too (wire 53). */
export const toFinishReason = (stopReason: string | null, hasCalls: boolean): FinishReason =>
  toFinish(FINISH_REASONS, stopReason, hasCalls);
