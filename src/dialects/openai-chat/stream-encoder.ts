/**
 * Canonical events as `chat.completion.chunk` events. OpenAI's document knows no custom tool calls in chunks; they have
 * the shape that OpenAI sends.
 */
import type { ErrorWire } from '../../errors.ts';
import { DONE_EVENT, encodeDataEvent } from '../../streaming/sse.ts';
import type { Usage } from '../../usage/usage.ts';
import type { CanonicalEvent, CanonicalRequest, Citation, Part, StartedPart } from '../canonical.ts';
import type { StreamEncoder } from '../codec.ts';
import { inputOrEmpty } from './answer-pieces.ts';
import { ChunkFrame } from './chunk-frame.ts';
import { toAnnotations } from './citations.ts';
import { usesLegacyFunctions } from './decode-tools.ts';
import { encodeImage } from './encode-answer.ts';
import { encodeUsage } from './encode-usage.ts';
import { writeFinish } from './finish-reasons.ts';
import type { Identifiers } from './identifiers.ts';
import { writeLogprobs } from './logprobs.ts';
import { writeEntry, writeProof } from './reasoning-details.ts';
import { writeThoughtSignature } from './thought-signature.ts';

type EventOf<Type extends CanonicalEvent['type']> = Extract<CanonicalEvent, { type: Type }>;

const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();

interface OpenPart {
  readonly content: StartedPart;
  /** Of a call among the calls, of a thought among the thoughts. */
  readonly index: number;
  /** Where the part's text begins in the message's. */
  readonly offset: number;
  readonly citations: Citation[];
  isEmpty: boolean;
}

interface Choice {
  readonly parts: Map<number, OpenPart>;
  characters: number;
  calls: number;
  thoughts: number;
  saysText: boolean;
  refuses: boolean;
  isFinished: boolean;
}

export class ChatStreamEncoder implements StreamEncoder {
  readonly #ids: Identifiers;
  readonly #isLegacy: boolean;
  readonly #wantsUsage: boolean;
  readonly #choices = new Map<number, Choice>();
  readonly #frame: ChunkFrame;
  #usage: Usage | null = null;

  constructor(request: CanonicalRequest, ids: Identifiers) {
    this.#ids = ids;
    this.#isLegacy = usesLegacyFunctions(request.tools);
    this.#wantsUsage = request.wantsUsage;
    this.#frame = new ChunkFrame(this.#wantsUsage);
  }

  encode(event: CanonicalEvent): Uint8Array {
    const text = this.#write(event);
    return text === '' ? NOTHING : encoder.encode(text);
  }

