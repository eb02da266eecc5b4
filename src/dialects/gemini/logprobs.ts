/**
 * `logprobsResult` as OpenAI's entries, one a token, and back.
 * Source: https://ai.google.dev/api/generate-content#LogprobsResult
 */
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf, recordOf, textOf } from '../json.ts';

export function readLogprobs(result: unknown): readonly JsonObject[] {
  if (!isRecord(result)) return [];
  const tops = listOf(result.topCandidates);
  return listOf(result.chosenCandidates).map((chosen, index) => {
    const top = tops[index];
    const candidates = isRecord(top) ? listOf(top.candidates) : [];
    return { ...toEntry(chosen), top_logprobs: candidates.map(toEntry) };
  });
}

function toEntry(value: unknown): JsonObject {
  const candidate = recordOf(value);
  const token = textOf(candidate.token);
  const { logProbability } = candidate;
  return {
    token,
    logprob: typeof logProbability === 'number' ? logProbability : 0, // proto leaves zeros out
    bytes: [...new TextEncoder().encode(token)],
  };
}

export function writeLogprobs(entries: readonly JsonObject[]): JsonObject {
  return {
    chosenCandidates: entries.map(toCandidate),
    topCandidates: entries.map((entry) => ({
      candidates: listOf(entry.top_logprobs).filter(isRecord).map(toCandidate),
    })),
  };
}

const toCandidate = ({ token, logprob }: JsonObject): JsonObject => ({ token, logProbability: logprob });
