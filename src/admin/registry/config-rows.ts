/** Versions of the configuration document, and which of them was active when. */

/** A version without its document, which may be long. */
export interface ConfigVersionRow extends Record<string, SqlStorageValue> {
  readonly version: number;
  /** Version that was active when this one was stored: what it was made from. */
  readonly parent: number;
  readonly created_by: string;
  /** Milliseconds since the Unix epoch. */
  readonly created_at: number;
}

/** Columns of `ConfigVersionRow`, for a SELECT. */
export const VERSION_COLUMNS = 'version, parent, created_by, created_at';

export interface Activation extends Record<string, SqlStorageValue> {
  readonly seq: number;
  /** 0: the document of the variable `GATEWAY_CONFIG`. */
  readonly version: number;
  /** `seq` of the activation that a rollback returns to; `null`: there is none. */
  readonly previous: number | null;
}

/** What counts before anything was ever activated: the variable's document. */
const START: Activation = { seq: 0, version: 0, previous: null };

/** The activation that counts. */
export function currentActivation(sql: SqlStorage): Activation {
  const [row] = sql.exec<Activation>(
    'SELECT seq, version, previous FROM config_activations ORDER BY seq DESC LIMIT 1',
  );
  return row ?? START;
}

/** What a rollback from `activation` returns to; `null` if nothing was active before. */
export function activationBefore(sql: SqlStorage, { previous }: Activation): Activation | null {
  if (previous === null) return null;
  const [row] = sql.exec<Activation>(
    'SELECT seq, version, previous FROM config_activations WHERE seq = ?',
    previous,
  );
  return row ?? START;
}

/** JSON text of a version's document; `null` for 0, which is not stored here, and for one that does not exist. */
export function documentText(sql: SqlStorage, version: number): string | null {
  const [row] = sql.exec<{ document: string }>(
    'SELECT document FROM config_versions WHERE version = ?',
    version,
  );
  return row?.document ?? null;
}