  /** A provider that never sends a finish reason has none to tell; the client waits for one all the same. */
  end(): Uint8Array {
    let text = '';
    for (const [index, choice] of this.#choices) {
      if (choice.isFinished) continue;
      const reason = choice.calls > 0 ? 'tool-calls' : 'stop';
      text += this.#writeFinish({
        type: 'finish',
        choice: index,
        reason,
        native: null,
        stopSequence: null,
      });
    }
    if (this.#wantsUsage && this.#usage !== null) {
      text += this.#frame.usage(encodeUsage(this.#usage));
    }
    const rest = encoder.encode(text);
    const bytes = new Uint8Array(rest.length + DONE_EVENT.length);
    bytes.set(rest);
    bytes.set(DONE_EVENT, rest.length);
    return bytes;
  }

  fail(error: ErrorWire): Uint8Array {
    return encodeDataEvent({ error: error.error });
  }

  #write(event: CanonicalEvent): string {
    switch (event.type) {
      case 'start':
        return this.#writeStart(event);
      case 'part-start':
        return this.#writePartStart(event);
      case 'part-delta':
        return this.#writeDelta(event);
      case 'signature':
        return this.#writeSignature(event);
      case 'citation':
        this.#choices.get(event.choice)?.parts.get(event.part)?.citations.push(event.citation);
        return '';
      case 'part-end':
        return this.#writePartEnd(event);
      case 'finish':
        return this.#writeFinish(event);
      case 'usage':
        this.#usage = event.usage;
        return '';
      case 'logprobs':
        return this.#writeLogprobs(event);
      case 'about':
        if (event.serviceTier) this.#frame.serveAs(event.serviceTier);
        return '';
      case 'ping':
      case 'error': // `fail` tells it, redacted
        return '';
    }
  }

  #writeStart(event: EventOf<'start'>): string {
    this.#usage = event.usage;
    this.#frame.start({
      id: event.id === '' ? this.#ids.answer() : event.id,
      created: event.created ?? this.#ids.now(),
      model: event.model,
    });
    return this.#choiceAt(0)[1];
  }

  /** The choice, and its first chunk if this is the first that is heard of it. */
  #choiceAt(index: number): [Choice, string] {
    const known = this.#choices.get(index);
    if (known !== undefined) return [known, ''];
    const nothing = { characters: 0, calls: 0, thoughts: 0, saysText: false, refuses: false };
    const choice: Choice = { parts: new Map(), ...nothing, isFinished: false };
    this.#choices.set(index, choice);
    return [choice, this.#frame.delta(index, '{"role":"assistant","content":"","refusal":null}')];
  }

  #writePartStart({ choice: index, part, content }: EventOf<'part-start'>): string {
    const [choice, first] = this.#choiceAt(index);
    const made = content.type === 'whole' ? content.part : content;
    const open: OpenPart = {
      content,
      index: made.type === 'tool-call' ? choice.calls : choice.thoughts,
      offset: choice.characters,
      citations: content.type === 'whole' ? [...citationsOf(content.part)] : [],
      isEmpty: true,
    };
    choice.parts.set(part, open);
    if (made.type === 'tool-call') choice.calls += 1;
    if (made.type === 'reasoning') choice.thoughts += 1;
    if (made.type === 'text') choice.saysText = true;
    if (made.type === 'refusal') choice.refuses = true;
    if (content.type === 'tool-call') return first + this.#startCall(index, content, open);
    return content.type === 'whole' ? first + this.#writeWhole(index, content.part, choice, open) : first;
  }

  #startCall(
    choice: number,
    call: Omit<Extract<StartedPart, { type: 'tool-call' }>, 'type'>,
    { index }: OpenPart,
  ): string {
    const { id, name, isCustom, signature } = call;
    if (this.#isLegacy) {
      if (index > 0) return ''; // the old form has one call
      return this.#frame.delta(choice, JSON.stringify({ function_call: { name, arguments: '' } }));
    }
    const made = isCustom
      ? { type: 'custom', custom: { name, input: '' } }
      : { type: 'function', function: { name, arguments: '' } };
    const proof = signature === undefined ? {} : writeThoughtSignature(signature);
    return this.#frame.delta(choice, JSON.stringify({ tool_calls: [{ index, id, ...made, ...proof }] }));
  }

  #writeDelta({ choice: index, part, text }: EventOf<'part-delta'>): string {
    const choice = this.#choices.get(index);
    const open = choice?.parts.get(part);
    if (choice === undefined || open === undefined || text === '') return '';
    open.isEmpty = false;
    return this.#chunkOfText(index, choice, open, text);
  }

  #chunkOfText(index: number, choice: Choice, open: OpenPart, text: string): string {
    const quoted = JSON.stringify(text);
    const content = open.content.type === 'whole' ? open.content.part : open.content;
    switch (content.type) {
      case 'text':
        choice.characters += text.length;
        return this.#frame.delta(index, `{"content":${quoted}}`);
      case 'refusal':
        return this.#frame.delta(index, `{"refusal":${quoted}}`);
      case 'reasoning': {
        const entry = `{"type":"reasoning.text","text":${quoted},"index":${open.index}}`;
        return this.#frame.delta(index, `{"reasoning_content":${quoted},"reasoning_details":[${entry}]}`);
      }
      case 'tool-call': {
        if (this.#isLegacy) {
          return open.index > 0 ? '' : this.#frame.delta(index, `{"function_call":{"arguments":${quoted}}}`);
        }
        const made = content.isCustom ? `"custom":{"input":${quoted}}` : `"function":{"arguments":${quoted}}`;
        return this.#frame.delta(index, `{"tool_calls":[{"index":${open.index},${made}}]}`);
      }
      default:
        return '';
    }
  }

  /** Parts that come in one piece. */
  #writeWhole(index: number, part: Part, choice: Choice, open: OpenPart): string {
    switch (part.type) {
      case 'text': {
        const told = part.text === '' ? '' : this.#chunkOfText(index, choice, open, part.text);
        if (part.signature === undefined) return told;
        return told + this.#frame.delta(index, JSON.stringify(writeThoughtSignature(part.signature)));
      }
      case 'refusal':
        return part.text === '' ? '' : this.#chunkOfText(index, choice, open, part.text);
      case 'reasoning': {
        const text = part.text === '' ? {} : { reasoning_content: part.text };
        const delta = { ...text, reasoning_details: [writeEntry(part, open.index)] };
        return this.#frame.delta(index, JSON.stringify(delta));
      }
      case 'tool-call': {
        const input = inputOrEmpty(part.input, part.isCustom);
        return this.#startCall(index, part, open) + this.#chunkOfText(index, choice, open, input);
      }
      case 'image': {
        const image = encodeImage(part);
        return image === null ? '' : this.#frame.delta(index, JSON.stringify({ images: [image] }));
      }
      default:
        return ''; // only another wire form understands it
    }
  }

  #writeSignature({ choice: index, part, signature }: EventOf<'signature'>): string {
    const open = this.#choices.get(index)?.parts.get(part);
    if (open === undefined) return '';
    if (open.content.type === 'tool-call' && !this.#isLegacy) {
      const call = { index: open.index, ...writeThoughtSignature(signature) };
      return this.#frame.delta(index, JSON.stringify({ tool_calls: [call] }));
    }
    if (open.content.type === 'text') {
      return this.#frame.delta(index, JSON.stringify(writeThoughtSignature(signature)));
    }
    if (open.content.type !== 'reasoning') return '';
    return this.#frame.delta(
      index,
      JSON.stringify({ reasoning_details: [writeProof(signature, open.index)] }),
    );
  }

  #writePartEnd({ choice: index, part }: EventOf<'part-end'>): string {
    const choice = this.#choices.get(index);
    const open = choice?.parts.get(part);
    if (choice === undefined || open === undefined) return '';
    choice.parts.delete(part);
    const { content, citations, offset } = open;
    if (content.type === 'tool-call' && open.isEmpty && !content.isCustom) {
      return this.#chunkOfText(index, choice, open, '{}'); // clients parse it (wire 37)
    }
    const annotations = toAnnotations(citations, offset, choice.characters);
    return annotations.length === 0 ? '' : this.#frame.delta(index, JSON.stringify({ annotations }));
  }

  #writeLogprobs({ choice: index, logprobs }: EventOf<'logprobs'>): string {
    const [{ saysText, refuses }, first] = this.#choiceAt(index);
    return first + this.#frame.logprobs(index, writeLogprobs(logprobs, refuses && !saysText));
  }

  #writeFinish({ choice: index, reason, native }: EventOf<'finish'>): string {
    const [choice, first] = this.#choiceAt(index);
    if (choice.isFinished) return first;
    choice.isFinished = true;
    return first + this.#frame.finish(index, writeFinish(reason, this.#isLegacy), native);
  }
}

const citationsOf = (part: Part): readonly Citation[] => (part.type === 'text' && part.citations) || [];
