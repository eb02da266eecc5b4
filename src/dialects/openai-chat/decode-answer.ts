/** A whole chat completion in canonical form, from any vendor of this form. */

import { isRecord } from '../../is-record.ts';
import type { CanonicalAnswer, CanonicalChoice, Citation, Part, ToolCallPart } from '../canonical.ts';
import type { Identifiers } from '../identifiers.ts';
import { recordOf, textOrNull } from '../json.ts';
import { hasErrorPayload } from '../openai/error-fields.ts';
import {
  inputOrEmpty,
  readCalls,
  readContent,
  readCreated,
  readImages,
  readReasoning,
} from './answer-pieces.ts';
import { readAnnotations, readSources } from './citations.ts';
import { readFinish, withToolCalls } from './finish-reasons.ts';
import { readLogprobs } from './logprobs.ts';
import { leftovers } from './members.ts';
import { plainThought, readBlocks } from './reasoning-details.ts';
import { readThoughtSignature, withSignatureOfMessage } from './thought-signature.ts';
import { readChunkUsage } from './usage.ts';

type Message = Record<string, unknown>;

const MAPPED = ['id', 'object', 'created', 'model', 'choices', 'usage', 'service_tier'];

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
  const serviceTier = textOrNull(body.service_tier);
  return {
    id: textOrNull(body.id) ?? ids.answer(),
    model: textOrNull(body.model) ?? '',
    created: readCreated(body.created),
    choices: decoded,
    usage: readChunkUsage(body),
    ...(serviceTier === null ? {} : { serviceTier }),
    ...(Object.keys(rest).length === 0 ? {} : { extra: { 'openai-chat': rest } }),
  };
}

function decodeChoice(
  choice: Message,
  position: number,
  sources: readonly Citation[],
  ids: Identifiers,
): CanonicalChoice | null {
  const finish = readFinish(choice);
  if (finish === 'failed' || isRecord(choice.error)) return null;
  const message = recordOf(choice.message); // filtered answers have none (wire 79)
  const parts = decodeParts(message, sources, ids);
  const hasToolCalls = parts.some((part) => part.type === 'tool-call');
  const logprobs = readLogprobs(choice.logprobs);
  return {
    index: typeof choice.index === 'number' ? choice.index : position,
    parts,
    finish: withToolCalls(finish?.reason ?? 'stop', hasToolCalls),
    nativeFinish: finish?.native ?? null,
    ...(logprobs.length === 0 ? {} : { logprobs }),
    ...(finish === null || finish.stopSequence === null ? {} : { stopSequence: finish.stopSequence }),
  };
}

/** In the order of the streamed form: thinking, text, refusal, images, calls. */
function decodeParts(message: Message, sources: readonly Citation[], ids: Identifiers): Part[] {
  const blocks = readBlocks(message.reasoning_details, readReasoning(message), false);
  const content = readContent(message.content).map((piece): Part => {
    if (piece.type === 'whole') return piece.part;
    const { type, text } = piece;
    return type === 'reasoning' ? plainThought(text) : { type, text };
  });
  const refusal = textOrNull(message.refusal);
  const annotations = readAnnotations(message);
  const cited = withCitations(content, annotations.length > 0 ? annotations : sources);
  const proof = readThoughtSignature(message.extra_content);
  const { texts, calls } = withSignatureOfMessage(cited, decodeCalls(message, ids), proof);
  return [
    ...blocks,
    ...texts,
    ...(refusal === null ? [] : [{ type: 'refusal' as const, text: refusal }]),
    ...readImages(message.images),
    ...decodeAudio(message.audio),
    ...calls,
  ];
}

/** They say where they belong within the message's text, not in which part: the first text has them. */
function withCitations(parts: readonly Part[], citations: readonly Citation[]): Part[] {
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
  return [{ type: 'audio', data: textOrNull(data) ?? '', format: '', extra: { 'openai-chat': rest } }];
}

function decodeCalls(message: Message, ids: Identifiers): ToolCallPart[] {
  const legacy = isRecord(message.function_call) ? readCalls([{ function: message.function_call }]) : [];
  const taken = new Set<string>();
  return [...readCalls(message.tool_calls), ...legacy].map((call) => {
    const { id: said, name, input, isCustom, signature } = call;
    const id = said !== null && !taken.has(said) ? said : ids.call();
    taken.add(id);
    const proof = signature === null ? {} : { signature };
    return { type: 'tool-call', id, name, input: inputOrEmpty(input, isCustom), isCustom, ...proof };
  });
}
