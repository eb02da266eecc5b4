/** Invalidations as the Registry stores them, as the admin API shows them, and as the edges are told of them. */
import type {
  Invalidation,
  InvalidationKind,
  InvalidationsCopy,
  InvalidationTarget,
  Owners,
} from '../../keys/invalidations-copy.ts';

export interface InvalidationRow extends Record<string, SqlStorageValue> {
  /** The number that entries are compared with. */
  readonly seq: number;
  /** JSON text of `Owners`. */
  readonly owners: string;
  readonly project: string | null;
  readonly kind: string;
  /** Empty for `all`. */
  readonly value: string;
  readonly created_by: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

export interface InvalidationResource {
  readonly generation: number;
  /** `null`: of any. */
  readonly project: string | null;
  /** `null`: of credentials that name none. Absent: of any, and of none. */
  readonly organization?: string | null;
  readonly kind: InvalidationKind;
  /** `null` for `all`. */
  readonly value: string | null;
  readonly created_at: string;
  readonly created_by: string;
}

/** Always the same text for the same owners. */
export const ownersText = ({ project, organization }: Owners): string =>
  JSON.stringify({ project, organization });

/** Of everybody's entries. */
export const EVERYBODY = ownersText({ project: null });

function toTarget({ owners, kind, value }: InvalidationRow): InvalidationTarget {
  const written = JSON.parse(owners) as Owners; // by `ownersText`
  return { ...written, kind: kind as InvalidationKind, value: kind === 'all' ? null : value }; // written by commands only
}

export const toInvalidationResource = (row: InvalidationRow): InvalidationResource => ({
  generation: row.seq,
  ...toTarget(row),
  created_at: new Date(row.at).toISOString(),
  created_by: row.created_by,
});

export function readInvalidations(sql: SqlStorage): Omit<InvalidationsCopy, 'version'> {
  const rows = sql.exec<InvalidationRow>('SELECT * FROM invalidations ORDER BY seq');
  const entries = [...rows].map((row): Invalidation => ({ generation: row.seq, ...toTarget(row) }));
  return { generation: entries.at(-1)?.generation ?? 0, entries };
}
