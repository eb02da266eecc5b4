/** What the admin API asks of the configuration's versions. Documents leave with their secrets: showing them redacts. */
import type { SecretsCopy } from '../../keys/edge-copies.ts';
import {
  activationBefore,
  type ConfigVersionRow,
  currentActivation,
  documentText,
  VERSION_COLUMNS,
} from './config-rows.ts';
import { readCopy } from './copies.ts';
import { type Page, type PageInput, readPage } from './pages.ts';
import type { Reader } from './transaction.ts';

/** A version as the admin API shows it, without its document. */
export interface ConfigVersion {
  readonly version: number;
  readonly parent: number;
  readonly created_by: string;
  readonly created_at: string;
  readonly active: boolean;
}

/** A document, and by which number it goes. */
export interface NumberedText {
  /** 0: the document of the variable `GATEWAY_CONFIG`, whose text the Registry does not know. */
  readonly version: number;
  /** JSON text; `null` for version 0 only. */
  readonly text: string | null;
}

/** What a change is checked against: the active document, and the secrets of the same moment. */
export interface ConfigBase extends NumberedText {
  readonly secrets: SecretsCopy;
}

export const configQueries = {
  'config.active': ({ sql }: Reader): NumberedText => numberedText(sql, currentActivation(sql).version),
  'config.base': ({ sql }: Reader): ConfigBase => ({
    ...numberedText(sql, currentActivation(sql).version),
    secrets: readCopy(sql, 'secrets'),
  }),
  'config.get': getVersion,
  'config.list': listVersions,
  'config.before': readBefore,
};

/** `null` for a version that does not exist; 0 always exists. `parent` of 0 is 0. */
function getVersion(
  { sql }: Reader,
  { version }: { version: number },
): (NumberedText & { parent: number }) | null {
  if (version === 0) return { version, text: null, parent: 0 };
  const [row] = sql.exec<{ parent: number }>('SELECT parent FROM config_versions WHERE version = ?', version);
  return row === undefined ? null : { ...numberedText(sql, version), parent: row.parent };
}

function listVersions(reader: Reader, input: PageInput): Page<ConfigVersion> {
  const active = currentActivation(reader.sql).version;
  // Without the documents, of which a page could hold more than fits into memory.
  const versions = `(SELECT version AS seq, ${VERSION_COLUMNS} FROM config_versions)`;
  return readPage(reader, versions, [], input, (row: ConfigVersionRow & { seq: number }) => ({
    version: row.version,
    parent: row.parent,
    created_by: row.created_by,
    created_at: new Date(row.created_at).toISOString(),
    active: row.version === active,
  }));
}

/** What a rollback would return to; `null` if nothing was active before. */
function readBefore({ sql }: Reader): NumberedText | null {
  const before = activationBefore(sql, currentActivation(sql));
  return before === null ? null : numberedText(sql, before.version);
}

const numberedText = (sql: SqlStorage, version: number): NumberedText => ({
  version,
  text: documentText(sql, version),
});
