/** The whole `GenerateContentResponse` that the chunks of a stream tell. */
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf, parseExactJson, recordOf } from '../json.ts';
import type { AnswerCollector } from '../stored-form.ts';
import { CollectedCandidate, overwrite } from './collected-candidate.ts';
import { errorIn } from './error-fields.ts';
import { readBlockReason } from './finish-reasons.ts';
import { readUsage } from './usage.ts';

export class GeminiCollector implements AnswerCollector {
  readonly #candidates = new Map<number, CollectedCandidate>();
  #members: JsonObject = {};
  #usage: JsonObject | null = null;
  #isUnreadable = false;

  push({ data }: { readonly data: string | null }): void {
    if (this.#isUnreadable || data === null || data === '' || data.trim() === '[DONE]') return;
    const chunk = parseExactJson(data);
    if (isRecord(chunk) && errorIn(chunk) === null) this.#read(chunk);
    else this.#isUnreadable = true;
  }

  /** Every candidate that came has its finish reason, or the prompt was blocked (wire 21). */
  body(): JsonObject | null {
    const all = [...this.#candidates].sort(([a], [b]) => a - b).map(([, candidate]) => candidate);
    const isBlocked = readBlockReason(recordOf(this.#members.promptFeedback).blockReason) !== null;
    if (this.#isUnreadable || (all.length === 0 && !isBlocked)) return null;
    if (!all.every(({ isFinished }) => isFinished)) return null;
    const candidates = all.map((candidate) => candidate.toJson());
    if (candidates.includes(null)) return null;
    return {
      ...(candidates.length === 0 ? {} : { candidates }),
      ...this.#members,
      ...(this.#usage === null ? {} : { usageMetadata: this.#usage }),
    };
  }

  #read({ candidates, usageMetadata, ...own }: JsonObject): void {
    this.#members = overwrite(this.#members, own);
    // Running totals (wire 57). Vertex sends `{trafficType}` alone in most chunks.
    const isTotal = this.#usage === null || readUsage(usageMetadata) !== null;
    if (isRecord(usageMetadata) && isTotal) this.#usage = usageMetadata;
    for (const [place, candidate] of listOf(candidates).entries()) {
      if (isRecord(candidate)) this.#candidate(candidate, place).read(candidate);
    }
  }

  #candidate({ index }: JsonObject, place: number): CollectedCandidate {
    const choice = typeof index === 'number' ? index : place;
    const known = this.#candidates.get(choice);
    if (known !== undefined) return known;
    const fresh = new CollectedCandidate();
    this.#candidates.set(choice, fresh);
    return fresh;
  }
}
