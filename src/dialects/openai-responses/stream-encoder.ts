/**
 * Canonical events as events of a streamed response, named in `event:` and in `type`, without `[DONE]`.
 * Source: https://platform.openai.com/docs/api-reference/responses-streaming
 *
 * A failure is told as OpenAI tells it: by an `error` event, which the OpenAI SDKs raise (`response.failed` alone they
 * hand on like any other event), and then by `response.failed` with the response so far, which Codex waits for. Where
 * nothing was written yet there is no response to fail, and `error` stands alone.
 */
import type { ErrorWire } from '../../errors.ts';
import type { Usage } from '../../usage/usage.ts';
import type { CanonicalEvent, CanonicalRequest, Failover, FinishReason, JsonObject } from '../canonical.ts';
import type { StreamEncoder } from '../codec.ts';
import { tellFailover } from '../told-failover.ts';
import { isStored, toResponseId } from './encode-answer.ts';
import { toErrorEvent, toResponseError } from './error-fields.ts';
import type { ResponseIdentifiers } from './identifiers.ts';
import { OutputWriter } from './output-writer.ts';
import { type ResponseState, toFinalState, toResponse } from './response-object.ts';

type Beginning = Pick<ResponseState, 'id' | 'model' | 'createdAt' | 'isStored'>;

const encoder = new TextEncoder();

export class ResponsesStreamEncoder implements StreamEncoder {
  readonly #request: CanonicalRequest;
  readonly #ids: ResponseIdentifiers;
  readonly #writer: OutputWriter;
  #beginning: Beginning | null = null;
  #sequence = 0;
  #text = '';
  #usage: Usage | null = null;
  #serviceTier: string | null = null;
  #failover: readonly Failover[] = [];
  #finish: FinishReason | null = null;

  constructor(request: CanonicalRequest, ids: ResponseIdentifiers) {
    this.#request = request;
    this.#ids = ids;
    this.#writer = new OutputWriter(
      (type, fields) => this.#tell(type, fields),
      ids,
      request.logprobs !== null,
    );
  }

  encode(event: CanonicalEvent): Uint8Array {
    switch (event.type) {
      case 'start':
        this.#usage = event.usage ?? this.#usage;
        this.#begin(event);
        break;
      case 'usage':
        this.#usage = event.usage;
        break;
      case 'about':
        if (event.serviceTier !== undefined) this.#serviceTier = event.serviceTier;
        this.#failover = event.failover ?? this.#failover;
        break;
      case 'ping':
      case 'error': // `fail` tells it, redacted
        break;
      default:
        if (event.choice === 0) this.#write(event);
    }
    return this.#take();
  }

  end(): Uint8Array {
    const beginning = this.#ensureBegun();
    if (this.#finish === null) this.#writer.finish('stop'); // the vendor never says
    const state = toFinalState(this.#finish ?? 'stop', this.#ids.now());
    const response = this.#toResponse({ ...beginning, ...state });
    this.#tell(`response.${state.status}`, { response: { ...response, ...tellFailover(this.#failover) } });
    return this.#take();
  }

  fail(error: ErrorWire): Uint8Array {
    this.#tell('error', toErrorEvent(error));
    if (this.#beginning !== null) {
      const state = { status: 'failed' as const, error: toResponseError(error) };
      this.#tell('response.failed', { response: this.#toResponse({ ...this.#beginning, ...state }) });
    }
    return this.#take();
  }

  #write(event: Extract<CanonicalEvent, { choice: number }>): void {
    this.#ensureBegun();
    switch (event.type) {
      case 'part-start':
        this.#writer.start(event.part, event.content);
        break;
      case 'part-delta':
        this.#writer.add(event.part, event.text);
        break;
      case 'signature':
        this.#writer.sign(event.part, event.signature);
        break;
      case 'citation':
        this.#writer.cite(event.part, event.citation);
        break;
      case 'logprobs':
        this.#writer.addLogprobs(event.logprobs);
        break;
      case 'part-end':
        this.#writer.end(event.part);
        break;
      case 'finish':
        this.#finish = event.reason;
        this.#writer.finish(event.reason);
    }
  }

  #begin({ id, model, created }: { id: string; model: string; created: number | null }): Beginning {
    if (this.#beginning !== null) return this.#beginning;
    const begun = {
      id: toResponseId(id, this.#ids),
      model,
      createdAt: created ?? this.#ids.now(),
      isStored: isStored(id, this.#request),
    };
    this.#beginning = begun;
    const response = this.#toResponse({ ...begun, status: 'in_progress' });
    this.#tell('response.created', { response });
    this.#tell('response.in_progress', { response });
    return begun;
  }

  #ensureBegun(): Beginning {
    return this.#begin({ id: '', model: '', created: null });
  }

  #toResponse(state: Beginning & Pick<ResponseState, 'status'> & Partial<ResponseState>): JsonObject {
    return toResponse(
      {
        completedAt: null,
        incompleteReason: null,
        error: null,
        output: this.#writer.output,
        usage: state.status === 'in_progress' ? null : this.#usage,
        serviceTier: this.#serviceTier,
        ...state,
      },
      this.#request,
    );
  }

  #tell(type: string, fields: JsonObject): void {
    const event = { type, sequence_number: this.#sequence, ...fields };
    this.#sequence += 1;
    this.#text += `event: ${type}\ndata: ${JSON.stringify(event)}\n\n`;
  }

  /** What was written since the last time. */
  #take(): Uint8Array {
    const bytes = encoder.encode(this.#text);
    this.#text = '';
    return bytes;
  }
}
