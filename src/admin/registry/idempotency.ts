/** What creates with an `Idempotency-Key` answered, so that a repeated one makes nothing new. */
import { isRecord } from '../../is-record.ts';
import { type CommandName, type Idempotency, QUERIES } from './commands.ts';
import { type Reader, Refusal } from './transaction.ts';

/** How long a repetition is known as one. */
export const REMEMBERED_MS = 24 * 3_600_000;

/** `scope`: who asked for what kind of thing. Throws a `Refusal` if the key was used for something else. */
export function recallResult(
  sql: SqlStorage,
  scope: string,
  { key, fingerprint }: Idempotency,
): { result: unknown } | null {
  const [row] = sql.exec<{ fingerprint: string; result: string }>(
    'SELECT fingerprint, result FROM idempotency WHERE scope = ? AND key = ?',
    scope,
    key,
  );
  if (row === undefined) return null;
  if (row.fingerprint !== fingerprint)
    throw new Refusal('conflict', 'This Idempotency-Key was used for another request.', 'idempotency-key');
  return { result: JSON.parse(row.result) };
}

type CreateName = Extract<CommandName, `${string}.create`>;
type ReadOne = (reader: Reader, input: { id: string }) => unknown;

/** What reads the thing that a create made. */
const READ_BY: Readonly<Record<CreateName, ReadOne>> = {
  'keys.create': QUERIES['keys.get'],
  'projects.create': QUERIES['projects.get'],
  'organizations.create': QUERIES['organizations.get'],
  'requests.create': QUERIES['requests.get'],
};

/**
 * What the create made, as it is now: a repetition must not call a key active that was revoked since. As it was then, if
 * it is gone.
 */
export function readAgain(reader: Reader, command: string, result: unknown): unknown {
  const read = (READ_BY as Readonly<Record<string, ReadOne>>)[command];
  if (read === undefined || !isRecord(result) || typeof result.id !== 'string') return result;
  return read(reader, { id: result.id }) ?? result;
}

export function rememberResult(
  sql: SqlStorage,
  scope: string,
  { key, fingerprint }: Idempotency,
  result: unknown,
  now: number,
): void {
  sql.exec(
    'INSERT INTO idempotency VALUES (?, ?, ?, ?, ?)',
    scope,
    key,
    fingerprint,
    JSON.stringify(result),
    now,
  );
}

export function forgetResults(sql: SqlStorage, now: number): void {
  sql.exec('DELETE FROM idempotency WHERE at < ?', now - REMEMBERED_MS);
}
