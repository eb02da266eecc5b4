/**
 * Canonical events as `chat.completion.chunk` events. OpenAI's document knows no custom tool calls in chunks; they have
 * the shape that OpenAI sends.
 */
import type { ErrorWire } from '../../errors.ts';
import { DONE_EVENT, encodeDataEvent } from '../../streaming/sse.ts';
import type { Usage } from '../../usage/usage.ts';
import type { CanonicalEvent, CanonicalRequest } from '../canonical.ts';
import type { StreamEncoder } from '../codec.ts';
import type { Identifiers } from '../identifiers.ts';
import { tellFailover } from '../told-failover.ts';
import { ChoiceWriter } from './choice-writer.ts';
import { ChunkFrame } from './chunk-frame.ts';
import { usesLegacyFunctions } from './decode-tools.ts';
import { encodeUsage } from './encode-usage.ts';

const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();

export class ChatStreamEncoder implements StreamEncoder {
  readonly #ids: Identifiers;
  readonly #isLegacy: boolean;
  readonly #wantsUsage: boolean;
  readonly #choices = new Map<number, ChoiceWriter>();
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

  end(): Uint8Array {
    let text = [...this.#choices.values()].map((choice) => choice.finishUntold()).join('');
    if (this.#wantsUsage && this.#usage !== null) text += this.#frame.usage(encodeUsage(this.#usage));
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
        return this.#start(event);
      case 'part-start':
        return this.#of(event.choice, (choice) => choice.start(event.part, event.content));
      case 'logprobs':
        return this.#of(event.choice, (choice) => choice.logprobs(event.logprobs));
      case 'finish':
        return this.#of(event.choice, (choice) => choice.finish(event));
      case 'part-delta':
        return this.#choices.get(event.choice)?.add(event.part, event.text) ?? '';
      case 'signature':
        return this.#choices.get(event.choice)?.sign(event.part, event.signature) ?? '';
      case 'part-end':
        return this.#choices.get(event.choice)?.end(event.part) ?? '';
      case 'citation':
        this.#choices.get(event.choice)?.cite(event.part, event.citation);
        return '';
      case 'usage':
        this.#usage = event.usage;
        return '';
      case 'about':
        if (event.serviceTier) this.#frame.serveAs(event.serviceTier);
        if (event.failover !== undefined) this.#frame.endWith(tellFailover(event.failover));
        return '';
      case 'ping':
      case 'error': // `fail` tells it, redacted
        return '';
    }
  }

  #start({ id, created, model, usage }: Extract<CanonicalEvent, { type: 'start' }>): string {
    this.#usage = usage;
    this.#frame.start({
      id: id === '' ? this.#ids.answer() : id,
      created: created ?? this.#ids.now(),
      model,
    });
    return this.#of(0, () => '');
  }

  /** What the choice writes, behind its first chunk if this is the first that is heard of it. */
  #of(index: number, write: (choice: ChoiceWriter) => string): string {
    const known = this.#choices.get(index);
    if (known !== undefined) return write(known);
    const choice = new ChoiceWriter(index, this.#frame, this.#isLegacy);
    this.#choices.set(index, choice);
    return choice.open() + write(choice);
  }
}
