/**
 * The events of one output item that is whole: as it begins, each step of its texts, and as it is in the end. Items
 * without texts of their own, such as those of the vendor's tools, have a beginning and an end only.
 * Source: https://platform.openai.com/docs/api-reference/responses-streaming
 */
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf, textOf, textOrNull } from '../json.ts';
import { piecesOf } from '../pieces.ts';

interface ToldItem {
  /** What the item does not have when it begins. */
  readonly missing: JsonObject;
  readonly steps: readonly JsonObject[];
}

export function itemEvents(item: JsonObject, output_index: number): JsonObject[] {
  const { missing, steps } = toTold(item);
  const id = textOrNull(item.id);
  const at = { ...(id === null ? {} : { item_id: id }), output_index };
  const begun = typeof item.status === 'string' ? { status: 'in_progress' } : {};
  return [
    { type: 'response.output_item.added', output_index, item: { ...item, ...begun, ...missing } },
    ...steps.map((step) => ({ ...step, ...at })),
    { type: 'response.output_item.done', output_index, item },
  ];
}

function toTold(item: JsonObject): ToldItem {
  switch (item.type) {
    case 'message':
      return { missing: { content: [] }, steps: listOf(item.content).filter(isRecord).flatMap(contentSteps) };
    case 'reasoning':
      return {
        missing: withoutEntries(item, ['summary', 'content']),
        steps: [
          ...listOf(item.summary).filter(isRecord).flatMap(summarySteps),
          ...listOf(item.content).filter(isRecord).flatMap(contentSteps),
        ],
      };
    case 'function_call':
      return toToldCall(item, 'arguments', 'function_call_arguments', { name: textOf(item.name) });
    case 'custom_tool_call':
      return toToldCall(item, 'input', 'custom_tool_call_input');
    case 'image_generation_call':
      return { missing: { result: null }, steps: [] };
    default:
      return { missing: {}, steps: [] };
  }
}

/** Calls may lack the id by which their steps name them: then clients read nothing but the call itself. */
function toToldCall(item: JsonObject, member: string, steps: string, closing: JsonObject = {}): ToldItem {
  const input = item[member];
  if (typeof input !== 'string' || textOrNull(item.id) === null) return { missing: {}, steps: [] };
  return { missing: { [member]: '' }, steps: textSteps(steps, {}, input, { ...closing, [member]: input }) };
}

function contentSteps(part: JsonObject, content_index: number): JsonObject[] {
  const at = { content_index };
  return [
    { type: 'response.content_part.added', ...at, part: { ...part, ...emptied(part) } },
    ...spokenSteps(part, at),
    { type: 'response.content_part.done', ...at, part },
  ];
}

function emptied(part: JsonObject): JsonObject {
  if (part.type === 'refusal') return { refusal: '' };
  return 'text' in part ? { text: '', ...withoutEntries(part, ['annotations', 'logprobs']) } : {};
}

/** The named members, as far as they are lists, without what is in them. */
const withoutEntries = (value: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(names.filter((name) => Array.isArray(value[name])).map((name) => [name, []]));

function spokenSteps(part: JsonObject, at: { readonly content_index: number }): JsonObject[] {
  switch (part.type) {
    case 'output_text':
      return outputTextSteps(part, at);
    case 'refusal': {
      const refusal = textOf(part.refusal);
      return textSteps('refusal', at, refusal, { refusal });
    }
    case 'reasoning_text': {
      const text = textOf(part.text);
      return textSteps('reasoning_text', at, text, { text });
    }
    default:
      return [];
  }
}

function summarySteps(part: JsonObject, summary_index: number): JsonObject[] {
  const at = { summary_index };
  const text = textOf(part.text);
  return [
    { type: 'response.reasoning_summary_part.added', ...at, part: { ...part, text: '' } },
    ...textSteps('reasoning_summary_text', at, text, { text }),
    { type: 'response.reasoning_summary_part.done', ...at, part },
  ];
}

/** `closing`: what the event behind the pieces has. */
const textSteps = (name: string, at: JsonObject, text: string, closing: JsonObject): JsonObject[] => [
  ...piecesOf(text).map((delta) => ({ type: `response.${name}.delta`, ...at, delta })),
  { type: `response.${name}.done`, ...at, ...closing },
];

function outputTextSteps(part: JsonObject, at: { readonly content_index: number }): JsonObject[] {
  const text = textOf(part.text);
  const logprobs = listOf(part.logprobs);
  return [
    ...outputPieces(text, logprobs).map((piece) => ({ type: 'response.output_text.delta', ...at, ...piece })),
    ...listOf(part.annotations).map((annotation, annotation_index) => ({
      type: 'response.output_text.annotation.added',
      ...at,
      annotation_index,
      annotation,
    })),
    { type: 'response.output_text.done', ...at, text, logprobs },
  ];
}

interface OutputPiece {
  readonly delta: string;
  readonly logprobs: readonly unknown[];
}

/** Token by token where their probabilities are known; tokens that are no whole characters go with the last piece. */
function outputPieces(text: string, logprobs: readonly unknown[]): OutputPiece[] {
  const tokens = logprobs.map((logprob) => ({
    delta: isRecord(logprob) ? textOf(logprob.token) : '',
    logprobs: [logprob],
  }));
  if (tokens.length > 0 && tokens.map(({ delta }) => delta).join('') === text) return tokens;
  const pieces = piecesOf(text);
  return pieces.map((delta, place) => ({ delta, logprobs: place === pieces.length - 1 ? logprobs : [] }));
}
