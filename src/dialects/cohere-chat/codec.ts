/**
 * The wire form of Cohere's chat API, version 2. Upstream only: no door speaks it. Tables: `fields.ts`,
 * `finish-reasons.ts`, `model-traits.ts`. Source: https://docs.cohere.com/reference/chat
 */
import { SseFramer } from '../../streaming/frames.ts';
import type { UpstreamCodec } from '../codec.ts';
import { type Identifiers, randomIdentifiers } from '../identifiers.ts';
import { decodeAnswer } from './decode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { readError } from './error-fields.ts';
import { CohereStreamDecoder } from './stream-decoder.ts';

export const createCohereCodec = (ids: Identifiers): UpstreamCodec => ({
  dialect: 'cohere-chat',
  path: () => '/chat',
  headers: {},
  streamType: 'text/event-stream',
  encodeRequest,
  decodeAnswer: (body) => decodeAnswer(body, ids),
  createFramer: () => new SseFramer(),
  createStreamDecoder: () => new CohereStreamDecoder(ids),
  readError,
});

export const cohereChat: UpstreamCodec = createCohereCodec(randomIdentifiers());
