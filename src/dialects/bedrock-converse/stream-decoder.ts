/**
 * A stream of ConverseStream, into canonical events. Its end is `messageStop`; usage comes in `metadata` behind it.
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html
 */
import { isRecord } from '../../is-record.ts';
import { failureOf } from '../../streaming/aws-event-stream.ts';
import type { StreamFrame } from '../../streaming/frames.ts';
import type { CanonicalEvent, JsonObject } from '../canonical.ts';
import type { StreamDecoder } from '../codec.ts';
import { parseExactJson, textOrNull } from '../json.ts';
import type { RawErrorFields } from '../straight.ts';
import { readAbout, readStopSequence } from './decode-answer.ts';
import { readException } from './error-fields.ts';
import { PartWriter } from './part-writer.ts';
import { FAILURES, toFinishReason } from './stop-reasons.ts';
import { StreamBlocks } from './stream-blocks.ts';
import { readUsage } from './usage.ts';

export class BedrockStreamDecoder implements StreamDecoder {
  readonly #writer = new PartWriter();
  readonly #blocks = new StreamBlocks(this.#writer);
  #hasStarted = false;
  #isFinished = false;
  #hasFailed = false;
  /** The model's own fields, told before the rest of what stands beside the message. */
  #modelFields: JsonObject = {};

  push({ name, data }: StreamFrame): readonly CanonicalEvent[] {
    if (this.#hasFailed) return [];
    const payload = parseExactJson(data ?? '');
    const failure = failureOf(name);
    if (failure !== null) return this.#fail(readException(failure, payload));
    if (!isRecord(payload)) return [];
    if (name === 'metadata') return this.#readMetadata(payload);
    if (this.#isFinished) return [];
    switch (name) {
      case 'messageStart':
        return this.#start();
      case 'contentBlockStart':
      case 'contentBlockDelta':
      case 'contentBlockStop':
        return [...this.#start(), ...this.#readBlock(name, payload)];
      case 'messageStop':
        return [...this.#start(), ...this.#finish(payload)];
      default:
        return [];
    }
  }

  end(): readonly CanonicalEvent[] {
    if (this.#hasFailed) return [];
    this.#blocks.stopAll();
    return this.#writer.take();
  }

  #start(): readonly CanonicalEvent[] {
    if (this.#hasStarted) return [];
    this.#hasStarted = true;
    return [{ type: 'start', id: '', model: '', created: null, usage: null }];
  }

  #readBlock(name: string, { contentBlockIndex, start, delta }: JsonObject): readonly CanonicalEvent[] {
    if (name === 'contentBlockStop') this.#blocks.stop(contentBlockIndex);
    else if (isRecord(start)) this.#blocks.start(contentBlockIndex, start);
    else if (isRecord(delta)) this.#blocks.add(contentBlockIndex, delta);
    return this.#writer.take();
  }

  #finish({ stopReason, additionalModelResponseFields: fields }: JsonObject): readonly CanonicalEvent[] {
    const native = textOrNull(stopReason);
    if (native !== null && FAILURES.includes(native)) {
      const message = `The model's output could not be read (${native}).`;
      return this.#fail({ message, type: native, param: null, code: native });
    }
    this.#isFinished = true;
    this.#blocks.stopAll();
    if (isRecord(fields)) this.#modelFields = { additionalModelResponseFields: fields };
    const reason = toFinishReason(native, this.#blocks.hasCalls);
    const stopSequence = readStopSequence(fields);
    return [...this.#writer.take(), { type: 'finish', choice: 0, reason, native, stopSequence }];
  }

  #readMetadata(metadata: JsonObject): readonly CanonicalEvent[] {
    const usage = readUsage(metadata.usage);
    const about = readAbout({ ...this.#modelFields, ...metadata });
    return [
      ...(usage === null ? [] : [{ type: 'usage' as const, usage }]),
      ...(Object.keys(about).length === 0 ? [] : [{ type: 'about' as const, ...about }]),
    ];
  }

  #fail(error: RawErrorFields): readonly CanonicalEvent[] {
    this.#hasFailed = true;
    this.#blocks.stopAll();
    return [...this.#writer.take(), { type: 'error', error }];
  }
}
