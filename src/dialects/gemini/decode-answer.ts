/** An answer of a Gemini upstream: the events of its only chunk, put together. */
import { isRecord } from '../../is-record.ts';
import type { CanonicalAnswer } from '../canonical.ts';
import { EventCollector } from '../collect-events.ts';
import { listOf, recordOf } from '../json.ts';
import { errorIn } from './error-fields.ts';
import { readBlockReason } from './finish-reasons.ts';
import { ResponseReader } from './response-reader.ts';
import { readUsage } from './usage.ts';

/** `null` if the body is no answer of this form: no candidate, and no reason why there is none. */
export function decodeAnswer(body: unknown): CanonicalAnswer | null {
  const value = Array.isArray(body) && body.length === 1 ? body[0] : body;
  if (!isRecord(value) || errorIn(value) !== null) return null;
  const feedback = recordOf(value.promptFeedback);
  const isBlocked = readBlockReason(feedback.blockReason) !== null;
  if (!isBlocked && !listOf(value.candidates).some(isRecord)) return null;
  const reader = new ResponseReader(true);
  const collector = new EventCollector();
  collector.push([...reader.read(value), ...reader.end()]);
  const answer = collector.answer();
  return answer === null ? null : { ...answer, usage: readUsage(value.usageMetadata) };
}
