/** Sums of what requests consumed. */
import type { SettledRequest, UsageSum } from '../ledger-protocol.ts';

export const NO_USAGE: UsageSum = {
  requests: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  nanoUsd: 0,
  estimatedRequests: 0,
  unpricedRequests: 0,
};

/** What a settlement adds. A part told before the end counts as no request. */
export function usageOf({ used, consumption }: SettledRequest): UsageSum {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, reasoningTokens } = consumption;
  return {
    requests: used.requests,
    inputTokens,
    outputTokens,
    cacheReadTokens,
    cacheWriteTokens,
    reasoningTokens,
    nanoUsd: used.nanoUsd,
    estimatedRequests: consumption.isEstimated ? used.requests : 0,
    unpricedRequests: consumption.isUnpriced ? used.requests : 0,
  };
}

export function addUsage(a: UsageSum, b: UsageSum): UsageSum {
  return {
    requests: a.requests + b.requests,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
    nanoUsd: a.nanoUsd + b.nanoUsd,
    estimatedRequests: a.estimatedRequests + b.estimatedRequests,
    unpricedRequests: a.unpricedRequests + b.unpricedRequests,
  };
}
