/**
 * Canonical events, into Anthropic's: one block at a time, the usage at both ends.
 * Source: https://platform.claude.com/docs/en/build-with-claude/streaming
 *
 * Other vendors interleave: a text goes on after a call began, two calls grow side by side. Here a text or thinking
 * that goes on gets another block, and what comes while a call grows waits until the call is whole.
 */
import type { ErrorWire } from '../../errors.ts';
import { estimateUsage, type Usage } from '../../usage/usage.ts';
import type { CanonicalEvent, CanonicalRequest, JsonObject, Signature, StartedPart } from '../canonical.ts';
import type { StreamEncoder } from '../codec.ts';
import { countCharacters } from '../count-characters.ts';
import { BlockWriter } from './block-writer.ts';
import { shownCitations } from './citations.ts';
import { toBlocks } from './encode-answer.ts';
import { toAnthropicError } from './error-fields.ts';
import { toCallProof, toOwnPlace, toTextProof } from './foreign-proofs.ts';
import { type Ending, toStopReason } from './stop-reasons.ts';
import { toAnthropicToolId } from './tool-ids.ts';
import { writeUsage } from './usage.ts';

type PartEvent = Extract<CanonicalEvent, { part: number }>;

interface PartState {
  readonly content: Exclude<StartedPart, { type: 'whole' }>;
  /** Index of the block that is open for it. */
  block: number | null;
  /** A call's block cannot go on once it was closed. */
  isOver: boolean;
  /** Proof of a call or text, that came after its block was opened: it stands behind it. */
  signature: Signature | null;
}

export class AnthropicStreamEncoder implements StreamEncoder {
  readonly #request: CanonicalRequest;
  readonly #writer = new BlockWriter();
  readonly #parts = new Map<number, PartState>();
  /** Events of other parts while a call grows, in their order. */
  #waiting: PartEvent[] = [];
  /** The part whose block is open. */
  #current: PartState | null = null;
  #hasStarted = false;
  #usage: Usage | null = null;
  #serviceTier: string | null = null;
  #outputCharacters = 0;
  #hasRefusal = false;
  #ending: Omit<Ending, 'hasRefusal'> = { finish: 'stop', native: null, stopSequence: null };

  constructor(request: CanonicalRequest) {
    this.#request = request;
  }

  encode(event: CanonicalEvent): Uint8Array {
    switch (event.type) {
      case 'start':
        this.#start(event);
        break;
      case 'finish': {
        if (event.choice !== 0) break;
        const { reason: finish, native, stopSequence } = event;
        this.#ending = { finish, native, stopSequence };
        this.#closeAll();
        break;
      }
      case 'usage':
        this.#usage = event.usage;
        break;
      case 'about':
        this.#serviceTier = event.serviceTier ?? this.#serviceTier;
        break;
      case 'ping':
        this.#writer.event({ type: 'ping' });
        break;
      case 'logprobs': // no place here
      case 'error': // as the provider said it; `fail` tells what the client may see
        break;
      default:
        if (event.choice === 0) this.#take(event);
    }
    return this.#writer.take();
  }

  end(): Uint8Array {
    this.#ensureStarted();
    this.#closeAll();
    const usage = this.#usage ?? estimateUsage(countCharacters(this.#request), this.#outputCharacters);
    const ending = { ...this.#ending, hasRefusal: this.#hasRefusal };
    this.#writer.event({
      type: 'message_delta',
      delta: { stop_reason: toStopReason(ending), stop_sequence: ending.stopSequence },
      usage: writeUsage(usage, this.#serviceTier),
    });
    this.#writer.event({ type: 'message_stop' });
    return this.#writer.take();
  }

  fail(error: ErrorWire): Uint8Array {
    this.#writer.event(toAnthropicError(error));
    return this.#writer.take();
  }

  /** Clients show this usage while they wait: zeros would be wrong (trap C21). */
  #start({ id, model, usage }: { id: string; model: string; usage: Usage | null }): void {
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    this.#usage = usage ?? this.#usage;
    const message = {
      id,
      type: 'message',
      role: 'assistant',
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: writeUsage(usage ?? estimateUsage(countCharacters(this.#request), 0)),
    };
    this.#writer.event({ type: 'message_start', message });
  }

  #ensureStarted(): void {
    if (!this.#hasStarted) this.#start({ id: '', model: '', usage: null });
  }

  #take(event: PartEvent): void {
    this.#ensureStarted();
    const state = this.#parts.get(event.part) ?? null;
    if (this.#current?.content.type === 'tool-call' && this.#current !== state) {
      this.#waiting.push(event);
      return;
    }
    if (event.type === 'part-start') this.#begin(event.part, event.content);
    else if (state !== null) this.#goOn(state, event);
  }

  #begin(part: number, content: StartedPart): void {
    if (content.type === 'whole') {
      this.#closeBlock();
      if (content.part.type === 'refusal') this.#hasRefusal = true;
      for (const block of toBlocks(content.part)) this.#writer.whole(block);
      return;
    }
    if (content.type === 'refusal') this.#hasRefusal = true;
    const state: PartState = { content, block: null, isOver: false, signature: null };
    this.#parts.set(part, state);
    this.#open(state);
  }

