/** Reads streams of Gemini's chunks on their way to a client of the same form. */
import { isRecord } from '../../is-record.ts';
import type { SseEvent } from '../../streaming/sse.ts';
import type { Usage } from '../../usage/usage.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf, parseJson, recordOf, textOf } from '../json.ts';
import type { EventMeaning, StraightForm, StreamObserver } from '../straight.ts';
import { errorIn } from './error-fields.ts';
import { readBlockReason, readFinishReason } from './finish-reasons.ts';
import { readUsage } from './usage.ts';

/** Members of a part that are output by being there; `functionCall: {}` only closes a call (wire 36). */
const OUTPUTS = [
  'inlineData',
  'fileData',
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse',
];

export class GeminiStreamObserver implements StreamObserver {
  usage: Usage | null = null;
  outputCharacters = 0;
  error: unknown;
  readonly doneMarker = null;
  /** Whether each candidate that came has finished. */
  readonly #candidates = new Map<number, boolean>();
  #isBlocked = false;

  /** Every candidate that came has its finish reason, or the prompt was blocked. */
  get isComplete(): boolean {
    const isAnswered = this.#isBlocked || this.#candidates.size > 0;
    return isAnswered && ![...this.#candidates.values()].includes(false) && this.error === undefined;
  }

  observe({ data }: SseEvent): EventMeaning {
    if (data === null || data === '') return 'other';
    const chunk = parseJson(data);
    if (errorIn(chunk) !== null) {
      this.error ??= chunk;
      return 'error';
    }
    if (!isRecord(chunk)) return 'other';
    this.usage = readUsage(chunk.usageMetadata) ?? this.usage;
    const feedback = recordOf(chunk.promptFeedback);
    const isBlock = readBlockReason(feedback.blockReason) !== null;
    if (isBlock) this.#isBlocked = true;
    const candidates = listOf(chunk.candidates).filter(isRecord);
    const hasOutput = candidates.map((candidate, place) => this.#readCandidate(candidate, place));
    if (hasOutput.includes(true)) return 'content';
    return candidates.length === 0 && isRecord(chunk.usageMetadata) && !isBlock ? 'usage' : 'other';
  }

  /** Whether it carries output. */
  #readCandidate(candidate: JsonObject, place: number): boolean {
    const index = typeof candidate.index === 'number' ? candidate.index : place;
    const isFinished = readFinishReason(candidate.finishReason) !== null;
    this.#candidates.set(index, isFinished || this.#candidates.get(index) === true);
    const content = recordOf(candidate.content);
    return listOf(content.parts)
      .filter(isRecord)
      .map((part) => this.#readPart(part))
      .includes(true);
  }

  #readPart(part: JsonObject): boolean {
    const text = textOf(part.text);
    const call = recordOf(part.functionCall);
    this.outputCharacters += text.length + textOf(call.name).length;
    if (isRecord(call.args)) this.outputCharacters += JSON.stringify(call.args).length;
    for (const partial of listOf(call.partialArgs)) {
      if (isRecord(partial)) this.outputCharacters += textOf(partial.stringValue).length;
    }
    return (
      text !== '' ||
      textOf(call.name) !== '' ||
      listOf(call.partialArgs).length > 0 ||
      OUTPUTS.some((member) => isRecord(part[member]))
    );
  }
}

export const straight: StraightForm = {
  createObserver: () => new GeminiStreamObserver(),
  readUsage: (body) => readUsage(body.usageMetadata),
  isError: (body) => errorIn(body) !== null,
};
