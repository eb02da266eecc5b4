/** Why an answer ended. Source: https://docs.ollama.com/api/chat (done_reason), `ollama/ollama:llm/server.go` */
import type { FinishReason } from '../canonical.ts';
import { toFinish } from '../finish.ts';

export const DONE_REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  // Answers to a request without messages: the model was loaded, or put out of memory.
  load: 'stop',
  unload: 'stop',
};

/** There is no word for calls (wire 41). */
export const toFinishReason = (native: string | null, hasCalls: boolean): FinishReason =>
  toFinish(DONE_REASONS, native, hasCalls);
