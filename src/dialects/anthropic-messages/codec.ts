/** The wire form of Anthropic's Messages API, both ways. Tables: `fields.ts`, `stop-reasons.ts`, `model-traits.ts`. */
import type { Codec } from '../codec.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { AnthropicStreamDecoder } from './stream-decoder.ts';
import { AnthropicStreamEncoder } from './stream-encoder.ts';

export const anthropicMessages: Codec = {
  dialect: 'anthropic-messages',
  decodeRequest,
  encodeRequest,
  decodeAnswer,
  encodeAnswer,
  createStreamDecoder: () => new AnthropicStreamDecoder(),
  createStreamEncoder: (request) => new AnthropicStreamEncoder(request),
};
