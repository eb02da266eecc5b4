/**
 * The wire form of Amazon Bedrock's Converse and ConverseStream; providers speak it, clients do not. Tables:
 * `fields.ts`, `stop-reasons.ts`, `model-traits.ts`.
 */
import { AwsEventStreamFramer } from '../../streaming/aws-event-stream.ts';
import type { UpstreamCodec } from '../codec.ts';
import { decodeCount, encodeCount } from './counting.ts';
import { decodeAnswer } from './decode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { readError } from './error-fields.ts';
import { BedrockStreamDecoder } from './stream-decoder.ts';

export const bedrockConverse: UpstreamCodec = {
  dialect: 'bedrock-converse',
  path: ({ model, wantsStream }) => pathOf(model, wantsStream ? 'converse-stream' : 'converse'),
  headers: {},
  streamType: 'application/vnd.amazon.eventstream',
  encodeRequest,
  decodeAnswer,
  createFramer: () => new AwsEventStreamFramer(),
  createStreamDecoder: () => new BedrockStreamDecoder(),
  readError,
  counting: {
    path: ({ model }) => pathOf(model, 'count-tokens'),
    encodeRequest: encodeCount,
    decodeAnswer: decodeCount,
  },
};

/** As AWS's SDKs write it: ARNs hold `:` and `/`, which belong to one segment. */
const pathOf = (model: string, operation: string): string =>
  `/model/${encodeURIComponent(model).replace(/[!'()*]/g, escapeUnit)}/${operation}`;

const escapeUnit = (unit: string): string => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`;
