/** The wire form of Anthropic's Messages API, both ways. Tables: `fields.ts`, `stop-reasons.ts`, `model-traits.ts`. */

import { SseFramer } from '../../streaming/frames.ts';
import { KEEP_ALIVE_COMMENT } from '../../streaming/sse.ts';
import type { Codec } from '../codec.ts';
import type { StraightForm } from '../straight.ts';
import { MessageCollector } from './answer-collector.ts';
import { encodeEvent } from './block-writer.ts';
import { decodeCount, encodeCountRequest } from './count-tokens.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { hasErrorPayload, readErrorFields, toAnthropicError } from './error-fields.ts';
import { holdsForeignProofs } from './foreign-proofs.ts';
import { toStoredEvents } from './stored-events.ts';
import { AnthropicStreamDecoder } from './stream-decoder.ts';
import { AnthropicStreamEncoder } from './stream-encoder.ts';
import { AnthropicStreamObserver } from './stream-observer.ts';
import { readUsage } from './usage.ts';

const straight: StraightForm = {
  createObserver: () => new AnthropicStreamObserver(),
  readUsage: (body) => readUsage(body.usage),
  isError: hasErrorPayload,
};

export const anthropicMessages: Codec = {
  dialect: 'anthropic-messages',
  path: () => '/messages',
  headers: { 'anthropic-version': '2023-06-01' }, // https://platform.claude.com/docs/en/api/versioning
  streamType: 'text/event-stream',
  createFramer: () => new SseFramer(),
  readError: readErrorFields,
  decodeRequest,
  encodeRequest,
  decodeAnswer,
  encodeAnswer,
  createStreamDecoder: () => new AnthropicStreamDecoder(),
  createStreamEncoder: (request) => new AnthropicStreamEncoder(request),
  encodeError: (error, requestId) => ({ ...toAnthropicError(error), request_id: requestId }),
  encodeFailure: (error) => encodeEvent(toAnthropicError(error)),
  holdsForeignProofs,
  keepAlive: encodeEvent({ type: 'ping' }),
  filler: KEEP_ALIVE_COMMENT,
  straight,
  stored: { createCollector: () => new MessageCollector(), toEvents: toStoredEvents },
  counting: {
    path: () => '/messages/count_tokens',
    encodeRequest: encodeCountRequest,
    decodeAnswer: decodeCount,
  },
};
