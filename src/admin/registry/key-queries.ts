/** What the admin API asks of minted keys. */

import { mayTouchProject } from '../actor.ts';
import { findKeyRow, type KeyResource, type KeyRow, toKeyResource } from './key-rows.ts';
import { type Condition, contains, inOwnProjects, type Page, type PageInput, readPage } from './pages.ts';
import type { Reader } from './transaction.ts';

export interface ListKeys extends PageInput {
  readonly project: string | null;
  readonly organization: string | null;
  readonly status: 'active' | 'disabled' | 'revoked' | 'expired' | null;
  readonly tag: string | null;
  /** Part of the name, the id, or the masked key; the case of ASCII letters counts for nothing. */
  readonly search: string | null;
}

export const keyQueries = {
  'keys.list': listKeys,
  'keys.get': getKey,
};

function listKeys(reader: Reader, input: ListKeys): Page<KeyResource> {
  const conditions: Condition[] = [[`status <> 'deleted'`], ...inOwnProjects(reader)];
  if (input.project !== null) conditions.push(['project = ?', input.project]);
  if (input.organization !== null) conditions.push([IN_ORGANIZATION, input.organization]);
  if (input.status !== null) conditions.push(statusCondition(input.status, reader.now));
  if (input.tag !== null)
    conditions.push([`EXISTS (SELECT 1 FROM json_each(fields, '$.tags') WHERE value = ?)`, input.tag]);
  if (input.search !== null) conditions.push(contains(['name', 'id', 'masked'], input.search));
  return readPage(reader, 'keys', conditions, input, (row: KeyRow) =>
    toKeyResource(reader.sql, row, reader.now),
  );
}

const IN_ORGANIZATION =
  'coalesce(organization, (SELECT p.organization FROM projects p WHERE p.name = keys.project)) = ?';

function statusCondition(status: NonNullable<ListKeys['status']>, now: number): Condition {
  switch (status) {
    case 'active':
      return [`status = 'active' AND (expires_at IS NULL OR expires_at > ?)`, now];
    case 'expired':
      return [`status = 'active' AND expires_at <= ?`, now];
    default:
      return ['status = ?', status];
  }
}

function getKey(reader: Reader, { id }: { id: string }): KeyResource | null {
  const row = findKeyRow(reader.sql, id);
  if (row === undefined || !mayTouchProject(reader.actor, row.project)) return null;
  return toKeyResource(reader.sql, row, reader.now);
}
