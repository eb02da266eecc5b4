/**
 * Anthropic's events, into canonical ones. Blocks get their numbers in order of appearance; blocks that only this form
 * knows are handed on whole, once they are.
 * Source: https://platform.claude.com/docs/en/build-with-claude/streaming
 */

import { isRecord } from '../../is-record.ts';
import type { StreamFrame } from '../../streaming/frames.ts';
import type { CanonicalEvent, JsonObject, Signature, StartedPart } from '../canonical.ts';
import { fromClaudeToolId } from '../claude/tool-ids.ts';
import type { StreamDecoder } from '../codec.ts';
import { listOf, parseExactJson, recordOf, textOf, textOrNull } from '../json.ts';
import { NOTHING_SAID } from '../straight.ts';
import { readCitation } from './citations.ts';
import { decodeAnswerBlock } from './decode-answer.ts';
import { hasErrorPayload, readErrorFields } from './error-fields.ts';
import { readServiceTier } from './service-tiers.ts';
import { isOpenCall, toFinishReason } from './stop-reasons.ts';
import { fromAnthropicToolName } from './tool-names.ts';
import { RunningUsage } from './usage.ts';

interface OpenBlock {
  /** `null`: collected, and handed on whole at its end. */
  readonly part: number | null;
  readonly start: JsonObject;
  /** `partial_json` so far. */
  input: string;
  /** Content of a compaction block so far. */
  content: string;
}

