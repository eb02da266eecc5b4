/**
 * The log line of a request: one JSON object, by the names that `docs/operations.md` lists. No prompt, no key and
 * no header value stands in it, but for `x-edgeway-metadata`, the trace id and request ids.
 */
import type { Usage } from '../usage/usage.ts';

export type Ending = 'complete' | 'client_abort' | 'upstream_error' | 'timeout' | 'rejected';

export interface RequestRecord {
  readonly requestId: string;
  readonly traceId: string | null;
  /** Name of the key; `null` if the request was not identified. */
  readonly keyName: string | null;
  readonly project: string | null;
  /** On whose behalf the credential asked, where it says so. */
  readonly endUser: string | null;
  /** The token that was sent, if it was one that a key minted. */
  readonly token: { readonly id: string; readonly name: string | null } | null;
  readonly route: string;
  readonly alias: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  /** Upstream calls. */
  readonly attempts: number;
  /** What the client got; 499 if it had left before an answer began. */
  readonly status: number;
  readonly ending: Ending;
  readonly errorCode: string | null;
  readonly cache: string;
  readonly usage: Usage | null;
  /** Of all attempts, in billionths of a US dollar; `null` if a price is not known. */
  readonly costNanoUsd: number | null;
  /** Limits could not be asked for, and the operator lets requests go on then. */
  readonly isUnchecked: boolean;
  readonly latencyMs: number;
  readonly firstTokenMs: number | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly upstreamRequestId: string | null;
  /** Whose measurements counted; `null` if no target was looked for. */
  readonly region: string | null;
  /** Of the alias, that of the target that answered or was asked last. */
  readonly arm: string | null;
  /** Of an alias, every target that was considered, in order. */
  readonly routing: readonly ConsideredTarget[] | null;
}

export interface ConsideredTarget {
  readonly provider: string;
  readonly model: string;
  readonly standing: string;
  readonly reason: string;
}

export function toLogLine(record: RequestRecord): object {
  return {
    type: 'request',
    request_id: record.requestId,
    trace_id: record.traceId,
    key: record.keyName,
    project: record.project,
    end_user: record.endUser,
    token: record.token,
    route: record.route,
    alias: record.alias,
    provider: record.provider,
    model: record.model,
    attempts: record.attempts,
    status: record.status,
    ending: record.ending,
    error_code: record.errorCode,
    cache: record.cache,
    usage: record.usage === null ? null : toUsageFields(record.usage),
    cost_usd: record.costNanoUsd === null ? null : record.costNanoUsd / 1e9,
    limits_unchecked: record.isUnchecked,
    latency_ms: record.latencyMs,
    first_token_ms: record.firstTokenMs,
    metadata: record.metadata,
    upstream_request_id: record.upstreamRequestId,
    region: record.region,
    arm: record.arm,
    routing: record.routing === null ? null : record.routing.map(toRoutingFields),
  };
}

const toRoutingFields = ({ provider, model, standing, reason }: ConsideredTarget): object => ({
  target: `${provider}/${model}`,
  standing,
  reason,
});

function toUsageFields(usage: Usage): object {
  return {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cache_read_tokens: usage.cacheReadTokens,
    cache_write_tokens: usage.cacheWriteTokens,
    reasoning_tokens: usage.reasoningTokens,
    estimated: usage.estimated,
  };
}
