/** A whole chat completion in canonical form, from any vendor of this form. */

import { isRecord } from '../../is-record.ts';
import type { CanonicalAnswer, CanonicalChoice, Part } from '../canonical.ts';
import {
  inputOrEmpty,
  nonEmpty,
  readAnnotations,
  readCalls,
  readContent,
  readCreated,
  readImages,
  readReasoning,
  readSources,
} from './answer-pieces.ts';
import { hasErrorPayload } from './error-fields.ts';
import { leftovers } from './fields.ts';
import { readFinish, withToolCalls } from './finish-reasons.ts';
import type { Identifiers } from './identifiers.ts';
import { readBlocks } from './reasoning-details.ts';
import { readThoughtSignature } from './thought-signature.ts';
import { readChunkUsage } from './usage.ts';

type Message = Record<string, unknown>;

const MAPPED = ['id', 'object', 'created', 'model', 'choices', 'usage'];

/** `null` for what is no completion, an error in a 200 included (wire 65), and for one that the provider gave up. */
export function decodeAnswer(body: unknown, ids: Identifiers): CanonicalAnswer | null {
  if (!isRecord(body) || hasErrorPayload(body) || !Array.isArray(body.choices)) return null;
  const choices = body.choices.filter(isRecord);
  if (choices.length === 0 || choices.length < body.choices.length) return null;
  const decoded: CanonicalChoice[] = [];
  const sources = readSources(body);
  for (const [position, choice] of choices.entries()) {
    const one = decodeChoice(choice, position, position === 0 ? sources : [], ids);
    if (one === null) return null;
    decoded.push(one);
  }
  const rest = leftovers(body, MAPPED);
  return {
    id: nonEmpty(body.id) ?? ids.answer(),
    model: nonEmpty(body.model) ?? '',
    created: readCreated(body.created),
    choices: decoded,
    usage: readChunkUsage(body),
    ...(Object.keys(rest).length === 0 ? {} : { extra: { 'openai-chat': rest } }),
  };
}

function decodeChoice(
  choice: Message,
  position: number,
  sources: readonly Record<string, unknown>[],
  ids: Identifiers,
): CanonicalChoice | null {
  const finish = readFinish(choice);
  if (finish === 'failed' || isRecord(choice.error)) return null;
  const message = isRecord(choice.message) ? choice.message : {}; // filtered answers have none (wire 79)
  const parts = decodeParts(message, sources, ids);
  const hasToolCalls = parts.some((part) => part.type === 'tool-call');
  const { logprobs } = choice;
  return {
    index: typeof choice.index === 'number' ? choice.index : position,
    parts,
    finish: withToolCalls(finish?.reason ?? 'stop', hasToolCalls),
    nativeFinish: finish?.native ?? null,
    ...(isRecord(logprobs) ? { logprobs } : {}),
    ...(finish === null || finish.stopSequence === null ? {} : { stopSequence: finish.stopSequence }),
  };
}

/** In the order of the streamed form: thinking, text, refusal, images, calls. */
function decodeParts(message: Message, sources: readonly Message[], ids: Identifiers): Part[] {
  const blocks = readBlocks(message.reasoning_details, readReasoning(message), false);
  const content = readContent(message.content).map((piece): Part => {
    if (piece.type === 'whole') return piece.part;
    const { type, text } = piece;
    return type === 'reasoning' ? { type, text, signature: null, redacted: null } : { type, text };
  });
  const refusal = nonEmpty(message.refusal);
  const annotations = readAnnotations(message);
  return [
    ...blocks,
    ...withCitations(content, annotations.length > 0 ? annotations : sources),
    ...(refusal === null ? [] : [{ type: 'refusal' as const, text: refusal }]),
    ...readImages(message.images),
    ...decodeAudio(message.audio),
    ...decodeCalls(message, ids),
  ];
}

/** They say where they belong within the message's text, not in which part: the first text has them. */
function withCitations(parts: readonly Part[], citations: readonly Message[]): Part[] {
  const first = parts.findIndex((part) => part.type === 'text');
  if (citations.length === 0) return [...parts];
  return parts.map((part, index) =>
    index === first && part.type === 'text' ? { ...part, citations } : part,
  );
}

/** The answer does not say its format; the request did. */
function decodeAudio(audio: unknown): Part[] {
  if (!isRecord(audio)) return [];
  const { data, ...rest } = audio;
  return [{ type: 'audio', data: nonEmpty(data) ?? '', format: '', extra: { 'openai-chat': rest } }];
}

function decodeCalls(message: Message, ids: Identifiers): Part[] {
  const legacy = isRecord(message.function_call) ? readCalls([{ function: message.function_call }]) : [];
  // Gemini's older answers have the proof on the message: it belongs to its first call.
  const early = readThoughtSignature(message.extra_content);
  const taken = new Set<string>();
  return [...readCalls(message.tool_calls), ...legacy].map((call, index) => {
    const { id: said, name, input, isCustom } = call;
    const id = said !== null && !taken.has(said) ? said : ids.call();
    taken.add(id);
    const signature = call.signature ?? (index === 0 ? early : null);
    const proof = signature === null ? {} : { signature };
    return { type: 'tool-call', id, name, input: inputOrEmpty(input, isCustom), isCustom, ...proof };
  });
}
