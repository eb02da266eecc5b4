/** The parts of one choice of a streamed answer, as deltas. Each method gives the text of the chunks, `''` for none. */
import type { CanonicalEvent, Citation, JsonObject, Part, Signature, StartedPart } from '../canonical.ts';
import { inputOrEmpty } from './answer-pieces.ts';
import type { ChunkFrame } from './chunk-frame.ts';
import { toAnnotations } from './citations.ts';
import { encodeImage } from './encode-answer.ts';
import { writeFinish } from './finish-reasons.ts';
import { writeLogprobs } from './logprobs.ts';
import { writeEntry, writeProof } from './reasoning-details.ts';
import { writeThoughtSignature } from './thought-signature.ts';

interface OpenPart {
  readonly content: StartedPart;
  /** Of a call among the calls, of a thought among the thoughts. */
  readonly index: number;
  /** Where the part's text begins in the message's. */
  readonly offset: number;
  readonly citations: Citation[];
  isEmpty: boolean;
}

type StartedCall = Omit<Extract<StartedPart, { type: 'tool-call' }>, 'type'>;

export class ChoiceWriter {
  readonly #index: number;
  readonly #frame: ChunkFrame;
  readonly #isLegacy: boolean;
  readonly #parts = new Map<number, OpenPart>();
  #characters = 0;
  #calls = 0;
  #thoughts = 0;
  #saysText = false;
  #refuses = false;
  #isFinished = false;

  /** `isLegacy`: the client wrote `functions`, and reads `function_call`. */
  constructor(index: number, frame: ChunkFrame, isLegacy: boolean) {
    this.#index = index;
    this.#frame = frame;
    this.#isLegacy = isLegacy;
  }

  /** Its first chunk. */
  open(): string {
    return this.#frame.delta(this.#index, '{"role":"assistant","content":"","refusal":null}');
  }

  start(part: number, content: StartedPart): string {
    const made = content.type === 'whole' ? content.part : content;
    const open: OpenPart = {
      content,
      index: made.type === 'tool-call' ? this.#calls : this.#thoughts,
      offset: this.#characters,
      citations: content.type === 'whole' ? [...citationsOf(content.part)] : [],
      isEmpty: true,
    };
    this.#parts.set(part, open);
    if (made.type === 'tool-call') this.#calls += 1;
    if (made.type === 'reasoning') this.#thoughts += 1;
    if (made.type === 'text') this.#saysText = true;
    if (made.type === 'refusal') this.#refuses = true;
    if (content.type === 'tool-call') return this.#startCall(content, open);
    return content.type === 'whole' ? this.#whole(content.part, open) : '';
  }

  add(part: number, text: string): string {
    const open = this.#parts.get(part);
    if (open === undefined || text === '') return '';
    open.isEmpty = false;
    return this.#text(open, text);
  }

  cite(part: number, citation: Citation): void {
    this.#parts.get(part)?.citations.push(citation);
  }

  sign(part: number, signature: Signature): string {
    const open = this.#parts.get(part);
    switch (open?.content.type) {
      case 'tool-call':
        if (this.#isLegacy) return '';
        return this.#delta({ tool_calls: [{ index: open.index, ...writeThoughtSignature(signature) }] });
      case 'text':
        return this.#delta(writeThoughtSignature(signature));
      case 'reasoning':
        return this.#delta({ reasoning_details: [writeProof(signature, open.index)] });
      default:
        return '';
    }
  }

  end(part: number): string {
    const open = this.#parts.get(part);
    if (open === undefined) return '';
    this.#parts.delete(part);
    const { content, citations, offset } = open;
    if (content.type === 'tool-call' && open.isEmpty && !content.isCustom) {
      return this.#text(open, '{}'); // clients parse it (wire 37)
    }
    const annotations = toAnnotations(citations, offset, this.#characters);
    return annotations.length === 0 ? '' : this.#delta({ annotations });
  }

  logprobs(logprobs: readonly JsonObject[]): string {
    return this.#frame.logprobs(this.#index, writeLogprobs(logprobs, this.#refuses && !this.#saysText));
  }

  finish({ reason, native }: Pick<Extract<CanonicalEvent, { type: 'finish' }>, 'reason' | 'native'>): string {
    if (this.#isFinished) return '';
    this.#isFinished = true;
    return this.#frame.finish(this.#index, writeFinish(reason, this.#isLegacy), native);
  }

  /** For a provider that never sends a finish reason: the client waits for one all the same. */
  finishUntold(): string {
    return this.finish({ reason: this.#calls > 0 ? 'tool-calls' : 'stop', native: null });
  }

  #delta(delta: JsonObject): string {
    return this.#frame.delta(this.#index, JSON.stringify(delta));
  }

  #startCall({ id, name, isCustom, signature }: StartedCall, { index }: OpenPart): string {
    if (this.#isLegacy) {
      return index > 0 ? '' : this.#delta({ function_call: { name, arguments: '' } }); // the old form has one call
    }
    const made = isCustom
      ? { type: 'custom', custom: { name, input: '' } }
      : { type: 'function', function: { name, arguments: '' } };
    const proof = signature === undefined ? {} : writeThoughtSignature(signature);
    return this.#delta({ tool_calls: [{ index, id, ...made, ...proof }] });
  }

  /** Written as text: most chunks of a stream are these. */
  #text(open: OpenPart, text: string): string {
    const quoted = JSON.stringify(text);
    const content = open.content.type === 'whole' ? open.content.part : open.content;
    const write = (delta: string): string => this.#frame.delta(this.#index, delta);
    switch (content.type) {
      case 'text':
        this.#characters += text.length;
        return write(`{"content":${quoted}}`);
      case 'refusal':
        return write(`{"refusal":${quoted}}`);
      case 'reasoning': {
        const entry = `{"type":"reasoning.text","text":${quoted},"index":${open.index}}`;
        return write(`{"reasoning_content":${quoted},"reasoning_details":[${entry}]}`);
      }
      case 'tool-call': {
        if (this.#isLegacy) return open.index > 0 ? '' : write(`{"function_call":{"arguments":${quoted}}}`);
        const made = content.isCustom ? `"custom":{"input":${quoted}}` : `"function":{"arguments":${quoted}}`;
        return write(`{"tool_calls":[{"index":${open.index},${made}}]}`);
      }
      default:
        return '';
    }
  }

  /** Parts that come in one piece. */
  #whole(part: Part, open: OpenPart): string {
    switch (part.type) {
      case 'text': {
        const told = part.text === '' ? '' : this.#text(open, part.text);
        return part.signature === undefined
          ? told
          : told + this.#delta(writeThoughtSignature(part.signature));
      }
      case 'refusal':
        return part.text === '' ? '' : this.#text(open, part.text);
      case 'reasoning': {
        const text = part.text === '' ? {} : { reasoning_content: part.text };
        return this.#delta({ ...text, reasoning_details: [writeEntry(part, open.index)] });
      }
      case 'tool-call':
        return this.#startCall(part, open) + this.#text(open, inputOrEmpty(part.input, part.isCustom));
      case 'image': {
        const image = encodeImage(part);
        return image === null ? '' : this.#delta({ images: [image] });
      }
      default:
        return ''; // only another wire form understands it
    }
  }
}

const citationsOf = (part: Part): readonly Citation[] => (part.type === 'text' && part.citations) || [];
