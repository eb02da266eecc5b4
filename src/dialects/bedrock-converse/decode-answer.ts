/** An answer of Converse, into the canonical form. Lenient: what it does not know stays opaque. */
import { isRecord } from '../../is-record.ts';
import type { CanonicalAnswer, JsonObject, Part, TextPart } from '../canonical.ts';
import { listOf, recordOf, rest, textOf, textOrNull } from '../json.ts';
import { fromToolInput } from '../tools/tool-input.ts';
import { joinTexts, readCitation } from './citations.ts';
import { FAILURES, toFinishReason } from './stop-reasons.ts';
import { HIDDEN_THOUGHTS, readRedacted, signerOf } from './thoughts.ts';
import { fromToolName, fromToolUseId } from './tool-names.ts';
import { readUsage } from './usage.ts';

/**
 * `null` if the body is no answer of this form, or one that the model botched. Converse tells neither an id nor the
 * model.
 */
export function decodeAnswer(body: unknown): CanonicalAnswer | null {
  if (!isRecord(body) || !isRecord(body.output) || !isRecord(body.output.message)) return null;
  const { content } = body.output.message;
  const native = textOrNull(body.stopReason);
  if (!Array.isArray(content) || (native !== null && FAILURES.includes(native))) return null;
  const parts = decodeContent(content);
  const hasCalls = parts.some(({ type }) => type === 'tool-call');
  const stopSequence = readStopSequence(body.additionalModelResponseFields);
  return {
    id: '',
    model: '',
    created: null,
    choices: [
      {
        index: 0,
        parts,
        finish: toFinishReason(native, hasCalls),
        nativeFinish: native,
        ...(stopSequence === null ? {} : { stopSequence }),
      },
    ],
    usage: readUsage(body.usage),
    ...readAbout(body),
  };
}

/** Asked for where Claude answers (`encode-request.ts`). */
export const readStopSequence = (fields: unknown): string | null =>
  isRecord(fields) ? textOrNull(fields.stop_sequence) : null;

const TIERS = ['default', 'flex', 'priority'];

/**
 * What stands beside the message. A guardrail's `trace` stays behind: it holds what the guardrail took out of the
 * answer.
 */
export function readAbout(body: JsonObject): Pick<CanonicalAnswer, 'serviceTier' | 'extra'> {
  const tier = isRecord(body.serviceTier) ? textOf(body.serviceTier.type) : '';
  const fields = { ...rest(body, ['output', 'stopReason', 'usage', 'trace', 'serviceTier', 'p']) };
  const said = Object.entries(fields).filter(([, value]) => value !== null);
  return {
    ...(TIERS.includes(tier) ? { serviceTier: tier } : {}),
    ...(said.length === 0 ? {} : { extra: { 'bedrock-converse': Object.fromEntries(said) } }),
  };
}

function decodeContent(content: readonly unknown[]): Part[] {
  const parts: Part[] = [];
  for (const block of content.filter(isRecord)) {
    if (isRecord(block.citationsContent)) {
      addCited(parts, block.citationsContent);
    } else if (typeof block.text === 'string') {
      if (block.text !== '') parts.push({ type: 'text', text: block.text });
    } else {
      const part = decodeBlock(block);
      if (part !== null) parts.push(part);
    }
  }
  return parts;
}

/** The text of the answer may stand here only (wire 16); citations without text belong to the text before. */
function addCited(parts: Part[], block: JsonObject): void {
  const text = joinTexts(block.content);
  const citations = listOf(block.citations).filter(isRecord).map(readCitation);
  const cited = citations.length === 0 ? {} : { citations };
  const last = parts.at(-1);
  if (text !== '') parts.push({ type: 'text', text, ...cited });
  else if (last?.type === 'text') {
    const all: TextPart = { ...last, citations: [...(last.citations ?? []), ...citations] };
    if (citations.length > 0) parts.splice(-1, 1, all);
  } else if (citations.length > 0) parts.push({ type: 'text', text: '', citations });
}

/** One block that is whole, and no text; `null` if nothing is in it. */
export function decodeBlock(block: JsonObject): Part | null {
  const { toolUse, reasoningContent, image } = block;
  if (isRecord(toolUse) && !isServerTool(toolUse.type)) {
    return {
      type: 'tool-call',
      id: fromToolUseId(textOf(toolUse.toolUseId)),
      name: fromToolName(textOf(toolUse.name)),
      input: fromToolInput(toolUse.input),
      isCustom: false,
    };
  }
  if (isRecord(reasoningContent)) return decodeThought(reasoningContent, block);
  const source = recordOf(recordOf(image).source);
  if (isRecord(image) && typeof source.bytes === 'string') {
    const mediaType = `image/${textOf(image.format) || 'png'}`;
    return { type: 'image', source: { kind: 'inline', mediaType, data: source.bytes } };
  }
  return Object.values(block).every((value) => value === null) ? null : opaque(block);
}

function decodeThought({ reasoningText, redactedContent }: JsonObject, block: JsonObject): Part | null {
  if (typeof redactedContent === 'string') return readRedacted(redactedContent);
  if (!isRecord(reasoningText)) return opaque(block);
  const text = textOf(reasoningText.text);
  const signature = textOrNull(reasoningText.signature);
  if (HIDDEN_THOUGHTS.includes(text)) return opaque(block); // a note that there was a thought
  if (text === '' && signature === null) return null;
  const signer = signature === null ? 'other' : signerOf(signature);
  return { type: 'reasoning', text, signature, redacted: null, signer };
}

const opaque = (value: JsonObject): Part => ({ type: 'opaque', dialect: 'bedrock-converse', value });

/** Bedrock ran it, and its result stands in the same message: a client that answers it loops (wire 43). */
export const isServerTool = (type: unknown): boolean =>
  typeof type === 'string' && type !== '' && type !== 'tool_use';
