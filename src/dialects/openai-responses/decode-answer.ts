/**
 * A whole response in canonical form, from any vendor of this form.
 * Source: https://platform.openai.com/docs/api-reference/responses/object
 *
 * A response that failed, was cancelled or is not there yet (`queued`, `in_progress`: wire 54) is no answer; `readError`
 * tells what the first two say. A tool of the vendor's own that failed inside a completed response fails nothing
 * (wire 46): its item is handed on as it is, like all items of such tools.
 */

import { isRecord } from '../../is-record.ts';
import type { CanonicalAnswer, JsonObject, Part } from '../canonical.ts';
import { listOf, textOf, textOrNull } from '../json.ts';
import { readAnnotation } from './annotations.ts';
import { isErrorAnswer } from './error-fields.ts';
import { readEnding } from './finish-reasons.ts';
import type { ResponseIdentifiers } from './identifiers.ts';
import { readProof, readReasoningText } from './reasoning-items.ts';
import { readResponseUsage } from './usage.ts';

/** `null` for what is no answer. */
export function decodeAnswer(body: unknown, ids: ResponseIdentifiers): CanonicalAnswer | null {
  if (!isRecord(body) || isErrorAnswer(body) || !Array.isArray(body.output)) return null;
  if (body.status === 'queued' || body.status === 'in_progress') return null;
  const items = body.output.filter(isRecord);
  const parts = items.flatMap((item) => readItem(item, ids));
  const logprobs = items.flatMap(readItemLogprobs);
  const { reason, native } = readEnding(
    body,
    parts.some((part) => part.type === 'tool-call'),
  );
  return {
    id: textOrNull(body.id) ?? ids.answer(),
    model: textOf(body.model),
    created: readCreated(body.created_at),
    choices: [
      {
        index: 0,
        parts,
        finish: reason,
        nativeFinish: native,
        ...(logprobs.length === 0 ? {} : { logprobs }),
      },
    ],
    usage: readResponseUsage(body),
    ...serviceTierOf(body),
  };
}

/** Some vendors send fractions. */
export const readCreated = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? Math.floor(value) : null;

export function serviceTierOf({ service_tier: tier }: JsonObject): { serviceTier?: string } {
  return typeof tier === 'string' && tier !== '' ? { serviceTier: tier } : {};
}

function readItem(item: JsonObject, ids: ResponseIdentifiers): Part[] {
  switch (item.type) {
    case 'message':
      return readContents(item).map(readContent);
    case 'reasoning':
      return readReasoning(item);
    case 'function_call':
    case 'custom_tool_call':
      return [{ ...readCall(item, ids), input: readInput(item) }];
    default:
      return [toOpaque(item)];
  }
}

/** What of a message's content there is a canonical part for. */
export const readContents = (item: JsonObject): JsonObject[] =>
  listOf(item.content)
    .filter(isRecord)
    .filter(({ type }) => type === 'output_text' || type === 'text' || type === 'refusal');

function readContent(content: JsonObject): Part {
  if (content.type === 'refusal') return { type: 'refusal', text: textOf(content.refusal) };
  const citations = listOf(content.annotations).filter(isRecord).map(readAnnotation);
  return { type: 'text', text: textOf(content.text), ...(citations.length === 0 ? {} : { citations }) };
}

function readReasoning(item: JsonObject): Part[] {
  const text = readReasoningText(item);
  const proof = readProof(item);
  if (text === '' && proof === null) return [];
  const { signer = 'other', value = null } = proof?.signature ?? {};
  return [{ type: 'reasoning', text, signature: value, redacted: null, signer }];
}

/** A call as it begins. */
export function readCall(item: JsonObject, ids: ResponseIdentifiers) {
  return {
    type: 'tool-call' as const,
    id: textOrNull(item.call_id) ?? textOrNull(item.id) ?? ids.call(),
    name: textOf(item.name),
    isCustom: item.type === 'custom_tool_call',
  };
}

export function readInput(item: JsonObject): string {
  if (item.type === 'custom_tool_call') return textOf(item.input);
  return textOf(item.arguments) || '{}';
}

export const toOpaque = (item: JsonObject): Part => ({
  type: 'opaque',
  dialect: 'openai-responses',
  value: item,
});

const readItemLogprobs = (item: JsonObject): JsonObject[] =>
  item.type === 'message' ? readContents(item).flatMap(readLogprobs) : [];

export const readLogprobs = ({ logprobs }: JsonObject): JsonObject[] => listOf(logprobs).filter(isRecord);
