/** What developers ask for, as the Registry stores it and as the admin API shows it. */
import { identityOf } from '../actor.ts';
import type { KeyFields, LimitFields } from './key-rows.ts';

export const REQUEST_KINDS = ['key', 'model', 'limits'] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** `claimed`: of an approved key, that it was taken. */
export const REQUEST_STATUSES = ['pending', 'approved', 'refused', 'claimed'] as const;
export type RequestStatus = (typeof REQUEST_STATUSES)[number];

export interface RequestRow extends Record<string, SqlStorageValue> {
  readonly seq: number;
  readonly id: string;
  readonly kind: string;
  readonly project: string;
  /** The key that is to be changed. */
  readonly key_id: string | null;
  readonly status: string;
  /** JSON text of what is asked, by kind. */
  readonly fields: string;
  readonly reason: string | null;
  readonly requested_by: string;
  readonly requested_by_issuer: string | null;
  readonly requested_at: number;
  readonly decided_by: string | null;
  readonly decided_by_issuer: string | null;
  readonly decided_at: number | null;
  readonly decision_note: string | null;
  /** The key that was minted. */
  readonly result_key_id: string | null;
}

/** A key to be minted. */
export interface AskedKey extends KeyFields {
  readonly name: string;
  /** ISO 8601. */
  readonly expires_at?: string | undefined;
}
/** Models that a key is to have besides those it has. */
export interface AskedModels {
  readonly models: string[];
}
/** Limits that a key is to have instead; `null` takes one away. */
export type AskedLimits = { readonly [Name in keyof LimitFields]?: LimitFields[Name] | null | undefined };

export type Asked =
  | { readonly kind: 'key'; readonly asked: AskedKey }
  | { readonly kind: 'model'; readonly asked: AskedModels }
  | { readonly kind: 'limits'; readonly asked: AskedLimits };

export type RequestResource = Asked & {
  readonly id: string;
  readonly project: string;
  readonly key_id: string | null;
  readonly status: RequestStatus;
  readonly reason: string | null;
  readonly requested_by: string;
  readonly requested_by_issuer: string | null;
  readonly requested_at: string;
  readonly decided_by: string | null;
  readonly decided_by_issuer: string | null;
  readonly decided_at: string | null;
  readonly decision_note: string | null;
  readonly result_key_id: string | null;
};

/** Kind, fields and status are written by commands only. */
export function toRequestResource(row: RequestRow): RequestResource {
  return {
    ...toAsked(row),
    id: row.id,
    project: row.project,
    key_id: row.key_id,
    status: row.status as RequestStatus,
    reason: row.reason,
    requested_by: row.requested_by,
    requested_by_issuer: row.requested_by_issuer,
    requested_at: new Date(row.requested_at).toISOString(),
    decided_by: row.decided_by,
    decided_by_issuer: row.decided_by_issuer,
    decided_at: row.decided_at === null ? null : new Date(row.decided_at).toISOString(),
    decision_note: row.decision_note,
    result_key_id: row.result_key_id,
  };
}

/** Who asked, as `identityOf` says it of an actor. */
export const requesterOf = (row: RequestRow): string =>
  identityOf({ issuer: row.requested_by_issuer, subject: row.requested_by });

export const toAsked = ({ kind, fields }: RequestRow): Asked =>
  ({ kind, asked: JSON.parse(fields) }) as Asked; // written by commands only
