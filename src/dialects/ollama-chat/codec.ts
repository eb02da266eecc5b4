/**
 * The native wire form of Ollama's chat API. Upstream only: no door speaks it. Tables: `fields.ts`,
 * `done-reasons.ts`. Source: https://docs.ollama.com/api/chat
 */
import { type Framer, SseFramer } from '../../streaming/frames.ts';
import { NdjsonFramer } from '../../streaming/ndjson.ts';
import type { UpstreamCodec } from '../codec.ts';
import { type Identifiers, randomIdentifiers } from '../identifiers.ts';
import { decodeAnswer } from './decode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { readError } from './error-fields.ts';
import { OllamaStreamDecoder } from './stream-decoder.ts';

export const createOllamaCodec = (ids: Identifiers): UpstreamCodec => ({
  dialect: 'ollama-chat',
  path: () => '/api/chat',
  headers: {},
  streamType: 'application/x-ndjson',
  encodeRequest,
  decodeAnswer: (body) => decodeAnswer(body, ids),
  createFramer,
  createStreamDecoder: () => new OllamaStreamDecoder(ids),
  readError,
});

/** Lines, whatever they are called: an error comes as `application/json`. Proxies in front may make events of them. */
const createFramer = (contentType: string): Framer =>
  contentType.startsWith('text/event-stream') ? new SseFramer() : new NdjsonFramer();

export const ollamaChat: UpstreamCodec = createOllamaCodec(randomIdentifiers());
