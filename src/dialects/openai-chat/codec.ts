/**
 * OpenAI Chat Completions against the canonical form, both ways. Used where the other side speaks another wire
 * form; between two sides of this form bytes pass straight through and nothing of this is asked.
 */

import { SseFramer } from '../../streaming/frames.ts';
import { encodeDataEvent, KEEP_ALIVE_COMMENT } from '../../streaming/sse.ts';
import type { Codec } from '../codec.ts';
import { type Identifiers, randomIdentifiers } from '../identifiers.ts';
import { hasErrorPayload, readErrorFields } from '../openai/error-fields.ts';
import type { StraightForm } from '../straight.ts';
import { ChoiceStreamObserver } from './choice-stream-observer.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { CHAT_STORED } from './stored-chat.ts';
import { ChatStreamDecoder } from './stream-decoder.ts';
import { ChatStreamEncoder } from './stream-encoder.ts';
import { readChunkUsage } from './usage.ts';

const straight: StraightForm = {
  createObserver: (options) => new ChoiceStreamObserver(options),
  readUsage: readChunkUsage,
  // Some vendors fill in `error` beside an answer.
  isError: (body) => hasErrorPayload(body) && !('choices' in body),
};

export const createChatCodec = (ids: Identifiers): Codec => ({
  dialect: 'openai-chat',
  path: () => '/chat/completions',
  headers: {},
  streamType: 'text/event-stream',
  createFramer: () => new SseFramer(),
  readError: readErrorFields,
  decodeRequest,
  encodeRequest,
  decodeAnswer: (body) => decodeAnswer(body, ids),
  encodeAnswer: (answer, request) => encodeAnswer(answer, request, ids),
  createStreamDecoder: (options) => new ChatStreamDecoder(ids, options),
  createStreamEncoder: (request) => new ChatStreamEncoder(request, ids),
  encodeError: ({ error }) => ({ error }),
  encodeFailure: ({ error }) => encodeDataEvent({ error }),
  holdsForeignProofs: () => false, // its imitators carry one another's proofs, and say whose
  keepAlive: KEEP_ALIVE_COMMENT,
  filler: KEEP_ALIVE_COMMENT,
  straight,
  stored: CHAT_STORED,
});

export const openaiChat: Codec = createChatCodec(randomIdentifiers('chatcmpl-'));
