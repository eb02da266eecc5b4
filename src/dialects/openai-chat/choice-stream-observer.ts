/** Reads streams of `chat.completion.chunk` and of legacy text completions: forms that stream `choices`. */

import { isRecord } from '../../is-record.ts';
import { DONE_EVENT, type SseEvent } from '../../streaming/sse.ts';
import type { Usage } from '../../usage/usage.ts';
import { hasErrorPayload } from '../openai/error-fields.ts';
import type { EventMeaning, StreamObserver } from '../straight.ts';
import { readChunkUsage } from './usage.ts';

export class ChoiceStreamObserver implements StreamObserver {
  usage: Usage | null = null;
  outputCharacters = 0;
  error: unknown;
  readonly doneMarker = DONE_EVENT;
  readonly #doneIsEnd: boolean;
  readonly #choices: number;
  readonly #open = new Set<unknown>();
  readonly #finished = new Set<unknown>();
  #sawDone = false;

  /**
   * `doneIsEnd`: this vendor never sends a finish reason, so `[DONE]` has to do. `choices`: how many were asked for;
   * a vendor that makes fewer says so with `[DONE]`.
   */
  constructor(options: { doneIsEnd: boolean; choices: number }) {
    this.#doneIsEnd = options.doneIsEnd;
    this.#choices = options.choices;
  }

  get isComplete(): boolean {
    if (this.#doneIsEnd && this.#sawDone) return true;
    const isEveryChoiceHere = this.#sawDone || this.#finished.size >= this.#choices;
    return this.#finished.size > 0 && this.#open.size === 0 && isEveryChoiceHere;
  }

  observe({ data, name }: SseEvent): EventMeaning {
    if (data === null || data === '') return 'other';
    if (data.trim() === '[DONE]') {
      this.#sawDone = true;
      return 'done';
    }
    const chunk = parse(data);
    if (!isRecord(chunk)) {
      if (name !== 'error') return 'other';
      this.error = data;
      return 'error';
    }
    const usage = readChunkUsage(chunk);
    if (usage !== null) this.usage = usage; // before `choices`: it may stand in any chunk, and the last one counts
    if (name === 'error' || hasErrorPayload(chunk)) {
      this.error = chunk;
      return 'error';
    }
    const choices = Array.isArray(chunk.choices) ? chunk.choices : [];
    if (choices.length === 0) return usage !== null && !('moderation' in chunk) ? 'usage' : 'other';
    return this.#observeChoices(choices);
  }

  #observeChoices(choices: unknown[]): EventMeaning {
    const before = this.outputCharacters;
    let hasContent = false;
    for (const [position, choice] of choices.entries()) {
      if (!isRecord(choice)) continue;
      const index = choice.index ?? position;
      if (choice.finish_reason || choice.finish_details) {
        this.#finished.add(index);
        this.#open.delete(index);
      } else if (!this.#finished.has(index)) {
        this.#open.add(index);
      }
      // `text` belongs to completions; some chat providers repeat the delta in it.
      if (isRecord(choice.delta)) hasContent = this.#observeDelta(choice.delta) || hasContent;
      else if (typeof choice.text === 'string') this.outputCharacters += choice.text.length;
    }
    return hasContent || this.outputCharacters > before ? 'content' : 'other';
  }

  /** True for content that is not counted in characters: audio, a tool call, reasoning blocks. */
  #observeDelta(delta: Record<string, unknown>): boolean {
    // Reasoning comes under one of two names, and from some providers under both: it counts once.
    const reasoning = textLength(delta.reasoning_content) || textLength(delta.reasoning);
    this.outputCharacters += textLength(delta.content) + textLength(delta.refusal) + reasoning;
    const toolCalls = Array.isArray(delta.tool_calls) ? delta.tool_calls : [];
    for (const call of toolCalls) {
      const made = isRecord(call) ? (call.function ?? call.custom) : undefined;
      if (isRecord(made)) {
        this.outputCharacters += textLength(made.name) + textLength(made.arguments) + textLength(made.input);
      }
    }
    return (
      toolCalls.length > 0 ||
      isRecord(delta.function_call) ||
      isRecord(delta.audio) ||
      (Array.isArray(delta.reasoning_details) && delta.reasoning_details.length > 0)
    );
  }
}

/** Characters of a text, or of a list of parts with texts (one vendor streams thinking that way). */
function textLength(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (!Array.isArray(value)) return 0;
  let length = 0;
  for (const part of value) {
    if (isRecord(part)) length += textLength(part.text ?? part.thinking);
  }
  return length;
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined; // one bad line never ends a stream; a stream of bad lines never becomes complete
  }
}