export class AnthropicStreamDecoder implements StreamDecoder {
  readonly #blocks = new Map<unknown, OpenBlock>();
  readonly #usage = new RunningUsage();
  #parts = 0;
  #hasStarted = false;
  #hasOpenCalls = false;
  /** What `message_delta` said of the end; it is one when `message_stop` has come. */
  #ending: { readonly native: string | null; readonly stopSequence: string | null } = {
    native: null,
    stopSequence: null,
  };
  #serviceTier: string | null = null;
  #isFinished = false;
  #hasFailed = false;

  push({ data, name }: StreamFrame): readonly CanonicalEvent[] {
    if (this.#hasFailed || data === null || data === '') return [];
    const event = parseExactJson(data);
    if (name === 'error' || hasErrorPayload(event)) {
      this.#hasFailed = true;
      const error = readErrorFields(event) ?? NOTHING_SAID;
      return [...this.#closeAll(), { type: 'error', error }];
    }
    if (!isRecord(event)) return [];
    const type = event.type ?? name;
    if (type === 'message_start') return this.#start(recordOf(event.message));
    if (type === 'ping') return [{ type: 'ping' }];
    if (this.#hasStarted) return this.#read(type, event);
    const isContent = typeof type === 'string' && /^(content_block|message)_/.test(type);
    return isContent ? [...this.#start({}), ...this.#read(type, event)] : []; // begun without `message_start`
  }

  #read(type: unknown, event: JsonObject): CanonicalEvent[] {
    switch (type) {
      case 'content_block_start':
        return this.#openBlock(event.index, recordOf(event.content_block));
      case 'content_block_delta':
        return this.#addDelta(event.index, recordOf(event.delta));
      case 'content_block_stop':
        return this.#closeBlock(event.index);
      case 'message_delta':
        return this.#delta(event);
      case 'message_stop':
        return this.#finish();
      default:
        return [];
    }
  }

  end(): readonly CanonicalEvent[] {
    return this.#hasFailed ? [] : this.#closeAll();
  }

  #start(message: JsonObject): CanonicalEvent[] {
    if (this.#hasStarted) return [];
    this.#hasStarted = true;
    this.#usage.read(message.usage);
    const [id, model] = [textOf(message.id), textOf(message.model)];
    return [
      { type: 'start', id, model, created: null, usage: this.#usage.total },
      ...this.#readTier(message.usage),
    ];
  }

  #openBlock(index: unknown, start: JsonObject): CanonicalEvent[] {
    const events = this.#closeBlock(index);
    const content = toStartedPart(start);
    const part = content === null ? null : this.#parts++;
    const block: OpenBlock = { part, start, input: '', content: '' };
    this.#blocks.set(index, block);
    if (content === null || part === null) return events;
    if (start.type === 'tool_use' && isOpenCall(start.caller)) this.#hasOpenCalls = true;
    events.push({ type: 'part-start', choice: 0, part, content });
    // Usually empty; but nothing is lost where it is not.
    const text = textOf(start.type === 'text' ? start.text : start.thinking);
    if (text !== '') events.push({ type: 'part-delta', choice: 0, part, text });
    const signature = textOf(start.signature);
    if (signature !== '') events.push({ type: 'signature', choice: 0, part, signature: signed(signature) });
    for (const citation of listOf(start.citations).filter(isRecord)) {
      events.push({ type: 'citation', choice: 0, part, citation: readCitation(citation) });
    }
    return events;
  }

  #addDelta(index: unknown, delta: JsonObject): CanonicalEvent[] {
    const events: CanonicalEvent[] = [];
    if (!this.#blocks.has(index)) {
      const start = impliedStart(delta);
      if (start === null) return [];
      events.push(...this.#openBlock(index, start));
    }
    const block = this.#blocks.get(index);
    if (block === undefined) return events;
    if (delta.type === 'input_json_delta') block.input += textOf(delta.partial_json);
    if (delta.type === 'compaction_delta') block.content += textOf(delta.content);
    if (block.part === null) return events;
    const at = { choice: 0, part: block.part };
    const text = textOf(delta.text) || textOf(delta.thinking) || textOf(delta.partial_json);
    if (text !== '') events.push({ type: 'part-delta', ...at, text });
    const signature = textOf(delta.signature);
    if (signature !== '') events.push({ type: 'signature', ...at, signature: signed(signature) });
    if (isRecord(delta.citation)) {
      events.push({ type: 'citation', ...at, citation: readCitation(delta.citation) });
    }
    return events;
  }

  #closeBlock(index: unknown): CanonicalEvent[] {
    const block = this.#blocks.get(index);
    if (block === undefined) return [];
    this.#blocks.delete(index);
    const { start, input } = block;
    if (block.part === null) {
      const part = this.#parts++;
      const content: StartedPart = { type: 'whole', part: decodeAnswerBlock(completed(block)) };
      return [
        { type: 'part-start', choice: 0, part, content },
        { type: 'part-end', choice: 0, part },
      ];
    }
    const at = { choice: 0, part: block.part };
    const events: CanonicalEvent[] = [{ type: 'part-end', ...at }];
    // A tool without arguments sends none at all, or one empty string (wire 37); an imitator all at the start.
    if (start.type === 'tool_use' && input === '') {
      events.unshift({ type: 'part-delta', ...at, text: JSON.stringify(start.input ?? {}) });
    }
    return events;
  }

  #closeAll(): CanonicalEvent[] {
    return [...this.#blocks.keys()].flatMap((index) => this.#closeBlock(index));
  }

  #delta({ delta, usage }: JsonObject): CanonicalEvent[] {
    const events: CanonicalEvent[] = [];
    if (isRecord(delta) && typeof delta.stop_reason === 'string') {
      this.#ending = { native: delta.stop_reason, stopSequence: textOrNull(delta.stop_sequence) };
    }
    if (isRecord(usage)) {
      events.push(...this.#readTier(usage));
      this.#usage.read(usage);
      if (this.#usage.total !== null) events.push({ type: 'usage', usage: this.#usage.total });
    }
    return events;
  }

  #readTier(usage: unknown): CanonicalEvent[] {
    const serviceTier = readServiceTier(usage);
    if (serviceTier === null || serviceTier === this.#serviceTier) return [];
    this.#serviceTier = serviceTier;
    return [{ type: 'about', serviceTier }];
  }

  #finish(): CanonicalEvent[] {
    if (this.#isFinished) return [];
    this.#isFinished = true;
    const reason = toFinishReason(this.#ending.native, this.#hasOpenCalls);
    return [...this.#closeAll(), { type: 'finish', choice: 0, reason, ...this.#ending }];
  }
}

const signed = (value: string): Signature => ({ signer: 'anthropic', value });

/** `null` for blocks that are collected until they are whole. */
function toStartedPart(block: JsonObject): StartedPart | null {
  switch (block.type) {
    case 'text':
      return { type: 'text' };
    case 'thinking':
      return { type: 'reasoning' };
    case 'tool_use': {
      const id = fromClaudeToolId(textOf(block.id));
      return { type: 'tool-call', id, name: fromAnthropicToolName(textOf(block.name)), isCustom: false };
    }
    default:
      return null;
  }
}

/** Some imitators leave `content_block_start` out. */
function impliedStart({ type }: JsonObject): JsonObject | null {
  if (type === 'text_delta') return { type: 'text' };
  return type === 'thinking_delta' ? { type: 'thinking' } : null;
}

function completed({ start, input, content }: OpenBlock): JsonObject {
  if (content !== '') return { ...start, content };
  if (input === '') return start;
  const value = parseExactJson(input);
  return { ...start, input: isRecord(value) ? value : { INVALID_JSON: input } };
}
