/** A canonical answer, into Anthropic's form. Source: https://platform.claude.com/docs/en/api/messages */

import { isRecord } from '../../is-record.ts';
import type { CanonicalAnswer, JsonObject, Part } from '../canonical.ts';
import { toCallSignatureBlock } from './call-signatures.ts';
import { citationsMember } from './citations.ts';
import { toStopReason } from './stop-reasons.ts';
import { toAnthropicToolId } from './tool-ids.ts';
import { toToolInput } from './tool-input.ts';
import { writeUsage } from './usage.ts';

/** The form has one answer: other choices than the first were refused on the way in. */
export function encodeAnswer({ id, model, choices, usage, extra }: CanonicalAnswer): JsonObject {
  const { usage: ownUsage, ...own } = extra?.['anthropic-messages'] ?? {};
  const choice = choices[0];
  const parts = choice?.parts ?? [];
  const stopSequence = choice?.stopSequence ?? null;
  return {
    id,
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
    usage: { ...writeUsage(usage), ...(isRecord(ownUsage) ? ownUsage : {}) },
    ...own,
  };
}

/** Blocks of one part. Images and sounds that a model made have no block in an answer of this form. */
export function toBlocks(part: Part): readonly JsonObject[] {
  const own = part.extra?.['anthropic-messages'] ?? {};
  switch (part.type) {
    case 'text':
      if (part.text === '') return [];
      return [{ type: 'text', text: part.text, ...citationsMember(part.citations), ...own }];
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }];
    case 'reasoning':
      if (part.redacted !== null) return [{ type: 'redacted_thinking', data: part.redacted }];
      // Without a signature the field is there and empty; the client sends it back, and it is left out then.
      return [{ type: 'thinking', thinking: part.text, signature: part.signature ?? '' }];
    case 'tool-call': {
      const id = toAnthropicToolId(part.id);
      const block = { type: 'tool_use', id, name: part.name, input: toToolInput(part), ...own };
      return part.signature === undefined ? [block] : [toCallSignatureBlock(id, part.signature), block];
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
