/** A canonical answer, into Anthropic's form. Source: https://platform.claude.com/docs/en/api/messages */

import type { CanonicalAnswer, JsonObject, Part } from '../canonical.ts';
import { toClaudeToolId } from '../claude/tool-ids.ts';
import { freshId } from '../identifiers.ts';
import { recordOf } from '../json.ts';
import { toToolInput } from '../tools/tool-input.ts';
import { citationsMember, shownCitations } from './citations.ts';
import { toCallProof, toTextProof, toThinkingBlock } from './foreign-proofs.ts';
import { toStopReason } from './stop-reasons.ts';
import { writeUsage } from './usage.ts';

/** The form has one answer: other choices than the first were refused on the way in. */
export function encodeAnswer(answer: CanonicalAnswer): JsonObject {
  const { id, model, choices, usage, extra, serviceTier } = answer;
  const { usage: ownUsage, ...own } = extra?.['anthropic-messages'] ?? {};
  const choice = choices[0];
  const parts = choice?.parts ?? [];
  const stopSequence = choice?.stopSequence ?? null;
  return {
    id: toMessageId(id),
    type: 'message',
    role: 'assistant',
    model,
    content: parts.flatMap(toBlocks),
    stop_reason: toStopReason({
      finish: choice?.finish ?? 'stop',
      native: choice?.nativeFinish ?? null,
      stopSequence,
      hasRefusal: parts.some((part) => part.type === 'refusal'),
    }),
    stop_sequence: stopSequence,
    usage: { ...writeUsage(usage, serviceTier), ...recordOf(ownUsage) },
    ...own,
  };
}

/** Not every vendor gives its answers ids. */
export const toMessageId = (id: string): string => (id === '' ? freshId('msg_') : id);

/** Blocks of one part. Images and sounds that a model made have no block in an answer of this form. */
export function toBlocks(part: Part): readonly JsonObject[] {
  const own = part.extra?.['anthropic-messages'] ?? {};
  switch (part.type) {
    case 'text': {
      if (part.text === '') return [];
      const { text, citations, signature } = part;
      const block = { type: 'text', text, ...citationsMember(shownCitations(citations)), ...own };
      return signature === undefined ? [block] : [block, toTextProof(signature)];
    }
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }];
    case 'reasoning':
      return [toThinkingBlock(part)];
    case 'tool-call': {
      const id = toClaudeToolId(part.id);
      const block = { type: 'tool_use', id, name: part.name, input: toToolInput(part), ...own };
      return part.signature === undefined ? [block] : [toCallProof(id, part.signature), block];
    }
    case 'opaque':
      return part.dialect === 'anthropic-messages' ? [part.value] : [];
    case 'image':
    case 'audio':
    case 'file':
    case 'tool-result':
      return [];
    default:
      return part satisfies never;
  }
}
