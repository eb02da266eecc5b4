/**
 * The output items of an answer, and the events of their beginning and end. An item is done when the next one has
 * begun, or the answer is over: only then it is known whether it was cut off.
 */
import type { JsonObject } from '../canonical.ts';
import { textOrNull } from '../json.ts';
import type { ItemPrefix, ResponseIdentifiers } from './identifiers.ts';
import type { Growing, Tell } from './part-writers.ts';

export interface Item {
  readonly json: Growing;
  readonly tell: Tell;
  /** Parts of it that are not at their end. */
  open: number;
  isDone: boolean;
}

type CallStart = { readonly id: string; readonly name: string; readonly isCustom: boolean };

export class OutputItems {
  readonly #tell: Tell;
  readonly #ids: ResponseIdentifiers;
  readonly #items: Item[] = [];

  constructor(tell: Tell, ids: ResponseIdentifiers) {
    this.#tell = tell;
    this.#ids = ids;
  }

  /** `output` of the response, as it is by now. */
  get output(): readonly JsonObject[] {
    return this.#items.map((item) => item.json);
  }

  get last(): Item | undefined {
    return this.#items.at(-1);
  }

  /** The message that is last, or a new one. */
  message(): { readonly item: Item; readonly contents: Growing[] } {
    const { last } = this;
    // The cast: messages that are not the vendor's own are made below.
    if (last !== undefined && last.json.type === 'message' && !last.isDone) {
      return { item: last, contents: last.json.content as Growing[] };
    }
    const contents: Growing[] = [];
    const message = { type: 'message', status: 'in_progress', content: contents, role: 'assistant' };
    return { item: this.#addNew('msg', message), contents };
  }

  reasoning(): Item {
    return this.#addNew('rs', { type: 'reasoning', summary: [] });
  }

  call({ id: call_id, name, isCustom }: CallStart): Item {
    const status = 'in_progress';
    return isCustom
      ? this.#addNew('ctc', { type: 'custom_tool_call', status, call_id, input: '', name })
      : this.#addNew('fc', { type: 'function_call', status, arguments: '', call_id, name });
  }

  image(mediaType: string, data: string): Item {
    return this.#addNew('ig', {
      type: 'image_generation_call',
      status: 'completed',
      output_format: mediaType.slice(mediaType.indexOf('/') + 1),
      result: data,
    });
  }

  /** One that is whole, or has its id already. */
  add(value: JsonObject): Item {
    if (this.last !== undefined) this.close(this.last);
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

  /** Not while a part of it is open. */
  close(item: Item, status: 'completed' | 'incomplete' = 'completed'): void {
    if (item.isDone || item.open > 0) return;
    item.isDone = true;
    if (item.json.status === 'in_progress') item.json.status = status;
    this.#tell('response.output_item.done', { output_index: this.#items.indexOf(item), item: item.json });
  }

  closeAll(isCut: boolean): void {
    const { last } = this;
    for (const item of this.#items) this.close(item, item === last && isCut ? 'incomplete' : 'completed');
  }

  #addNew(prefix: ItemPrefix, json: JsonObject): Item {
    return this.add({ id: this.#ids.item(prefix), ...json });
  }
}
