/** A minted key as the Registry stores it, as the admin API shows it, and as the edges get it. */
import type * as z from 'zod';
import type { keyGrantFields } from '../../config/schema.ts';
import type { LimitEntry, WaitingRoom } from '../../config/schema-limits.ts';
import type { KeyCopy, KeyStatus } from '../../keys/edge-copies.ts';
import { findProjectRow } from './tenant-rows.ts';

export interface KeyRow extends Record<string, SqlStorageValue> {
  readonly seq: number;
  readonly id: string;
  readonly name: string;
  readonly masked: string;
  readonly project: string;
  /** `null`: that of the project. */
  readonly organization: string | null;
  readonly status: string;
  /** Milliseconds since the Unix epoch. */
  readonly expires_at: number | null;
  /** JSON text of `KeyFields`. */
  readonly fields: string;
  readonly version: number;
  readonly created_by: string;
  readonly created_at: number;
  readonly updated_at: number;
}

type Output<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;

/** Limits as the contract names them; absent ones set none. */
export type LimitFields = LimitEntry;

/** Key-entry fields that nothing is searched by. */
export type KeyFields = LimitFields &
  Pick<
    Output<ReturnType<typeof keyGrantFields>>,
    'models' | 'denied_models' | 'routes' | 'ip_ranges' | 'tags' | 'log_content' | 'metering' | 'waiting_room'
  >;

/** A key as the admin API shows it. Nothing in it opens a door, and nothing in it can be searched for a door. */
export interface KeyResource extends LimitFields {
  readonly id: string;
  readonly name: string;
  readonly masked_key: string;
  readonly project: string;
  readonly organization: string | null;
  readonly status: 'active' | 'disabled' | 'revoked' | 'expired';
  readonly models: string[] | null;
  readonly denied_models: string[];
  readonly routes: string[] | null;
  readonly ip_ranges: string[] | null;
  readonly tags: string[];
  readonly log_content: boolean;
  readonly metering: boolean;
  readonly waiting_room: WaitingRoom | null;
  readonly expires_at: string | null;
  readonly previous_key_expires_at: string | null;
  readonly created_at: string;
  readonly created_by: string;
  readonly updated_at: string;
  readonly version: number;
}

interface SecretRow extends Record<string, SqlStorageValue> {
  readonly sha256: string;
  readonly created_at: number;
  readonly expires_at: number | null;
}

export function findKeyRow(sql: SqlStorage, id: string): KeyRow | undefined {
  return [...sql.exec<KeyRow>(`SELECT * FROM keys WHERE id = ? AND status <> 'deleted'`, id)][0];
}

export function toKeyResource(sql: SqlStorage, row: KeyRow, now: number): KeyResource {
  const { models, denied_models, routes, ip_ranges, tags, log_content, metering, waiting_room, ...limits } =
    parseFields(row.fields);
  const isExpired = row.status === 'active' && row.expires_at !== null && row.expires_at <= now;
  return {
    id: row.id,
    name: row.name,
    masked_key: row.masked,
    project: row.project,
    organization: organizationOf(sql, row),
    models: models ?? null,
    denied_models: denied_models ?? [],
    routes: routes ?? null,
    ip_ranges: ip_ranges ?? null,
    tags: tags ?? [],
    log_content: log_content ?? false,
    metering: metering ?? true,
    waiting_room: waiting_room ?? null,
    ...limits,
    status: isExpired ? 'expired' : (row.status as KeyResource['status']), // written by commands only
    expires_at: toIso(row.expires_at),
    previous_key_expires_at: toIso(previousSecretExpiry(sql, row.id, now)),
    created_at: new Date(row.created_at).toISOString(),
    created_by: row.created_by,
    updated_at: new Date(row.updated_at).toISOString(),
    version: row.version,
  };
}

/** A key is in the organisation of its project, also when that moves, unless it was given another. */
const organizationOf = (sql: SqlStorage, { organization, project }: KeyRow): string | null =>
  organization ?? findProjectRow(sql, project)?.organization ?? null;

/** When the secret that a rotation replaced ends, while it still counts. */
function previousSecretExpiry(sql: SqlStorage, id: string, now: number): number | null {
  const [row] = sql.exec<{ expires_at: number }>(
    'SELECT expires_at FROM key_secrets WHERE key_id = ? AND expires_at > ? ORDER BY expires_at DESC LIMIT 1',
    id,
    now,
  );
  return row?.expires_at ?? null;
}

/** Deleted keys have a copy too: it is what tells the edges that they are gone. */
export function readKeyCopy(sql: SqlStorage, id: string): KeyCopy | null {
  const [row] = sql.exec<KeyRow>('SELECT * FROM keys WHERE id = ?', id);
  if (row === undefined) return null;
  const secrets = sql.exec<SecretRow>('SELECT * FROM key_secrets WHERE key_id = ? ORDER BY created_at', id);
  const { models, denied_models, routes, ip_ranges, tags, log_content, metering, waiting_room, ...limits } =
    parseFields(row.fields);
  return {
    id: row.id,
    version: row.version,
    status: row.status as KeyStatus, // written by commands only
    name: row.name,
    project: row.project,
    organization: organizationOf(sql, row),
    secrets: [...secrets].map(({ sha256, expires_at }) => ({ sha256, expiresAt: expires_at })),
    models: models ?? null,
    deniedModels: denied_models ?? [],
    routes: routes ?? null,
    ipRanges: ip_ranges ?? null,
    expiresAt: row.expires_at,
    tags: tags ?? [],
    logContent: log_content ?? false,
    isMetered: metering ?? true,
    limits,
    ...(waiting_room === undefined ? {} : { waitingRoom: waiting_room }),
  };
}

export const parseFields = (text: string): KeyFields => JSON.parse(text) as KeyFields; // written by commands only

const toIso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
