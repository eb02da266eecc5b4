/** What the admin API asks of invalidations: those that stand. Who has projects of their own sees those of them. */
import type { InvalidationKind } from '../../keys/invalidations-copy.ts';
import {
  type InvalidationResource,
  type InvalidationRow,
  toInvalidationResource,
} from './invalidation-rows.ts';
import { type Condition, inOwnProjects, type Page, type PageInput, readPage } from './pages.ts';
import type { Reader } from './transaction.ts';

export interface ListInvalidations extends PageInput {
  readonly project: string | null;
  readonly kind: InvalidationKind | null;
}

export const invalidationQueries = {
  'cache.list': listInvalidations,
};

function listInvalidations(reader: Reader, input: ListInvalidations): Page<InvalidationResource> {
  const conditions: Condition[] = inOwnProjects(reader);
  if (input.project !== null) conditions.push(['project = ?', input.project]);
  if (input.kind !== null) conditions.push(['kind = ?', input.kind]);
  return readPage(reader, 'invalidations', conditions, input, (row: InvalidationRow) =>
    toInvalidationResource(row),
  );
}
