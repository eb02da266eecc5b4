/**
 * A canonical answer as `chat.completion`.
 * Source of the shape: `CreateChatCompletionResponse`, https://platform.openai.com/docs/api-reference/chat/object
 *
 * Beside OpenAI's fields: `reasoning_content` and `reasoning_details` (`reasoning-details.ts`),
 * `native_finish_reason`, and `images` for what OpenAI has no place for. Blocks that only another wire form
 * understands (server tools and their results) are not shown: a client would take them for its own (wire 43).
 */

import type { CanonicalAnswer, CanonicalChoice, CanonicalRequest, JsonObject, Part } from '../canonical.ts';
import { toDataUrl } from '../data-url.ts';
import type { Identifiers } from '../identifiers.ts';
import { inputOrEmpty } from './answer-pieces.ts';
import { toAnnotations } from './citations.ts';
import { usesLegacyFunctions } from './decode-tools.ts';
import { encodeUsage } from './encode-usage.ts';
import { writeFinish } from './finish-reasons.ts';
import { writeLogprobs } from './logprobs.ts';
import { writeEntry } from './reasoning-details.ts';
import { signatureOfMessage, writeThoughtSignature } from './thought-signature.ts';

export function encodeAnswer(
  answer: CanonicalAnswer,
  request: CanonicalRequest,
  ids: Identifiers,
): JsonObject {
  const isLegacy = usesLegacyFunctions(request.tools);
  return {
    id: answer.id === '' ? ids.answer() : answer.id,
    object: 'chat.completion',
    created: answer.created ?? ids.now(),
    model: answer.model,
    choices: answer.choices.map((choice) => encodeChoice(choice, isLegacy)),
    ...(answer.usage === null ? {} : { usage: encodeUsage(answer.usage) }),
    ...(answer.serviceTier ? { service_tier: answer.serviceTier } : {}),
    ...answer.extra?.['openai-chat'],
  };
}

function encodeChoice(choice: CanonicalChoice, isLegacy: boolean): JsonObject {
  const { index, parts, finish, nativeFinish, logprobs } = choice;
  const isRefusal = parts.some((part) => part.type === 'refusal') && !parts.some(isText);
  return {
    index,
    message: encodeMessage(parts, isLegacy),
    logprobs: logprobs === undefined ? null : writeLogprobs(logprobs, isRefusal),
    finish_reason: writeFinish(finish, isLegacy),
    ...(nativeFinish === null ? {} : { native_finish_reason: nativeFinish }),
  };
}

const isText = ({ type }: Part): boolean => type === 'text';

function encodeMessage(parts: readonly Part[], isLegacy: boolean): JsonObject {
  const texts = parts.filter((part) => part.type === 'text');
  const refusals = parts.filter((part) => part.type === 'refusal');
  const calls = parts.filter((part) => part.type === 'tool-call');
  const proof = signatureOfMessage(texts, calls);
  const isSilent = texts.length === 0 && (calls.length > 0 || refusals.length > 0);
  return {
    role: 'assistant',
    content: isSilent ? null : texts.map((part) => part.text).join(''),
    refusal: refusals.length === 0 ? null : refusals.map((part) => part.text).join(''),
    ...encodeReasoning(parts),
    ...encodeAnnotations(parts),
    ...encodeMedia(parts),
    ...(isLegacy ? encodeLegacyCall(calls[0]) : encodeCalls(calls)),
    ...(proof === null ? {} : writeThoughtSignature(proof)),
  };
}

function encodeReasoning(parts: readonly Part[]): JsonObject {
  const blocks = parts.filter((part) => part.type === 'reasoning');
  if (blocks.length === 0) return {};
  const text = blocks.map((part) => part.text).join('');
  const details = { reasoning_details: blocks.map(writeEntry) };
  return text === '' ? details : { reasoning_content: text, ...details };
}

function encodeAnnotations(parts: readonly Part[]): JsonObject {
  const annotations: JsonObject[] = [];
  let offset = 0;
  for (const part of parts) {
    if (part.type !== 'text') continue;
    annotations.push(...toAnnotations(part.citations ?? [], offset, offset + part.text.length));
    offset += part.text.length;
  }
  return annotations.length === 0 ? {} : { annotations };
}

function encodeMedia(parts: readonly Part[]): JsonObject {
  const images = parts.flatMap((part) => encodeImage(part) ?? []);
  const audio = parts.find((part) => part.type === 'audio');
  const said = audio?.extra?.['openai-chat'];
  return {
    ...(images.length === 0 ? {} : { images }),
    ...(audio === undefined || said === undefined ? {} : { audio: { ...said, data: audio.data } }),
  };
}

/** `null` for what is no image. */
export function encodeImage(part: Part): JsonObject | null {
  if (part.type !== 'image' || part.source.kind === 'file-id') return null;
  const { source } = part;
  const url = source.kind === 'url' ? source.url : toDataUrl(source.mediaType, source.data);
  return { type: 'image_url', image_url: { url } };
}

type ToolCall = Extract<Part, { type: 'tool-call' }>;

function encodeCalls(calls: readonly ToolCall[]): JsonObject {
  if (calls.length === 0) return {};
  return {
    tool_calls: calls.map(({ id, name, input, isCustom, signature }) => ({
      id,
      ...(isCustom
        ? { type: 'custom', custom: { name, input } }
        : { type: 'function', function: { name, arguments: inputOrEmpty(input, false) } }),
      ...(signature === undefined ? {} : writeThoughtSignature(signature)),
    })),
  };
}

/** The old form has one call. */
function encodeLegacyCall(call: ToolCall | undefined): JsonObject {
  if (call === undefined) return {};
  return { function_call: { name: call.name, arguments: inputOrEmpty(call.input, call.isCustom) } };
}
