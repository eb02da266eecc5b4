/** Small requests, answers and streams for the tests of the Anthropic codec. */

import { anthropicMessages } from '../../../../src/dialects/anthropic-messages/codec.ts';
import type {
  CanonicalAnswer,
  CanonicalEvent,
  CanonicalRequest,
  Citation,
  JsonObject,
  Part,
} from '../../../../src/dialects/canonical.ts';
import { requestWith, tool } from '../../../support/canonical.ts';
import { decodeStream as decodeAt, encodeStream as encodeAll } from '../../../support/codec-streams.ts';
import { readEvents } from '../../../support/named-events.ts';

export { assistant, call, result, text, thought, user } from '../../../support/canonical.ts';
export { readEvents, sse } from '../../../support/named-events.ts';

export const MODEL = 'claude-sonnet-4-5';

/** A page that another vendor cites. */
export const PAGE: Citation = {
  url: 'https://a.test',
  title: 'A',
  citedText: null,
  span: { start: 0, end: 1 },
  native: { dialect: 'openai-chat', value: { type: 'url_citation' } },
};
export const TOOL = tool('look', { parameters: { type: 'object', properties: { at: { type: 'string' } } } });

/** The form always has a limit. */
export const request = (fields: Partial<CanonicalRequest> = {}): CanonicalRequest =>
  requestWith({ maxOutputTokens: 100, ...fields });

export const answer = (parts: readonly Part[], fields: object = {}): CanonicalAnswer => ({
  id: 'msg_1',
  model: MODEL,
  created: null,
  choices: [{ index: 0, parts, finish: 'stop', nativeFinish: 'end_turn', ...fields }],
  usage: USAGE,
});

export const USAGE = {
  inputTokens: 30,
  outputTokens: 5,
  cacheReadTokens: 10,
  cacheWriteTokens: 15,
  reasoningTokens: 2,
  estimated: false,
};

export const encode = (fields: Partial<CanonicalRequest> = {}, model = MODEL) =>
  anthropicMessages.encodeRequest(request(fields), { model });

export const decode = (fields: object): CanonicalRequest =>
  anthropicMessages.decodeRequest({
    model: MODEL,
    max_tokens: 100,
    messages: [{ role: 'user', content: 'Hi' }],
    ...fields,
  });

export const decodeStream = (body: string | Uint8Array): CanonicalEvent[] =>
  decodeAt(anthropicMessages, body);

/** The events that the encoder wrote, with their names. */
export function encodeStream(
  events: readonly CanonicalEvent[],
  asked: CanonicalRequest = request(),
): { bytes: Uint8Array; events: JsonObject[] } {
  const bytes = encodeAll(anthropicMessages.createStreamEncoder(asked), events);
  return { bytes, events: readEvents(new TextDecoder().decode(bytes)) };
}
