/** One choice of a streamed chat completion, as canonical events. */

import { isRecord } from '../../is-record.ts';
import type { CanonicalEvent, Citation, FinishReason, JsonObject, Signer } from '../canonical.ts';
import type { Identifiers } from '../identifiers.ts';
import { textOrNull } from '../json.ts';
import { readErrorFields } from '../openai/error-fields.ts';
import { NOTHING_SAID, type RawErrorFields } from '../straight.ts';
import { readCalls, readContent, readImages, readReasoning } from './answer-pieces.ts';
import { readAnnotations } from './citations.ts';
import { type Finish, readFinish, withToolCalls } from './finish-reasons.ts';
import { readLogprobs } from './logprobs.ts';
import { PartSequencer } from './part-sequencer.ts';
import { readEntries } from './reasoning-details.ts';
import { readThoughtSignature } from './thought-signature.ts';
import { ToolCallSlots } from './tool-call-slots.ts';

export class ChoiceReader {
  readonly #index: number;
  readonly #parts: PartSequencer;
  readonly #calls: ToolCallSlots;
  /** Who signs thinking here, as the last entry that told said. */
  #signer: Signer = 'other';
  #isFinished = false;

  constructor(index: number, ids: Identifiers) {
    this.#index = index;
    this.#parts = new PartSequencer(index);
    this.#calls = new ToolCallSlots(this.#parts, ids);
  }

  setSources(sources: readonly Citation[]): void {
    this.#parts.setSources(sources);
  }

  /** Returns what the provider says of its failure, if this choice tells one. */
  read(choice: JsonObject, events: CanonicalEvent[]): RawErrorFields | null {
    this.#parts.writeTo(events);
    // Only the delta: the text so far may stand beside it as `message` or `text` (wire 26).
    if (isRecord(choice.delta)) this.#readDelta(choice.delta);
    const logprobs = readLogprobs(choice.logprobs);
    if (logprobs.length > 0 && !this.#isFinished) {
      events.push({ type: 'logprobs', choice: this.#index, logprobs });
    }
    if (isRecord(choice.error)) return readErrorFields(choice) ?? NOTHING_SAID;
    const finish = readFinish(choice);
    if (finish === null || this.#isFinished) return null; // some send it twice (wire 48)
    if (finish === 'failed') {
      const message = `The provider ended its answer with finish_reason "${choice.finish_reason}".`;
      return { ...NOTHING_SAID, message };
    }
    this.finish(finish, events); // content may come with the finish (wire 27), so it is read before
    return null;
  }

  /** The choice is whole, unless it was before. */
  finish({ reason, native, stopSequence }: Finish, events: CanonicalEvent[]): void {
    if (this.#isFinished) return;
    this.close(events);
    this.#isFinished = true;
    const told: FinishReason = withToolCalls(reason, this.#parts.hasToolCalls);
    events.push({ type: 'finish', choice: this.#index, reason: told, native, stopSequence });
  }

  close(events: CanonicalEvent[]): void {
    this.#parts.writeTo(events);
    this.#parts.finish();
  }

  #readDelta(delta: JsonObject): void {
    this.#readReasoning(delta);
    for (const piece of readContent(delta.content)) {
      if (piece.type === 'whole') this.#parts.whole(piece.part);
      else this.#parts.append(piece.type, piece.text);
    }
    const annotations = readAnnotations(delta);
    if (annotations.length > 0) this.#parts.cite(annotations);
    const refusal = textOrNull(delta.refusal);
    if (refusal !== null) this.#parts.append('refusal', refusal);
    for (const image of readImages(delta.images)) this.#parts.whole(image);
    if (delta.tool_calls || delta.function_call) this.#readCalls(delta);
    else if (delta.extra_content) this.#signText(delta);
  }

  #readReasoning(delta: JsonObject): void {
    const entries = delta.reasoning_details ? readEntries(delta.reasoning_details, this.#signer) : [];
    const text = readReasoning(delta);
    if (text !== '' && entries.every((entry) => entry.text === '')) this.#parts.append('reasoning', text);
    for (const { key, text, signature, redacted, signer } of entries) {
      this.#signer = signer;
      const proof = signature === null ? null : { signer, value: signature };
      if (redacted !== null) this.#parts.whole({ type: 'reasoning', text, signature, redacted, signer });
      else if (text !== '') {
        const slot = this.#parts.append('reasoning', text, key);
        if (proof !== null) this.#parts.sign(slot, proof);
      } else if (proof !== null) {
        const { last } = this.#parts;
        if (last?.kind === 'reasoning' && last.state !== 'closed') this.#parts.sign(last, proof);
        else this.#parts.sign(this.#parts.append('reasoning', '', key), proof);
      }
    }
  }

  #readCalls(delta: JsonObject): void {
    const calls = readCalls(delta.tool_calls);
    if (isRecord(delta.function_call))
      calls.push(...readCalls([{ function: delta.function_call, index: 0 }]));
    const early = readThoughtSignature(delta.extra_content); // Gemini's older form has it on the message
    const [first, ...others] = calls;
    if (first === undefined) return;
    this.#calls.push([{ ...first, signature: first.signature ?? early }, ...others]);
  }

  #signText({ extra_content: extraContent }: JsonObject): void {
    const signature = readThoughtSignature(extraContent);
    const { last } = this.#parts;
    if (signature !== null && last?.kind === 'text') this.#parts.sign(last, signature);
  }
}
