/** Rows of `GET /admin/v1/usage`: what a page of keys or projects used, put together in the way that was asked for. */

import type { Standing, SubjectUsage, UsageDay, UsageSum } from '../usage-desk.ts';
import type { ListedSubject } from './usage-subjects.ts';

export const GROUPINGS = ['key', 'project', 'model', 'day'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface ReadSubject extends ListedSubject {
  readonly usage: SubjectUsage;
}

/** What a row is about: a key, a project, a model, or a day. */
export interface UsageRow {
  readonly key_id?: string;
  readonly key?: string;
  readonly project?: string;
  readonly model?: string;
  readonly day?: string;
  readonly requests: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_write_tokens: number;
  readonly reasoning_tokens: number;
  readonly cost_usd: number;
  readonly estimated_requests: number;
  readonly unpriced_requests: number;
  /** Of keys and projects. */
  readonly limits?: Standing['limits'][number][];
  readonly concurrency?: Standing['concurrency'];
  readonly budgets?: Standing['budgets'][number][];
}

/** Keys and projects in the order in which they came, models and days by name. */
export function toRows(subjects: readonly ReadSubject[], by: Grouping): UsageRow[] {
  switch (by) {
    case 'key':
      return subjects.map(({ key, project, usage }) => ({
        ...(key === null ? {} : { key_id: key.id, key: key.name }),
        project,
        ...toSums(sumOf(usage.days)),
        ...toStanding(usage),
      }));
    case 'project':
      // What a single key has left says nothing of its project.
      return subjects.map(({ key, project, usage }) => ({
        project,
        ...toSums(sumOf(usage.days)),
        ...(key === null ? toStanding(usage) : {}),
      }));
    case 'model':
    case 'day': {
      const sums = new Map<string, UsageSum>();
      for (const { usage } of subjects)
        for (const day of usage.days) sums.set(day[by], add(sums.get(day[by]) ?? NOTHING, day));
      const sorted = [...sums].toSorted(([one], [other]) => (one < other ? -1 : 1));
      return sorted.map(([name, sum]) => ({ [by]: name, ...toSums(sum) }));
    }
    default:
      return by satisfies never;
  }
}

const toStanding = ({ standing: { limits, concurrency, budgets } }: SubjectUsage) => ({
  limits: [...limits],
  concurrency,
  budgets: [...budgets],
});

const NOTHING: UsageSum = {
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

const sumOf = (days: readonly UsageDay[]): UsageSum => days.reduce<UsageSum>(add, NOTHING);

const add = (one: UsageSum, other: UsageSum): UsageSum => ({
  requests: one.requests + other.requests,
  inputTokens: one.inputTokens + other.inputTokens,
  outputTokens: one.outputTokens + other.outputTokens,
  cacheReadTokens: one.cacheReadTokens + other.cacheReadTokens,
  cacheWriteTokens: one.cacheWriteTokens + other.cacheWriteTokens,
  reasoningTokens: one.reasoningTokens + other.reasoningTokens,
  nanoUsd: one.nanoUsd + other.nanoUsd,
  estimatedRequests: one.estimatedRequests + other.estimatedRequests,
  unpricedRequests: one.unpricedRequests + other.unpricedRequests,
});

const NANO_USD_PER_USD = 1_000_000_000;

const toSums = (sum: UsageSum) => ({
  requests: sum.requests,
  input_tokens: sum.inputTokens,
  output_tokens: sum.outputTokens,
  cache_read_tokens: sum.cacheReadTokens,
  cache_write_tokens: sum.cacheWriteTokens,
  reasoning_tokens: sum.reasoningTokens,
  cost_usd: sum.nanoUsd / NANO_USD_PER_USD,
  estimated_requests: sum.estimatedRequests,
  unpriced_requests: sum.unpricedRequests,
});
