/**
 * Asking and deciding: who may not mint or change keys asks for it, somebody else decides, and both are in the audit
 * trail. Approving changes a key in the same transaction; a new key is minted when it is claimed, because its secret is
 * shown once, to whoever takes it.
 */

import { type Actor, identityOf } from '../actor.ts';
import { type Nullable, toStoredFields } from './fields.ts';
import { changeKey, createKey, type NewSecret, requireKey } from './key-commands.ts';
import { findKeyRow, type KeyResource, type KeyRow, parseFields } from './key-rows.ts';
import {
  type Asked,
  type AskedKey,
  type AskedLimits,
  type RequestResource,
  type RequestRow,
  type RequestStatus,
  requesterOf,
  toAsked,
  toRequestResource,
} from './request-rows.ts';
import { ensureProject, findProjectRow } from './tenant-rows.ts';
import { Refusal, type Transaction } from './transaction.ts';

export type CreateRequest = { readonly reason: string | null } & (
  | { readonly kind: 'key'; readonly project: string; readonly asked: Nullable<AskedKey> & { name: string } }
  | { readonly kind: 'model'; readonly keyId: string; readonly models: string[] }
  | { readonly kind: 'limits'; readonly keyId: string; readonly limits: AskedLimits }
);

/** A wish that is about a key which exists. */
type AskedChange = Exclude<Asked, { kind: 'key' }>;

interface Decision {
  readonly id: string;
  readonly note: string | null;
}

const NO_SUCH_REQUEST = 'There is no such request.';

/** Of one identity: whoever decides has to see what others ask for. */
export const MAX_PENDING_REQUESTS = 100;

export const requestCommands = {
  'requests.create': createRequest,
  'requests.approve': approveRequest,
  'requests.refuse': refuseRequest,
  'requests.claim': claimRequest,
};

function createRequest(transaction: Transaction, input: CreateRequest): RequestResource {
  const { sql, now, actor } = transaction;
  const { project, keyId, asked } = prepare(transaction, input);
  requireRoom(transaction);
  const row = sql
    .exec<RequestRow>(
      `INSERT INTO requests (id, kind, project, key_id, status, fields, reason, requested_by, requested_by_issuer,
         requested_at) VALUES (?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?) RETURNING *`,
      transaction.newId('req'),
      input.kind,
      project,
      keyId,
      JSON.stringify(asked),
      input.reason,
      actor.subject,
      actor.issuer,
      now,
    )
    .one();
  const after = toRequestResource(row);
  transaction.audit({ action: 'request.create', target: row.id, project, before: null, after });
  return after;
}

function requireRoom({ sql, actor }: Transaction): void {
  const { pending } = sql
    .exec<{ pending: number }>(
      `SELECT count(*) AS pending FROM requests
       WHERE status = 'pending' AND requested_by = ? AND requested_by_issuer IS ?`,
      actor.subject,
      actor.issuer,
    )
    .one();
  if (pending >= MAX_PENDING_REQUESTS)
    throw new Refusal(
      'conflict',
      `You have ${pending} pending requests, and no more are taken until some are decided.`,
    );
}

interface Prepared {
  readonly project: string;
  readonly keyId: string | null;
  readonly asked: object;
}

function prepare(transaction: Transaction, input: CreateRequest): Prepared {
  switch (input.kind) {
    case 'key': {
      const { project, asked } = input;
      transaction.requireProject(project, `There is no project ${JSON.stringify(project)}.`);
      return { project, keyId: null, asked: toStoredFields(asked) };
    }
    case 'model':
      return prepareChange(transaction, input.keyId, { kind: 'model', asked: { models: input.models } });
    case 'limits':
      return prepareChange(transaction, input.keyId, { kind: 'limits', asked: input.limits });
    default:
      return input satisfies never;
  }
}

/** What cannot be granted is refused when it is asked for. */
function prepareChange(transaction: Transaction, keyId: string, wish: AskedChange): Prepared {
  const key = requireKey(transaction, keyId);
  grantedFields(key, wish);
  return { project: key.project, keyId, asked: wish.asked };
}

function approveRequest(transaction: Transaction, { id, note }: Decision): RequestResource {
  const row = requireRequest(transaction, id);
  requireStatus(row, 'pending');
  const { actor } = transaction;
  if (isRequester(row, actor) && actor.role !== 'owner')
    throw new Refusal('permission_denied', 'Somebody else has to approve what you asked for.');
  grant(transaction, row);
  return changeRequest(transaction, row, 'approve', () => decide(transaction, id, 'approved', note));
}

