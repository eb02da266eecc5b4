/**
 * The log line of a request that was copied to another target: how the two answers compare. Nothing of what was asked or
 * answered stands in it, but for the names of the tools that were called.
 */
import type { Usage } from '../usage/usage.ts';
import type { Ending } from './request-log.ts';

/** One of the two. */
export interface ShadowSide {
  readonly provider: string | null;
  readonly model: string | null;
  /** Upstream calls. */
  readonly attempts: number;
  readonly ending: Ending;
  readonly errorCode: string | null;
  readonly latencyMs: number;
  readonly firstTokenMs: number | null;
  /** In billionths of a US dollar; `null` if a price is not known. */
  readonly costNanoUsd: number | null;
  /** As its provider told it. */
  readonly usage: Usage | null;
  /** `null`: it brought no whole answer, or one that is too long to be compared. */
  readonly facts: {
    readonly outputCharacters: number;
    readonly finish: string;
    readonly tools: readonly string[];
    readonly isJson: boolean | null;
  } | null;
}

export interface ShadowRecord {
  readonly requestId: string;
  readonly project: string | null;
  readonly route: string;
  readonly alias: string;
  readonly wantsStream: boolean;
  readonly wantsJson: boolean;
  readonly primary: ShadowSide;
  readonly shadow: ShadowSide;
}

export function toShadowLine(record: ShadowRecord): object {
  const { primary, shadow } = record;
  return {
    type: 'shadow',
    request_id: record.requestId,
    project: record.project,
    route: record.route,
    alias: record.alias,
    stream: record.wantsStream,
    wants_json: record.wantsJson,
    primary: toFields(primary),
    shadow: toFields(shadow),
    same: primary.facts === null || shadow.facts === null ? null : compare(primary.facts, shadow.facts),
  };
}

const toFields = ({ facts, usage, costNanoUsd, ...side }: ShadowSide): object => ({
  provider: side.provider,
  model: side.model,
  attempts: side.attempts,
  ending: side.ending,
  error_code: side.errorCode,
  latency_ms: side.latencyMs,
  first_token_ms: side.firstTokenMs,
  cost_usd: costNanoUsd === null ? null : costNanoUsd / 1e9,
  input_tokens: usage?.inputTokens ?? null,
  output_tokens: usage?.outputTokens ?? null,
  output_characters: facts?.outputCharacters ?? null,
  finish_reason: facts?.finish.replaceAll('-', '_') ?? null,
  tools: facts?.tools ?? null,
  is_json: facts?.isJson ?? null,
});

type Facts = NonNullable<ShadowSide['facts']>;

const compare = (one: Facts, other: Facts): object => ({
  finish_reason: one.finish === other.finish,
  tools: sorted(one.tools) === sorted(other.tools),
  tool_order: one.tools.join('\n') === other.tools.join('\n'),
  is_json: one.isJson === other.isJson,
});

/** As a set: how often one is called is another matter. */
const sorted = (names: readonly string[]): string => [...new Set(names)].sort().join('\n');
