/**
 * The whole message that a stream of Anthropic's events tells, put together as Anthropic's own SDKs do.
 * Source: https://platform.claude.com/docs/en/build-with-claude/streaming; `MessageStream` of @anthropic-ai/sdk.
 */
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf, parseExactJson, recordOf, textOf } from '../json.ts';
import type { AnswerCollector } from '../stored-form.ts';
import { hasErrorPayload } from './error-fields.ts';

interface CollectedBlock {
  readonly json: Record<string, unknown>;
  /** `partial_json` so far. */
  input: string;
}

export class MessageCollector implements AnswerCollector {
  /** By `index`, in order of appearance. */
  readonly #blocks = new Map<unknown, CollectedBlock>();
  #message: JsonObject | null = null;
  #hasStopped = false;
  #isUnreadable = false;

  push({ data, name }: { readonly data: string | null; readonly name: string | null }): void {
    if (this.#isUnreadable || data === null || data === '' || data.trim() === '[DONE]') return;
    const event = parseExactJson(data);
    const isReadable = isRecord(event) && name !== 'error' && !hasErrorPayload(event);
    if (!isReadable || !this.#read(event.type ?? name, event)) this.#isUnreadable = true;
  }

  body(): JsonObject | null {
    if (this.#isUnreadable || !this.#hasStopped || typeof this.#message?.stop_reason !== 'string')
      return null;
    const content = [...this.#blocks.values()].map(toBlock);
    return content.includes(null) ? null : { ...this.#message, content };
  }

  /** Whether it fits what came before. Events that nobody knows yet tell nothing (Anthropic's rule for clients). */
  #read(type: unknown, event: JsonObject): boolean {
    switch (type) {
      case 'message_start':
        return this.#start(event.message);
      case 'content_block_start':
        return this.#open(event.index, event.content_block);
      case 'content_block_delta':
        return this.#add(event.index, recordOf(event.delta));
      case 'message_delta':
        return this.#end(event);
      case 'message_stop':
        this.#hasStopped = true;
        return true;
      default:
        return true;
    }
  }

  #start(message: unknown): boolean {
    if (this.#message !== null || !isRecord(message) || listOf(message.content).length > 0) return false;
    this.#message = message;
    return true;
  }

  #open(index: unknown, block: unknown): boolean {
    if (this.#message === null || this.#blocks.has(index) || !isRecord(block)) return false;
    this.#blocks.set(index, { json: { ...block }, input: '' });
    // The last block of this kind names the model that answered: so the whole message does.
    const { model } = recordOf(block.type === 'fallback' ? block.to : null);
    if (typeof model === 'string') this.#message = { ...this.#message, model };
    return true;
  }

  #add(index: unknown, delta: JsonObject): boolean {
    const block = this.#blocks.get(index);
    if (block === undefined) return false;
    const { json } = block;
    const { type, ...said } = delta;
    switch (type) {
      case 'text_delta':
        json.text = textOf(json.text) + textOf(delta.text);
        return true;
      case 'thinking_delta':
        json.thinking = textOf(json.thinking) + textOf(delta.thinking);
        return true;
      case 'citations_delta':
        json.citations = [...listOf(json.citations), delta.citation];
        return true;
      case 'input_json_delta':
        block.input += textOf(delta.partial_json);
        return true;
      case 'signature_delta':
      case 'compaction_delta': // has the block's final members
        Object.assign(json, said);
        return true;
      default:
        return false;
    }
  }

  /** Counters are totals of the whole message, and those that do not apply are left out: none is added (wire 58). */
  #end({ type: _, delta, usage, ...own }: JsonObject): boolean {
    if (this.#message === null) return false;
    const told = overwrite(this.#message, { ...own, ...recordOf(delta) });
    const total = isRecord(usage) ? { usage: overwrite(recordOf(told.usage), usage) } : {};
    this.#message = { ...told, ...total };
    return true;
  }
}

/** `null` takes nothing back. */
const overwrite = (known: JsonObject, said: JsonObject): JsonObject => ({
  ...known,
  ...Object.fromEntries(Object.entries(said).filter(([key, value]) => value !== null || !(key in known))),
});

/** A tool without arguments sends none at all, or one empty string (wire 37). `null`: the input is no JSON. */
function toBlock({ json, input }: CollectedBlock): JsonObject | null {
  if (input === '') return json;
  const value = parseExactJson(input);
  return value === undefined ? null : { ...json, input: value };
}