  #goOn(state: PartState, event: Exclude<PartEvent, { type: 'part-start' }>): void {
    switch (event.type) {
      case 'part-delta':
        this.#outputCharacters += event.text.length;
        this.#delta(state, toDelta(state.content, event.text));
        break;
      case 'signature':
        this.#sign(state, event.signature);
        break;
      case 'citation':
        for (const citation of shownCitations([event.citation])) {
          this.#delta(state, { type: 'citations_delta', citation });
        }
        break;
      case 'part-end':
        // Also where another block was opened since: then its proof still waits.
        if (this.#current === state || state.signature !== null) this.#closeBlock();
        this.#writeProof(state);
        this.#replay();
        break;
      default:
        event satisfies never;
    }
  }

  #sign(state: PartState, signature: Signature): void {
    switch (state.content.type) {
      case 'reasoning':
        this.#delta(state, { type: 'signature_delta', signature: toOwnPlace(signature) });
        break;
      case 'tool-call':
      case 'text':
        state.signature = signature;
        break;
      case 'refusal': // nobody signs one
        break;
      default:
        state.content satisfies never;
    }
  }

  #open(state: PartState): void {
    this.#closeBlock();
    const { content } = state;
    if (content.type === 'tool-call' && content.signature !== undefined) {
      this.#writer.whole(toCallProof(toAnthropicToolId(content.id), content.signature));
    }
    state.block = this.#writer.open(toStartBlock(content));
    this.#current = state;
    if (isCustomCall(content)) this.#writer.delta(state.block, inputDelta('{"input":"'));
  }

  #delta(state: PartState, delta: JsonObject): void {
    if (state.isOver) return;
    if (state.block === null) this.#open(state);
    if (state.block !== null) this.#writer.delta(state.block, delta);
  }

  #closeBlock(): void {
    const state = this.#current;
    if (state === null || state.block === null) return;
    const { content, block } = state;
    if (isCustomCall(content)) this.#writer.delta(block, inputDelta('"}'));
    this.#writer.close(block);
    state.block = null;
    this.#current = null;
    if (content.type === 'tool-call') state.isOver = true;
    this.#writeProof(state);
  }

  #writeProof(state: PartState): void {
    const { content, signature } = state;
    if (signature === null) return;
    state.signature = null;
    this.#writer.whole(
      content.type === 'tool-call'
        ? toCallProof(toAnthropicToolId(content.id), signature)
        : toTextProof(signature),
    );
  }

  /** What waited comes now; behind the next call among it, the rest waits again. */
  #replay(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const event of waiting) this.#take(event);
  }

  #closeAll(): void {
    this.#closeBlock();
    while (this.#waiting.length > 0) {
      this.#replay();
      this.#closeBlock();
    }
  }
}

function toStartBlock(content: PartState['content']): JsonObject {
  switch (content.type) {
    case 'text':
    case 'refusal':
      return { type: 'text', text: '' };
    case 'reasoning':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'tool-call':
      return { type: 'tool_use', id: toAnthropicToolId(content.id), name: content.name, input: {} };
    default:
      return content satisfies never;
  }
}

function toDelta(content: PartState['content'], text: string): JsonObject {
  switch (content.type) {
    case 'text':
    case 'refusal':
      return { type: 'text_delta', text };
    case 'reasoning':
      return { type: 'thinking_delta', thinking: text };
    case 'tool-call': // free text is told inside a JSON string, piece by piece
      return inputDelta(content.isCustom ? JSON.stringify(text).slice(1, -1) : text);
    default:
      return content satisfies never;
  }
}

const inputDelta = (partialJson: string): JsonObject => ({
  type: 'input_json_delta',
  partial_json: partialJson,
});

const isCustomCall = (content: PartState['content']): boolean =>
  content.type === 'tool-call' && content.isCustom;
