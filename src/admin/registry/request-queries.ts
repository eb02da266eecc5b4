/** What the admin API asks of requests. */
import { mayTouchProject } from '../actor.ts';
import { type Condition, inOwnProjects, type Page, type PageInput, readPage } from './pages.ts';
import {
  type RequestKind,
  type RequestResource,
  type RequestRow,
  type RequestStatus,
  toRequestResource,
} from './request-rows.ts';
import type { Reader } from './transaction.ts';

export interface ListRequests extends PageInput {
  readonly status: RequestStatus | null;
  readonly kind: RequestKind | null;
  readonly project: string | null;
}

export const requestQueries = {
  'requests.list': listRequests,
  'requests.get': getRequest,
};

function listRequests(reader: Reader, input: ListRequests): Page<RequestResource> {
  const conditions: Condition[] = inOwnProjects(reader);
  for (const column of ['status', 'kind', 'project'] as const) {
    const value = input[column];
    if (value !== null) conditions.push([`${column} = ?`, value]);
  }
  return readPage(reader, 'requests', conditions, input, toRequestResource);
}

function getRequest({ sql, actor }: Reader, { id }: { id: string }): RequestResource | null {
  const [row] = sql.exec<RequestRow>('SELECT * FROM requests WHERE id = ?', id);
  return row === undefined || !mayTouchProject(actor, row.project) ? null : toRequestResource(row);
}
