/** An answer of an Anthropic upstream, into the canonical form. Lenient: what it does not know stays opaque. */

import { isRecord } from '../../is-record.ts';
import type { CanonicalAnswer, JsonObject, Part } from '../canonical.ts';
import { fromClaudeToolId } from '../claude/tool-ids.ts';
import { listOf, rest, textOf, textOrNull } from '../json.ts';
import { fromToolInput } from '../tools/tool-input.ts';
import { readCitation } from './citations.ts';
import { readServiceTier } from './service-tiers.ts';
import { isOpenCall, toFinishReason } from './stop-reasons.ts';
import { fromAnthropicToolName } from './tool-names.ts';
import { readUsage } from './usage.ts';

const KNOWN = ['id', 'type', 'role', 'model', 'content', 'stop_reason', 'stop_sequence', 'usage'];
const COUNTERS = [
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'output_tokens_details',
];

/** `null` if the body is no answer of this form. An empty `content` is an answer (wire 20). */
export function decodeAnswer(body: unknown): CanonicalAnswer | null {
  if (!isRecord(body) || body.type === 'error' || !Array.isArray(body.content)) return null;
  if (body.type !== 'message' && body.role !== 'assistant') return null;
  const blocks = listOf(body.content).filter(isRecord);
  const native = textOrNull(body.stop_reason);
  const stopSequence = textOrNull(body.stop_sequence);
  const hasOpenCalls = blocks.some((block) => block.type === 'tool_use' && isOpenCall(block.caller));
  const extra = decodeExtra(body);
  const serviceTier = readServiceTier(body.usage);
  return {
    id: textOf(body.id),
    model: textOf(body.model),
    created: null,
    choices: [
      {
        index: 0,
        parts: blocks.map(decodeAnswerBlock),
        finish: toFinishReason(native, hasOpenCalls),
        nativeFinish: native,
        ...(stopSequence === null ? {} : { stopSequence }),
      },
    ],
    usage: readUsage(body.usage),
    ...(serviceTier === null ? {} : { serviceTier }),
    ...(extra === null ? {} : { extra: { 'anthropic-messages': extra } }),
  };
}

function decodeExtra(body: JsonObject): JsonObject | null {
  const known = readServiceTier(body.usage) === null ? COUNTERS : [...COUNTERS, 'service_tier'];
  const usage = isRecord(body.usage) ? rest(body.usage, known) : null;
  const extra = { ...rest(body, KNOWN), ...(usage === null ? {} : { usage }) };
  const said = Object.entries(extra).filter(([, value]) => value !== null);
  return said.length === 0 ? null : Object.fromEntries(said);
}

/** One block that is whole. */
export function decodeAnswerBlock(block: JsonObject): Part {
  switch (block.type) {
    case 'text': {
      const citations = listOf(block.citations).filter(isRecord).map(readCitation);
      return { type: 'text', text: textOf(block.text), ...(citations.length > 0 ? { citations } : {}) };
    }
    case 'thinking': {
      const signature = textOrNull(block.signature);
      const signer = signature === null ? 'other' : 'anthropic';
      return { type: 'reasoning', text: textOf(block.thinking), signature, redacted: null, signer };
    }
    case 'redacted_thinking': {
      const redacted = textOf(block.data);
      return { type: 'reasoning', text: '', signature: null, redacted, signer: 'anthropic' };
    }
    case 'tool_use': {
      const extra = rest(block, ['type', 'id', 'name', 'input']);
      return {
        type: 'tool-call',
        id: fromClaudeToolId(textOf(block.id)),
        name: fromAnthropicToolName(textOf(block.name)),
        input: fromToolInput(block.input),
        isCustom: false,
        ...(extra === null ? {} : { extra: { 'anthropic-messages': extra } }),
      };
    }
    default:
      return { type: 'opaque', dialect: 'anthropic-messages', value: block };
  }
}
