/**
 * OpenAI's Responses form against the canonical one, both ways. Table: `fields.ts`. Between two sides of this form
 * bytes pass straight through, and only `straight` is asked.
 */

import { SseFramer } from '../../streaming/frames.ts';
import { KEEP_ALIVE_COMMENT } from '../../streaming/sse.ts';
import type { Codec } from '../codec.ts';
import { holdsMarks } from '../signatures.ts';
import { ResponseCollector } from './answer-collector.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { isErrorAnswer, readError } from './error-fields.ts';
import { encodeFailure } from './failure.ts';
import { type ResponseIdentifiers, randomResponseIdentifiers } from './identifiers.ts';
import { toStoredEvents } from './stored-events.ts';
import { ResponsesStreamDecoder } from './stream-decoder.ts';
import { ResponsesStreamEncoder } from './stream-encoder.ts';
import { ResponsesStreamObserver } from './stream-observer.ts';
import { readResponseUsage } from './usage.ts';

export const createResponsesCodec = (ids: ResponseIdentifiers): Codec => ({
  dialect: 'openai-responses',
  path: () => '/responses',
  headers: {},
  streamType: 'text/event-stream',
  encodeRequest,
  decodeAnswer: (body) => decodeAnswer(body, ids),
  createFramer: () => new SseFramer(),
  createStreamDecoder: (options) => new ResponsesStreamDecoder(ids, options),
  readError,
  decodeRequest,
  encodeAnswer: (answer, request) => encodeAnswer(answer, request, ids),
  createStreamEncoder: (request) => new ResponsesStreamEncoder(request, ids),
  encodeError: ({ error }) => ({ error }),
  encodeFailure,
  keepAlive: KEEP_ALIVE_COMMENT,
  filler: KEEP_ALIVE_COMMENT,
  holdsForeignProofs: holdsMarks,
  straight: {
    createObserver: (options) => new ResponsesStreamObserver(options),
    readUsage: readResponseUsage,
    isError: isErrorAnswer,
  },
  stored: { createCollector: () => new ResponseCollector(), toEvents: toStoredEvents },
});

export const openaiResponses: Codec = createResponsesCodec(randomResponseIdentifiers);
