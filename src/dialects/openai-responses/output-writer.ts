/**
 * Writes the parts of an answer as output items, and tells every step. Whole answers and streams are written by the
 * same hand, so the last event of a stream holds what the whole answer would have been.
 * Neighbouring texts and refusals are contents of one message.
 */
import type { Citation, FinishReason, JsonObject, Part, Signature, StartedPart } from '../canonical.ts';
import { toIncompleteReason } from './finish-reasons.ts';
import type { ResponseIdentifiers } from './identifiers.ts';
import { LogprobPool } from './logprob-pool.ts';
import { type Item, OutputItems } from './output-items.ts';
import {
  CallWriter,
  type PartWriter,
  ReasoningWriter,
  RefusalWriter,
  type Tell,
  TextWriter,
} from './part-writers.ts';
import type { Proven } from './reasoning-items.ts';

interface OpenPart {
  readonly writer: PartWriter;
  readonly item: Item;
}

export class OutputWriter {
  readonly #items: OutputItems;
  readonly #pool: LogprobPool;
  readonly #parts = new Map<number, OpenPart>();
  readonly #texts: TextWriter[] = [];

  /** `tell`: takes each event, its sequence number to be added. */
  constructor(tell: Tell, ids: ResponseIdentifiers, wantsLogprobs: boolean) {
    this.#items = new OutputItems(tell, ids);
    this.#pool = new LogprobPool(wantsLogprobs);
  }

  /** `output` of the response, as it is by now. */
  get output(): readonly JsonObject[] {
    return this.#items.output;
  }

  start(part: number, content: StartedPart): void {
    if (content.type === 'whole') {
      this.#writeWhole(part, content.part);
      return;
    }
    const opened = this.#open(content);
    opened.item.open += 1;
    this.#parts.set(part, opened);
  }

  add(part: number, text: string): void {
    if (text !== '') this.#parts.get(part)?.writer.add(text);
  }

  sign(part: number, signature: Signature): void {
    this.#parts.get(part)?.writer.sign(signature);
  }

  cite(part: number, citation: Citation): void {
    this.#parts.get(part)?.writer.cite(citation);
  }

  addLogprobs(logprobs: readonly JsonObject[]): void {
    this.#pool.add(logprobs);
  }

  end(part: number): void {
    const open = this.#parts.get(part);
    if (open === undefined) return;
    this.#parts.delete(part);
    const { writer, item } = open;
    writer.end();
    item.open -= 1;
    if (item !== this.#items.last) this.#items.close(item);
    if (writer instanceof CallWriter && writer.signature !== null) {
      this.#writeProof({ kind: 'call', id: String(item.json.call_id) }, writer.signature);
    }
    if (writer instanceof TextWriter && writer.signature !== null) {
      this.#writeProof({ kind: 'text' }, writer.signature);
    }
  }

  /** The answer is over: whatever is open is closed. An answer that was cut was cut in its last item. */
  finish(reason: FinishReason): void {
    for (const part of [...this.#parts.keys()]) this.end(part);
    this.#dealRest();
    this.#items.closeAll(toIncompleteReason(reason) !== null);
  }

  /** A part that is all there. */
  write(part: number, content: Part): void {
    switch (content.type) {
      case 'text':
      case 'refusal':
        this.start(part, { type: content.type });
        this.add(part, content.text);
        break;
      case 'reasoning': {
        this.start(part, { type: 'reasoning' });
        this.add(part, content.text);
        this.#signThought(part, content);
        break;
      }
      case 'tool-call':
        this.start(part, content);
        this.add(part, content.input);
        break;
      default:
        this.#writeWhole(part, content);
        return;
    }
    if (content.type === 'text') {
      for (const citation of content.citations ?? []) this.cite(part, citation);
      if (content.signature !== undefined) this.sign(part, content.signature);
    }
    this.end(part);
  }

  /** Some vendors tell all of them behind the texts: then they are dealt out once more. */
  #dealRest(): void {
    if (!this.#pool.hasRest) return;
    this.#pool.putBack(this.#texts.flatMap((text) => text.returnLogprobs()));
    for (const text of this.#texts) text.takeLogprobs();
    this.#texts.at(-1)?.addLogprobs(this.#pool.takeRest());
  }

  #signThought(part: number, thought: Extract<Part, { type: 'reasoning' }>): void {
    const { signer, redacted, signature } = thought;
    const writer = this.#parts.get(part)?.writer;
    if (!(writer instanceof ReasoningWriter)) return;
    if (redacted !== null) writer.sign({ signer, value: redacted }, { kind: 'hidden thought' });
    else if (signature !== null) writer.sign({ signer, value: signature });
  }

  /** What only another form understands is not shown: a client would take it for OpenAI's. */
  #writeWhole(part: number, content: Part): void {
    switch (content.type) {
      case 'opaque':
        if (content.dialect === 'openai-responses') this.#items.add(content.value);
        return;
      case 'image': // the form has them by value only
        if (content.source.kind === 'inline') {
          this.#items.image(content.source.mediaType, content.source.data);
        }
        return;
      case 'audio':
      case 'file':
      case 'tool-result':
        return;
      default:
        this.write(part, content);
    }
  }

  #open(content: Exclude<StartedPart, { type: 'whole' }>): OpenPart {
    switch (content.type) {
      case 'text':
      case 'refusal': {
        const { item, contents } = this.#items.message();
        const writer =
          content.type === 'text'
            ? new TextWriter(item.tell, contents.length, this.#pool)
            : new RefusalWriter(item.tell, contents.length);
        if (writer instanceof TextWriter) this.#texts.push(writer);
        contents.push(writer.content);
        return { writer, item };
      }
      case 'reasoning': {
        const item = this.#items.reasoning();
        return { writer: new ReasoningWriter(item.tell, item.json), item };
      }
      case 'tool-call': {
        const item = this.#items.call(content);
        const { isCustom, signature } = content;
        return { writer: new CallWriter(item.tell, item.json, isCustom, signature), item };
      }
    }
  }

  #writeProof(of: Proven, signature: Signature): void {
    const item = this.#items.reasoning();
    new ReasoningWriter(item.tell, item.json).sign(signature, of);
  }
}
