/**
 * Writes the parts of an answer as output items, and tells every step. Whole answers and streams are written by the
 * same hand, so the last event of a stream holds what the whole answer would have been.
 *
 * Neighbouring texts and refusals are contents of one message. An item is done when the next one has begun, or the
 * answer is over: only then it is known whether it was cut off.
 */
import type { Citation, FinishReason, JsonObject, Part, Signature, StartedPart } from '../canonical.ts';
import { textOrNull } from '../json.ts';
import { toIncompleteReason } from './finish-reasons.ts';
import type { Identifiers, ItemPrefix } from './identifiers.ts';
import { LogprobPool } from './logprob-pool.ts';
import {
  CallWriter,
  type Growing,
  type PartWriter,
  ReasoningWriter,
  RefusalWriter,
  type Tell,
  TextWriter,
} from './part-writers.ts';
import type { Proven } from './reasoning-items.ts';

interface Item {
  readonly json: Growing;
  readonly tell: Tell;
  /** Parts of it that are not at their end. */
  open: number;
  isDone: boolean;
}

interface OpenPart {
  readonly writer: PartWriter;
  readonly item: Item;
}

export class OutputWriter {
  readonly #tell: Tell;
  readonly #ids: Identifiers;
  readonly #pool: LogprobPool;
  readonly #items: Item[] = [];
  readonly #parts = new Map<number, OpenPart>();
  #lastText: TextWriter | null = null;

  /** `tell`: takes each event, its sequence number to be added. */
  constructor(tell: Tell, ids: Identifiers, wantsLogprobs: boolean) {
    this.#tell = tell;
    this.#ids = ids;
    this.#pool = new LogprobPool(wantsLogprobs);
  }

  /** `output` of the response, as it is by now. */
  get output(): readonly JsonObject[] {
    return this.#items.map((item) => item.json);
  }

  start(part: number, content: StartedPart): void {
    if (content.type === 'whole') return this.#writeWhole(part, content.part);
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
    if (item !== this.#items.at(-1)) this.#close(item, 'completed');
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
    this.#lastText?.addLogprobs(this.#pool.takeRest());
    const last = this.#items.at(-1);
    const isCut = toIncompleteReason(reason) !== null;
    for (const item of this.#items) this.#close(item, item === last && isCut ? 'incomplete' : 'completed');
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
        return this.#writeWhole(part, content);
    }
    if (content.type === 'text') {
      for (const citation of content.citations ?? []) this.cite(part, citation);
      if (content.signature !== undefined) this.sign(part, content.signature);
    }
    this.end(part);
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
        if (content.dialect === 'openai-responses') this.#add(content.value);
        return;
      case 'image': {
        if (content.source.kind !== 'inline') return; // the form has images by value only
        const { data, mediaType } = content.source;
        const format = mediaType.slice(mediaType.indexOf('/') + 1);
        const id = this.#ids.item('ig');
        this.#add({
          id,
          type: 'image_generation_call',
          status: 'completed',
          output_format: format,
          result: data,
        });
        return;
      }
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
        const { item, contents } = this.#message();
        const writer =
          content.type === 'text'
            ? new TextWriter(item.tell, contents.length, this.#pool)
            : new RefusalWriter(item.tell, contents.length);
        if (writer instanceof TextWriter) this.#lastText = writer;
        contents.push(writer.content);
        return { writer, item };
      }
      case 'reasoning': {
        const item = this.#addNew('rs', { type: 'reasoning', summary: [] });
        return { writer: new ReasoningWriter(item.tell, item.json), item };
      }
      case 'tool-call': {
        const { id: call_id, name, isCustom, signature } = content;
        const item = isCustom
          ? this.#addNew('ctc', { type: 'custom_tool_call', status: 'in_progress', call_id, input: '', name })
          : this.#addNew('fc', {
              type: 'function_call',
              status: 'in_progress',
              arguments: '',
              call_id,
              name,
            });
        return { writer: new CallWriter(item.tell, item.json, isCustom, signature), item };
      }
    }
  }

  /** The message that is last, or a new one. */
  #message(): { item: Item; contents: Growing[] } {
    const last = this.#items.at(-1);
    // The cast: messages that are not the vendor's own are made below.
    if (last !== undefined && last.json.type === 'message' && !last.isDone) {
      return { item: last, contents: last.json.content as Growing[] };
    }
    const contents: Growing[] = [];
    const item = this.#addNew('msg', {
      type: 'message',
      status: 'in_progress',
      content: contents,
      role: 'assistant',
    });
    return { item, contents };
  }

  #writeProof(of: Proven, signature: Signature): void {
    const item = this.#addNew('rs', { type: 'reasoning', summary: [] });
    new ReasoningWriter(item.tell, item.json).sign(signature, of);
  }

  #addNew(prefix: ItemPrefix, json: JsonObject): Item {
    return this.#add({ id: this.#ids.item(prefix), ...json });
  }

  #add(value: JsonObject): Item {
    const previous = this.#items.at(-1);
    if (previous !== undefined && previous.open === 0) this.#close(previous, 'completed');
    const json: Growing = { ...value };
    const at = { output_index: this.#items.length };
    const item_id = textOrNull(json.id);
    const tell: Tell = (type, fields) =>
      this.#tell(type, { ...(item_id === null ? {} : { item_id }), ...at, ...fields });
    const item: Item = { json, tell, open: 0, isDone: false };
    this.#items.push(item);
    this.#tell('response.output_item.added', { ...at, item: json });
    return item;
  }

  #close(item: Item, status: 'completed' | 'incomplete'): void {
    if (item.isDone || item.open > 0) return;
    item.isDone = true;
    if (item.json.status === 'in_progress') item.json.status = status;
    this.#tell('response.output_item.done', { output_index: this.#items.indexOf(item), item: item.json });
  }
}
