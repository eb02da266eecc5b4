/** An answer of Ollama, into the canonical form. */
import { isRecord } from '../../is-record.ts';
import type { CanonicalAnswer, Part } from '../canonical.ts';
import type { Identifiers } from '../identifiers.ts';
import { textOf, textOrNull } from '../json.ts';
import { readCalls, readCreated, readLogprobs, readUsage } from './answer-pieces.ts';
import { toFinishReason } from './done-reasons.ts';
import { readError } from './error-fields.ts';

/** `null` if the body is no answer of this form. */
export function decodeAnswer(body: unknown, ids: Identifiers): CanonicalAnswer | null {
  if (!isRecord(body) || !isRecord(body.message) || readError(body) !== null) return null;
  const { thinking, content, tool_calls } = body.message;
  const native = textOrNull(body.done_reason);
  const calls = readCalls(tool_calls, ids);
  const logprobs = readLogprobs(body.logprobs);
  const parts: Part[] = [
    ...(textOf(thinking) === ''
      ? []
      : [
          {
            type: 'reasoning' as const,
            text: textOf(thinking),
            signature: null,
            redacted: null,
            signer: 'other' as const,
          },
        ]),
    ...(textOf(content) === '' ? [] : [{ type: 'text' as const, text: textOf(content) }]),
    ...calls,
  ];
  return {
    id: ids.answer(),
    model: textOf(body.model),
    created: readCreated(body.created_at),
    choices: [
      {
        index: 0,
        parts,
        finish: toFinishReason(native, calls.length > 0),
        nativeFinish: native,
        ...(logprobs.length > 0 ? { logprobs } : {}),
      },
    ],
    usage: readUsage(body),
  };
}
