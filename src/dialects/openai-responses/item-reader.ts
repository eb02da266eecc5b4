/**
 * Reads one output item of a stream into canonical parts. Every text may come in deltas, or with its `done` event
 * only (wire 44), or with the whole item only: what was told before is not told again.
 */

import { isRecord } from '../../is-record.ts';
import type { CanonicalEvent, JsonObject, StartedPart } from '../canonical.ts';
import { listOf, textOf } from '../json.ts';
import { readAnnotation } from './annotations.ts';
import { readCall, readContents, readInput, readLogprobs, toOpaque } from './decode-answer.ts';
import type { ResponseIdentifiers } from './identifiers.ts';
import { readProof, readSections, SECTION_BREAK } from './reasoning-items.ts';

export type TextKind = 'text' | 'refusal' | 'reasoning' | 'call';

interface OpenPart {
  readonly part: number;
  citations: number;
  logprobs: number;
}

/** A text that grows by itself: the content of a message, a section of reasoning, the input of a call. */
interface Growing {
  text: string;
}

export class ItemReader {
  readonly #nextPart: () => number;
  readonly #ids: ResponseIdentifiers;
  /** As it was added; `null` in streams that begin behind that. */
  #item: JsonObject | null = null;
  /** Message contents by `content_index`; reasoning and calls have one part, `0`. */
  readonly #parts = new Map<unknown, OpenPart>();
  readonly #texts = new Map<unknown, Growing>();
  #lastSection: unknown = null;
  isCall = false;
  isClosed = false;

  constructor(nextPart: () => number, ids: ResponseIdentifiers) {
    this.#nextPart = nextPart;
    this.#ids = ids;
  }

  add(item: JsonObject): CanonicalEvent[] {
    this.#item ??= item;
    return isCallItem(item) ? this.#open(0, this.#toStartedCall(item)) : [];
  }

  /** `key`: which text of the item. */
  append(kind: TextKind, key: unknown, text: string): CanonicalEvent[] {
    if (text === '' || this.isClosed) return [];
    const growing = this.#growing(key);
    const isNewSection = kind === 'reasoning' && growing.text === '' && this.#lastSection !== null;
    growing.text += text;
    if (kind === 'call' && !this.#parts.has(0)) return []; // nobody has told its name yet
    const events = this.open(kind, key);
    if (kind === 'reasoning') this.#lastSection = key;
    const delta = isNewSection ? SECTION_BREAK + text : text;
    return [...events, { type: 'part-delta', ...this.#at(kind, key), text: delta }];
  }

  /** `text`: the whole of it. */
  complete(kind: TextKind, key: unknown, text: string): CanonicalEvent[] {
    const told = this.#texts.get(key)?.text ?? '';
    const isOvertaken = kind === 'reasoning' && told !== '' && this.#lastSection !== key;
    return text.startsWith(told) && !isOvertaken ? this.append(kind, key, text.slice(told.length)) : [];
  }

  open(kind: TextKind, key: unknown): CanonicalEvent[] {
    if (this.isClosed || kind === 'call') return [];
    return this.#open(kind === 'reasoning' ? 0 : key, { type: kind });
  }

  cite(key: unknown, annotation: JsonObject): CanonicalEvent[] {
    if (this.isClosed) return [];
    const events = this.open('text', key);
    const open = this.#parts.get(key);
    if (open === undefined) return events;
    open.citations += 1;
    return [
      ...events,
      { type: 'citation', choice: 0, part: open.part, citation: readAnnotation(annotation) },
    ];
  }

  /** `total`: whether these are all of the text's, and not the next ones only. */
  addLogprobs(key: unknown, logprobs: readonly JsonObject[], total: boolean): CanonicalEvent[] {
    const open = this.#parts.get(key);
    if (open === undefined || this.isClosed) return [];
    const fresh = total ? logprobs.slice(open.logprobs) : logprobs;
    open.logprobs += fresh.length;
    return fresh.length === 0 ? [] : [{ type: 'logprobs', choice: 0, logprobs: fresh }];
  }

  /** `item`: as it is in the end, `null` if nobody told. */
  close(item: JsonObject | null): CanonicalEvent[] {
    if (this.isClosed) return [];
    const last = item ?? this.#item ?? {};
    const events = this.#finish(last, item !== null);
    for (const { part } of this.#parts.values()) events.push({ type: 'part-end', choice: 0, part });
    this.isClosed = true;
    return events;
  }

  #finish(item: JsonObject, isWhole: boolean): CanonicalEvent[] {
    switch (item.type) {
      case undefined:
        return [];
      case 'message':
        return isWhole ? this.#finishMessage(item) : [];
      case 'reasoning':
        return isWhole ? this.#finishReasoning(item) : [];
      case 'function_call':
      case 'custom_tool_call': {
        // The texts were counted from their own part on: what came before its name did, comes now.
        if (!this.#parts.has(0)) this.#texts.clear();
        const events = this.#open(0, this.#toStartedCall(item));
        const told = this.#texts.get(0)?.text ?? '';
        return [...events, ...this.complete('call', 0, isWhole || told === '' ? readInput(item) : told)];
      }
      default:
        return this.#open(0, { type: 'whole', part: toOpaque(item) });
    }
  }

  /** Contents match in their order: some vendors count `content_index` through the whole response. */
  #finishMessage(item: JsonObject): CanonicalEvent[] {
    const keys = [...this.#parts.keys()];
    return readContents(item).flatMap((content, position) => {
      const key = keys[position] ?? `content ${position}`;
      if (content.type === 'refusal') {
        return [...this.open('refusal', key), ...this.complete('refusal', key, textOf(content.refusal))];
      }
      const events = [...this.open('text', key), ...this.complete('text', key, textOf(content.text))];
      const annotations = listOf(content.annotations).filter(isRecord);
      for (const annotation of annotations.slice(this.#parts.get(key)?.citations)) {
        events.push(...this.cite(key, annotation));
      }
      return [...events, ...this.addLogprobs(key, readLogprobs(content), true)];
    });
  }

  #finishReasoning(item: JsonObject): CanonicalEvent[] {
    const keys = [...this.#texts.keys()];
    const { summary, content } = readSections(item);
    const events = [...summary, ...content]
      .filter((text) => text !== '')
      .flatMap((text, position) => this.complete('reasoning', keys[position] ?? `section ${position}`, text));
    const proof = readProof(item);
    if (proof === null) return events;
    events.push(...this.open('reasoning', 0));
    const { signature } = proof;
    return [...events, { type: 'signature', ...this.#at('reasoning', 0), signature }];
  }

  #toStartedCall(item: JsonObject): StartedPart {
    this.isCall = true;
    return readCall(item, this.#ids);
  }

  #open(key: unknown, content: StartedPart): CanonicalEvent[] {
    if (this.#parts.has(key)) return [];
    const part = this.#nextPart();
    this.#parts.set(key, { part, citations: 0, logprobs: 0 });
    return [{ type: 'part-start', choice: 0, part, content }];
  }

  #at(kind: TextKind, key: unknown): { choice: 0; part: number } {
    const open = this.#parts.get(kind === 'reasoning' || kind === 'call' ? 0 : key);
    return { choice: 0, part: open?.part ?? 0 };
  }

  #growing(key: unknown): Growing {
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const fresh: Growing = { text: '' };
    this.#texts.set(key, fresh);
    return fresh;
  }
}

const isCallItem = ({ type }: JsonObject): boolean => type === 'function_call' || type === 'custom_tool_call';