/** Also a key that was approved and not claimed yet: up to then nothing was done that could not be taken back. */
function refuseRequest(transaction: Transaction, { id, note }: Decision): RequestResource {
  const row = requireRequest(transaction, id);
  const isUnclaimed = row.kind === 'key' && row.status === 'approved';
  if (!isUnclaimed) requireStatus(row, 'pending');
  return changeRequest(transaction, row, 'refuse', () => decide(transaction, id, 'refused', note));
}

/** Once, by whoever asked, or by whoever may mint keys anyway. */
function claimRequest(transaction: Transaction, input: { id: string; secret: NewSecret }): KeyResource {
  const { sql, actor } = transaction;
  const row = requireRequest(transaction, input.id);
  requireStatus(row, 'approved');
  const { kind, asked } = toAsked(row);
  if (kind !== 'key') throw new Refusal('conflict', 'What was asked for is done: there is no key to take.');
  if (!isRequester(row, actor) && actor.role === 'developer')
    throw new Refusal('permission_denied', 'Only who asked for the key may take it, or who may mint keys.');
  if (findProjectRow(sql, row.project) === undefined)
    throw new Refusal('conflict', 'The project was deleted since.');
  const { name, expires_at: expiresAt, ...fields } = asked;
  const key = createKey(transaction, {
    secret: input.secret,
    name,
    project: row.project,
    organization: null,
    expiresAt: expiresAt === undefined ? null : Date.parse(expiresAt),
    fields,
  });
  changeRequest(transaction, row, 'claim', () =>
    sql.exec(`UPDATE requests SET status = 'claimed', result_key_id = ? WHERE id = ?`, key.id, row.id),
  );
  return key;
}

/** What approving does at once. For a key that is minted later, it makes the project. */
function grant(transaction: Transaction, row: RequestRow): void {
  const wish = toAsked(row);
  if (wish.kind === 'key') {
    ensureProject(transaction, row.project, null);
    return;
  }
  const key = findKeyRow(transaction.sql, row.key_id ?? '');
  if (key === undefined) throw new Refusal('conflict', 'The key was deleted since.');
  const fields = JSON.stringify(grantedFields(key, wish));
  changeKey(transaction, key, 'key.update', () => {
    transaction.sql.exec('UPDATE keys SET fields = ? WHERE id = ?', fields, key.id);
  });
}

/** The key's fields with what is asked for; throws a `Refusal` if that is nothing that can be granted. */
function grantedFields(key: KeyRow, { kind, asked }: AskedChange): object {
  if (key.status === 'revoked') throw new Refusal('conflict', 'The key is revoked, which is for good.');
  const fields = parseFields(key.fields);
  if (kind === 'limits') return toStoredFields({ ...fields, ...asked });
  if (fields.models === undefined) throw new Refusal('conflict', 'The key has all models already.', 'models');
  const has = new Set(fields.models);
  if (asked.models.every((model) => has.has(model)))
    throw new Refusal('conflict', 'The key has these models already.', 'models');
  return toStoredFields({ ...fields, models: [...new Set([...has, ...asked.models])] });
}

function decide({ sql, now, actor }: Transaction, id: string, status: RequestStatus, note: string | null) {
  sql.exec(
    `UPDATE requests SET status = ?, decided_by = ?, decided_by_issuer = ?, decided_at = ?, decision_note = ?
     WHERE id = ?`,
    status,
    actor.subject,
    actor.issuer,
    now,
    note,
    id,
  );
}

function changeRequest(
  transaction: Transaction,
  row: RequestRow,
  verb: 'approve' | 'refuse' | 'claim',
  change: () => void,
): RequestResource {
  change();
  const changed = transaction.sql.exec<RequestRow>('SELECT * FROM requests WHERE id = ?', row.id).one();
  const after = toRequestResource(changed);
  transaction.audit({
    action: `request.${verb}`,
    target: row.id,
    project: row.project,
    before: toRequestResource(row),
    after,
  });
  return after;
}

const isRequester = (row: RequestRow, actor: Actor): boolean => requesterOf(row) === identityOf(actor);

function requireRequest(transaction: Transaction, id: string): RequestRow {
  const [row] = transaction.sql.exec<RequestRow>('SELECT * FROM requests WHERE id = ?', id);
  if (row === undefined) throw new Refusal('resource_not_found', NO_SUCH_REQUEST);
  transaction.requireProject(row.project, NO_SUCH_REQUEST);
  return row;
}

function requireStatus(row: RequestRow, status: RequestStatus): void {
  if (row.status !== status) throw new Refusal('conflict', `The request is ${row.status}, not ${status}.`);
}
