/**
 * A whole message, told as the stream that it might have been. What clients learn at the end of a stream stands at its
 * end; all other members stand in `message_start`, because the SDKs take only those that they know from elsewhere.
 * Source: https://platform.claude.com/docs/en/build-with-claude/streaming
 */
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { countOf, listOf } from '../json.ts';
import { piecesOf } from '../pieces.ts';
import { encodeEvent } from './block-writer.ts';
import { hasErrorPayload } from './error-fields.ts';

/** Members that `message_delta` has in its `delta`, and beside it. */
const ENDING = ['stop_reason', 'stop_sequence', 'stop_details', 'container'];
const BESIDE = ['context_management', 'input_transformations'];

/** `null` if the body is no whole message. */
export function toStoredEvents(body: JsonObject): readonly Uint8Array[] | null {
  const { content, stop_reason, usage } = body;
  if (hasErrorPayload(body) || typeof stop_reason !== 'string') return null;
  if (!Array.isArray(content) || !content.every(isRecord)) return null;
  const ending = pick(body, ENDING);
  const message = { ...body, ...emptied(ending), content: [], ...(isRecord(usage) ? begun(usage) : {}) };
  const events: JsonObject[] = [
    { type: 'message_start', message },
    ...content.flatMap(blockEvents),
    {
      type: 'message_delta',
      delta: ending,
      ...(usage === undefined ? {} : { usage }),
      ...pick(body, BESIDE),
    },
    { type: 'message_stop' },
  ];
  return events.map(encodeEvent);
}

const pick = (body: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(body).filter(([name]) => names.includes(name)));

const emptied = (members: JsonObject): JsonObject =>
  Object.fromEntries(Object.keys(members).map((name) => [name, null]));

/** By then the vendor has counted a token or so. */
function begun(usage: JsonObject): JsonObject {
  const output = countOf(usage.output_tokens);
  return { usage: output === null ? usage : { ...usage, output_tokens: Math.min(1, output) } };
}

function blockEvents(block: JsonObject, index: number): JsonObject[] {
  const { start, deltas } = toStreamed(block);
  return [
    { type: 'content_block_start', index, content_block: start },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
}

interface StreamedBlock {
  readonly start: JsonObject;
  readonly deltas: readonly JsonObject[];
}

/** As the vendor streams it; other blocks come whole (wire 18). */
function toStreamed(block: JsonObject): StreamedBlock {
  const { type, text, thinking, input } = block;
  if (type === 'text' && typeof text === 'string') return streamText(block, text);
  if (type === 'thinking' && typeof thinking === 'string') return streamThinking(block, thinking);
  if ((type === 'tool_use' || type === 'server_tool_use') && isRecord(input))
    return streamInput(block, input);
  return { start: block, deltas: [] };
}

function streamText(block: JsonObject, text: string): StreamedBlock {
  const citations = listOf(block.citations);
  return {
    start: { ...block, text: '', ...(citations.length > 0 ? { citations: [] } : {}) },
    deltas: [
      ...citations.map((citation) => ({ type: 'citations_delta', citation })),
      ...piecesOf(text).map((piece) => ({ type: 'text_delta', text: piece })),
    ],
  };
}

function streamThinking(block: JsonObject, text: string): StreamedBlock {
  const { signature } = block;
  const isSigned = typeof signature === 'string';
  return {
    start: { ...block, thinking: '', ...(isSigned ? { signature: '' } : {}) },
    deltas: [
      ...piecesOf(text).map((thinking) => ({ type: 'thinking_delta', thinking })),
      ...(isSigned ? [{ type: 'signature_delta', signature }] : []),
    ],
  };
}

function streamInput(block: JsonObject, input: JsonObject): StreamedBlock {
  const isEmpty = Object.keys(input).length === 0;
  const pieces = isEmpty ? [] : piecesOf(JSON.stringify(input));
  return {
    start: { ...block, input: {} },
    deltas: pieces.map((partial_json) => ({ type: 'input_json_delta', partial_json })),
  };
}
