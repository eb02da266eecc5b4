/** What the tests of the Responses codec share. */
import type {
  CanonicalAnswer,
  CanonicalEvent,
  CanonicalRequest,
  JsonObject,
  Part,
} from '../../../../src/dialects/canonical.ts';
import type { Carried, Codec } from '../../../../src/dialects/codec.ts';
import { createResponsesCodec } from '../../../../src/dialects/openai-responses/codec.ts';
import { decodeStream as decodeAt, encodeStream } from '../../../support/codec-streams.ts';

export { text } from '../../../support/canonical.ts';
export { readEvents, sse } from '../../../support/named-events.ts';

export const NOW = 1_700_000_000;

/** A codec whose clock stands still, and whose made-up ids count. */
export function countingCodec(): Codec {
  let count = 0;
  const next = (prefix: string) => {
    count += 1;
    return `${prefix}_${count}`;
  };
  return createResponsesCodec({
    answer: () => next('resp'),
    item: next,
    call: () => next('call'),
    now: () => NOW,
  });
}

export const decode = (fields: JsonObject = {}): CanonicalRequest =>
  countingCodec().decodeRequest({ model: 'some-model', input: 'Hi', ...fields });

export const REQUEST = decode();

export const requestWith = (fields: Partial<CanonicalRequest>): CanonicalRequest => ({
  ...REQUEST,
  ...fields,
});

/** The body and the drops of a canonical request. */
export const encode = (
  fields: Partial<CanonicalRequest>,
  carries: readonly Carried[] = [],
  model = 'gpt-5.2',
) => countingCodec().encodeRequest(requestWith(fields), { model, carries });

export const USAGE = {
  inputTokens: 30,
  outputTokens: 9,
  cacheReadTokens: 10,
  cacheWriteTokens: 5,
  reasoningTokens: 4,
  estimated: false,
};

export const answerOf = (
  parts: readonly Part[],
  choice: Partial<CanonicalAnswer['choices'][number]> = {},
): CanonicalAnswer => ({
  id: 'chatcmpl-1',
  model: 'some-model',
  created: 5,
  choices: [{ index: 0, parts, finish: 'stop', nativeFinish: 'stop', ...choice }],
  usage: USAGE,
});

/** Decodes a body cut into pieces of `size` bytes (0: one piece). */
export const decodeStream = (
  body: string | Uint8Array,
  size = 0,
  codec = countingCodec(),
): CanonicalEvent[] => decodeAt(codec, body, size);

/** What the encoder writes for these events, as text. */
export const writeStream = (
  events: readonly CanonicalEvent[],
  request: CanonicalRequest = REQUEST,
  codec = countingCodec(),
): string => new TextDecoder().decode(encodeStream(codec.createStreamEncoder(request), events));

/** Their types, repeated ones once. */
export const typesOf = (events: readonly JsonObject[]): string[] =>
  events.map(({ type }) => String(type)).filter((type, index, all) => type !== all[index - 1]);
