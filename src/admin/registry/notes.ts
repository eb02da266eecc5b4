/** Single values that the Registry keeps for itself. */

export function readNote(sql: SqlStorage, name: string): string | null {
  const [row] = sql.exec<{ value: string }>('SELECT value FROM meta WHERE name = ?', name);
  return row?.value ?? null;
}

export function writeNote(sql: SqlStorage, name: string, value: string): void {
  sql.exec(
    'INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    name,
    value,
  );
}
