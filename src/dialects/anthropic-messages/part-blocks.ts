/**
 * Parts of a streamed answer as content blocks, one at a time. Other vendors interleave: a text goes on after a call
 * began, two calls grow side by side. Here a text or thinking that goes on gets another block, and what comes while a
 * call grows waits until the call is whole.
 */
import type { CanonicalEvent, JsonObject, Signature, StartedPart } from '../canonical.ts';
import { toClaudeToolId } from '../claude/tool-ids.ts';
import type { BlockWriter } from './block-writer.ts';
import { shownCitations } from './citations.ts';
import { toBlocks } from './encode-answer.ts';
import { toCallProof, toOwnPlace, toTextProof } from './foreign-proofs.ts';

export type PartEvent = Extract<CanonicalEvent, { part: number }>;

interface PartState {
  readonly content: Exclude<StartedPart, { type: 'whole' }>;
  /** Index of the block that is open for it. */
  block: number | null;
  /** A call's block cannot go on once it was closed. */
  isOver: boolean;
  /** Proof of a call or text, that came after its block was opened: it stands behind it. */
  signature: Signature | null;
}

export class PartBlocks {
  readonly #writer: BlockWriter;
  readonly #parts = new Map<number, PartState>();
  /** Events of other parts while a call grows, in their order. */
  #waiting: PartEvent[] = [];
  /** The part whose block is open. */
  #current: PartState | null = null;
  outputCharacters = 0;
  hasRefusal = false;

  constructor(writer: BlockWriter) {
    this.#writer = writer;
  }

  /** The next step of a part. */
  take(event: PartEvent): void {
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
      if (content.part.type === 'refusal') this.hasRefusal = true;
      for (const block of toBlocks(content.part)) this.#writer.whole(block);
      return;
    }
    if (content.type === 'refusal') this.hasRefusal = true;
    const state: PartState = { content, block: null, isOver: false, signature: null };
    this.#parts.set(part, state);
    this.#open(state);
  }

  #goOn(state: PartState, event: Exclude<PartEvent, { type: 'part-start' }>): void {
    switch (event.type) {
      case 'part-delta':
        this.outputCharacters += event.text.length;
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
      this.#writer.whole(toCallProof(toClaudeToolId(content.id), content.signature));
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
        ? toCallProof(toClaudeToolId(content.id), signature)
        : toTextProof(signature),
    );
  }

  /** What waited comes now; behind the next call among it, the rest waits again. */
  #replay(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const event of waiting) this.take(event);
  }

  /** Nothing more comes of any part. */
  closeAll(): void {
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
      return { type: 'tool_use', id: toClaudeToolId(content.id), name: content.name, input: {} };
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
