/**
 * Why an answer ended. Source: https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons;
 * `compaction`: .../build-with-claude/compaction.
 */
import type { FinishReason } from '../canonical.ts';
import { toFinish } from '../finish.ts';

export const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  pause_turn: 'pause',
  compaction: 'pause',
  refusal: 'content-filter',
};

/** `hasOpenCalls`: it holds a call that the client has to answer. */
export const toFinishReason = (stopReason: string | null, hasOpenCalls: boolean): FinishReason =>
  toFinish(FINISH_REASONS, stopReason, hasOpenCalls);

/**
 * Calls that the model's own code made (`caller` other than `direct`) were answered within the turn once it has
 * ended: `anthropic/messages/programmatic-tools`. Nobody may run them again.
 */
export const isOpenCall = (caller: unknown): boolean =>
  typeof caller !== 'object' ||
  caller === null ||
  !('type' in caller) ||
  caller.type === 'direct' ||
  caller.type === undefined;

export interface Ending {
  readonly finish: FinishReason;
  readonly native: string | null;
  readonly stopSequence: string | null;
  readonly hasRefusal: boolean;
}

export function toStopReason({ finish, native, stopSequence, hasRefusal }: Ending): string {
  // The vendor's own word, where it is one of this form and means the same.
  if (native !== null && FINISH_REASONS[native] === finish) return native;
  switch (finish) {
    case 'stop':
      if (hasRefusal) return 'refusal';
      return stopSequence === null ? 'end_turn' : 'stop_sequence';
    case 'length':
      return 'max_tokens';
    case 'tool-calls':
      return 'tool_use';
    case 'content-filter':
      return 'refusal';
    case 'pause':
      return 'pause_turn';
    default:
      return finish satisfies never;
  }
}
