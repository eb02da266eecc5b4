/**
 * The content blocks of a stream, into parts. Only tool calls, results and images announce themselves; text and
 * reasoning begin with their first delta (wire 13), and a block without any is none (wire 15).
 */
import { isRecord } from '../../is-record.ts';
import type { Citation, JsonObject } from '../canonical.ts';
import { textOf } from '../json.ts';
import { readCitation } from './citations.ts';
import { CollectedBlock } from './collected-block.ts';
import { decodeBlock, isServerTool } from './decode-answer.ts';
import type { PartWriter } from './part-writer.ts';
import { HIDDEN_THOUGHTS, signerOf } from './thoughts.ts';
import { fromToolName, fromToolUseId } from './tool-names.ts';

/** One kind of block, from its first delta to its end. */
interface Block {
  readonly kind: 'text' | 'thought' | 'call' | 'collected';
  add(delta: JsonObject): void;
  end(): void;
}

export class StreamBlocks {
  readonly #writer: PartWriter;
  readonly #blocks = new Map<unknown, Block>();
  /** The client has to answer one. */
  hasCalls = false;

  constructor(writer: PartWriter) {
    this.#writer = writer;
  }

  start(index: unknown, start: JsonObject): void {
    this.stop(index);
    const { toolUse } = start;
    if (isRecord(toolUse) && !isServerTool(toolUse.type)) {
      this.hasCalls = true;
      this.#blocks.set(index, new CallBlock(this.#writer, toolUse));
    } else if (Object.keys(start).some((key) => key !== 'text' && key !== 'reasoningContent')) {
      this.#blocks.set(index, new OtherBlock(this.#writer, start));
    }
  }

  add(index: unknown, delta: JsonObject): void {
    const kind = kindOf(delta);
    let block = this.#blocks.get(index);
    const isServerCall = kind === 'call' && block?.kind === 'collected';
    if (block === undefined || !(kind === null || kind === block.kind || isServerCall)) {
      if (kind === 'call') return; // nobody said which tool
      this.stop(index);
      block = this.#create(kind ?? 'collected');
      this.#blocks.set(index, block);
    }
    block.add(delta);
  }

  stop(index: unknown): void {
    const block = this.#blocks.get(index);
    this.#blocks.delete(index);
    block?.end();
  }

  stopAll(): void {
    for (const index of [...this.#blocks.keys()]) this.stop(index);
    this.#writer.closeAll();
  }

  #create(kind: Exclude<Block['kind'], 'call'>): Block {
    if (kind === 'text') return new TextBlock(this.#writer);
    return kind === 'thought' ? new ThoughtBlock(this.#writer) : new OtherBlock(this.#writer, {});
  }
}

/** `null` for deltas that only the kind of an open block can tell. */
function kindOf({ text, citation, reasoningContent, toolUse }: JsonObject): Block['kind'] | null {
  if (typeof text === 'string' || isRecord(citation)) return 'text';
  if (isRecord(toolUse)) return 'call';
  if (!isRecord(reasoningContent)) return null;
  return typeof reasoningContent.redactedContent === 'string' ? 'collected' : 'thought';
}

class TextBlock implements Block {
  readonly kind = 'text';
  readonly #writer: PartWriter;
  #part: number | null = null;
  /** Came before any text. */
  readonly #citations: Citation[] = [];

  constructor(writer: PartWriter) {
    this.#writer = writer;
  }

  add({ text, citation }: JsonObject): void {
    if (textOf(text) !== '') {
      this.#part ??= this.#writer.open({ type: 'text' });
      this.#writer.delta(this.#part, textOf(text));
    }
    if (isRecord(citation)) this.#citations.push(readCitation(citation));
    if (this.#part !== null) this.#writer.cite(this.#part, this.#citations.splice(0));
  }

  end(): void {
    if (this.#part !== null) this.#writer.linger(this.#part);
    else if (this.#citations.length > 0) this.#writer.cite(this.#writer.textBefore(), this.#citations);
  }
}

class ThoughtBlock implements Block {
  readonly kind = 'thought';
  readonly #writer: PartWriter;
  #part: number | null = null;
  /** As long as it may become the note that the thought is hidden (wire 80). */
  #held = '';
  #signature = '';

  constructor(writer: PartWriter) {
    this.#writer = writer;
  }

  add({ reasoningContent }: JsonObject): void {
    if (!isRecord(reasoningContent)) return;
    this.#signature += textOf(reasoningContent.signature);
    const text = textOf(reasoningContent.text);
    if (this.#part !== null) {
      this.#writer.delta(this.#part, text);
      return;
    }
    this.#held += text;
    if (!HIDDEN_THOUGHTS.some((note) => note.startsWith(this.#held))) this.#begin();
  }

  end(): void {
    const isHidden = this.#part === null && HIDDEN_THOUGHTS.includes(this.#held);
    if (isHidden) {
      const signed = this.#signature === '' ? {} : { signature: this.#signature };
      const part = decodeBlock({ reasoningContent: { reasoningText: { text: this.#held, ...signed } } });
      if (part !== null) this.#writer.whole(part);
      return;
    }
    if (this.#part === null && this.#held + this.#signature !== '') this.#begin();
    if (this.#part === null) return;
    if (this.#signature !== '') {
      const signer = signerOf(this.#signature);
      this.#writer.signature(this.#part, { signer, value: this.#signature });
    }
    this.#writer.close(this.#part);
  }

  #begin(): void {
    this.#part = this.#writer.open({ type: 'reasoning' });
    this.#writer.delta(this.#part, this.#held);
  }
}

class CallBlock implements Block {
  readonly kind = 'call';
  readonly #writer: PartWriter;
  readonly #part: number;
  #isEmpty = true;

  constructor(writer: PartWriter, { toolUseId, name }: JsonObject) {
    this.#writer = writer;
    this.#part = writer.open({
      type: 'tool-call',
      id: fromToolUseId(textOf(toolUseId)),
      name: fromToolName(textOf(name)),
      isCustom: false,
    });
  }

  add({ toolUse }: JsonObject): void {
    const input = isRecord(toolUse) ? textOf(toolUse.input) : '';
    if (input !== '') this.#isEmpty = false;
    this.#writer.delta(this.#part, input);
  }

  /** Without arguments, Claude sends one empty string, Nova `{}` (wire 37). */
  end(): void {
    if (this.#isEmpty) this.#writer.delta(this.#part, '{}');
    this.#writer.close(this.#part);
  }
}

class OtherBlock implements Block {
  readonly kind = 'collected';
  readonly #writer: PartWriter;
  readonly #collected: CollectedBlock;

  constructor(writer: PartWriter, start: JsonObject) {
    this.#writer = writer;
    this.#collected = new CollectedBlock(start);
  }

  add(delta: JsonObject): void {
    this.#collected.add(delta);
  }

  end(): void {
    const part = decodeBlock(this.#collected.value);
    if (part !== null) this.#writer.whole(part);
  }
}
