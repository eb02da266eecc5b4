/** The wire form of Gemini's generateContent, both ways. Tables: `fields.ts`, `finish-reasons.ts`, `model-traits.ts`. */

import { SseFramer } from '../../streaming/frames.ts';
import { JsonArrayFramer } from '../../streaming/json-array.ts';
import { EMPTY_EVENT } from '../../streaming/sse.ts';
import type { Codec } from '../codec.ts';
import { holdsMarks } from '../signatures.ts';
import { GeminiCollector } from './answer-collector.ts';
import { counting } from './counting.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { encodeError, encodeFailure, readError } from './error-fields.ts';
import { toStoredEvents } from './stored-events.ts';
import { GeminiStreamDecoder } from './stream-decoder.ts';
import { GeminiStreamEncoder } from './stream-encoder.ts';
import { straight } from './stream-observer.ts';

export { decodeCountRequest } from './decode-request.ts';

export const gemini: Codec = {
  dialect: 'gemini',
  path: ({ model, wantsStream }) =>
    `/models/${encodeURIComponent(model)}:${wantsStream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  headers: {},
  streamType: 'text/event-stream',
  streamsAsJson: true,
  encodeRequest,
  decodeAnswer,
  createFramer: (contentType) =>
    contentType.startsWith('application/json') ? new JsonArrayFramer() : new SseFramer(),
  createStreamDecoder: () => new GeminiStreamDecoder(),
  readError,
  counting,
  decodeRequest,
  encodeAnswer,
  createStreamEncoder: (request) => new GeminiStreamEncoder(request),
  encodeError,
  encodeFailure,
  holdsForeignProofs: holdsMarks,
  // Google's Python client reads every line that is not empty as JSON, comments too.
  keepAlive: EMPTY_EVENT,
  filler: EMPTY_EVENT,
  straight,
  stored: { createCollector: () => new GeminiCollector(), toEvents: toStoredEvents },
};
