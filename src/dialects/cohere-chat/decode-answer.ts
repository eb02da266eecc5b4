/** An answer of Cohere, into the canonical form. Lenient: what it does not know it passes over. */
import { isRecord } from '../../is-record.ts';
import type { CanonicalAnswer, JsonObject, Part, ReasoningPart } from '../canonical.ts';
import type { Identifiers } from '../identifiers.ts';
import { listOf, recordOf, textOf, textOrNull } from '../json.ts';
import { citationsOf, decodeCitations } from './citations.ts';
import { isFailure, toFinishReason } from './finish-reasons.ts';
import { readLogprobs } from './logprobs.ts';
import { fromArguments } from './tool-arguments.ts';
import { fromCohereToolName } from './tool-names.ts';
import { billedUnits, readUsage } from './usage.ts';

/** `null` if the body is no answer of this form, or one that broke off. The model's name is not in it. */
export function decodeAnswer(body: unknown, ids: Identifiers): CanonicalAnswer | null {
  if (!isRecord(body) || !isRecord(body.message)) return null;
  const native = textOrNull(body.finish_reason);
  if (isFailure(native)) return null;
  const parts = decodeMessage(body.message, ids);
  const logprobs = readLogprobs(body.logprobs);
  const extra = billedUnits(body.usage);
  return {
    id: textOrNull(body.id) ?? ids.answer(),
    model: textOf(body.model),
    created: null,
    choices: [
      {
        index: 0,
        parts,
        finish: toFinishReason(
          native,
          parts.some((part) => part.type === 'tool-call'),
        ),
        nativeFinish: native,
        ...(logprobs.length > 0 ? { logprobs } : {}),
      },
    ],
    usage: readUsage(body.usage),
    ...(extra === null ? {} : { extra }),
  };
}

/** In the order of a stream: what was thought and said, the plan, the calls. */
function decodeMessage(message: JsonObject, ids: Identifiers): Part[] {
  const citations = listOf(message.citations).filter(isRecord);
  const blocks = listOf(message.content);
  const firstText = blocks.findIndex((block) => isRecord(block) && block.type === 'text');
  const plan = textOf(message.tool_plan);
  return [
    ...blocks.flatMap((block, index) =>
      decodeBlock(block, citationsOf(citations, index, index === firstText)),
    ),
    ...(plan === '' ? [] : [toReasoning(plan)]),
    ...listOf(message.tool_calls).flatMap((call) => decodeCall(call, ids)),
  ];
}

function decodeBlock(block: unknown, citations: readonly JsonObject[]): Part[] {
  if (!isRecord(block)) return [];
  const thinking = textOf(block.thinking);
  if (thinking !== '') return [toReasoning(thinking)];
  const text = textOf(block.text);
  if (text === '') return [];
  return [
    { type: 'text', text, ...(citations.length > 0 ? { citations: decodeCitations(citations, text) } : {}) },
  ];
}

/** Cohere signs nothing. A plan is what the model thinks before it calls. */
const toReasoning = (text: string): ReasoningPart => ({
  type: 'reasoning',
  text,
  signature: null,
  redacted: null,
  signer: 'other',
});

function decodeCall(value: unknown, ids: Identifiers): Part[] {
  const call = readCall(value, ids);
  if (call === null) return [];
  return [
    { type: 'tool-call', id: call.id, name: call.name, input: fromArguments(call.input), isCustom: false },
  ];
}

/** A call of an answer or of a stream's `tool-call-start`; `null` if it has no name. */
export function readCall(
  value: unknown,
  ids: Identifiers,
): { readonly id: string; readonly name: string; readonly input: unknown } | null {
  const call = recordOf(value);
  const made = recordOf(call.function);
  const name = textOrNull(made.name);
  if (name === null) return null;
  return { id: textOrNull(call.id) ?? ids.call(), name: fromCohereToolName(name), input: made.arguments };
}
