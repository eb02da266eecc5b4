/**
 * Canonical events, into Anthropic's: one block at a time, the usage at both ends.
 * Source: https://platform.claude.com/docs/en/build-with-claude/streaming
 */
import type { ErrorWire } from '../../errors.ts';
import { estimateUsage, type Usage } from '../../usage/usage.ts';
import type { CanonicalEvent, CanonicalRequest, Failover } from '../canonical.ts';
import type { StreamEncoder } from '../codec.ts';
import { countCharacters } from '../count-characters.ts';
import { tellFailover } from '../told-failover.ts';
import { BlockWriter } from './block-writer.ts';
import { toMessageId } from './encode-answer.ts';
import { toAnthropicError } from './error-fields.ts';
import { PartBlocks } from './part-blocks.ts';
import { type Ending, toStopReason } from './stop-reasons.ts';
import { writeUsage } from './usage.ts';

export class AnthropicStreamEncoder implements StreamEncoder {
  readonly #request: CanonicalRequest;
  readonly #writer = new BlockWriter();
  readonly #blocks = new PartBlocks(this.#writer);
  #hasStarted = false;
  #usage: Usage | null = null;
  #serviceTier: string | null = null;
  #failover: readonly Failover[] = [];
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
        this.#blocks.closeAll();
        break;
      }
      case 'usage':
        this.#usage = event.usage;
        break;
      case 'about':
        this.#serviceTier = event.serviceTier ?? this.#serviceTier;
        this.#failover = event.failover ?? this.#failover;
        break;
      case 'ping':
        this.#writer.event({ type: 'ping' });
        break;
      case 'logprobs': // no place here
      case 'error': // as the provider said it; `fail` tells what the client may see
        break;
      default:
        if (event.choice !== 0) break;
        this.#ensureStarted();
        this.#blocks.take(event);
    }
    return this.#writer.take();
  }

  end(): Uint8Array {
    this.#ensureStarted();
    this.#blocks.closeAll();
    const usage = this.#usage ?? estimateUsage(countCharacters(this.#request), this.#blocks.outputCharacters);
    const ending = { ...this.#ending, hasRefusal: this.#blocks.hasRefusal };
    this.#writer.event({
      type: 'message_delta',
      delta: { stop_reason: toStopReason(ending), stop_sequence: ending.stopSequence },
      usage: writeUsage(usage, this.#serviceTier),
      ...tellFailover(this.#failover),
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
      id: toMessageId(id),
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
}
