/** Why an answer ended. Source: https://docs.cohere.com/reference/chat (finish_reason) */
import type { FinishReason } from '../canonical.ts';
import { toFinish } from '../finish.ts';

export const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  COMPLETE: 'stop',
  STOP_SEQUENCE: 'stop',
  MAX_TOKENS: 'length',
  TOOL_CALL: 'tool-calls',
};

/** The generation broke off: what came so far is no answer. `ERROR_…` are version 1's, seen on older models. */
export const isFailure = (native: string | null): boolean =>
  native !== null && (native.startsWith('ERROR') || native === 'TIMEOUT');

export const toFinishReason = (native: string | null, hasCalls: boolean): FinishReason =>
  toFinish(FINISH_REASONS, native, hasCalls);
