/**
 * OpenAI Chat Completions against the canonical form, both ways. Used where the other side speaks another wire
 * form; between two sides of this form bytes pass straight through and nothing of this is asked.
 */
import type { Codec } from '../codec.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { type Identifiers, randomIdentifiers } from './identifiers.ts';
import { ChatStreamDecoder } from './stream-decoder.ts';
import { ChatStreamEncoder } from './stream-encoder.ts';

export const createChatCodec = (ids: Identifiers): Codec => ({
  dialect: 'openai-chat',
  decodeRequest,
  encodeRequest,
  decodeAnswer: (body) => decodeAnswer(body, ids),
  encodeAnswer: (answer, request) => encodeAnswer(answer, request, ids),
  createStreamDecoder: () => new ChatStreamDecoder(ids),
  createStreamEncoder: (request) => new ChatStreamEncoder(request, ids),
});

export const openaiChat: Codec = createChatCodec(randomIdentifiers);
