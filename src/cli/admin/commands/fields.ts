/** Fields of records from arguments: `--set requests_per_minute=60`, `--expires 30d`, repeated options. */
import type { OptionRule } from '../arguments.ts';
import { UsageError } from '../failures.ts';

export const SET: OptionRule = { name: 'set', kind: 'texts', value: 'FIELD=VALUE' };

/**
 * `--set` values by field: JSON where it is JSON (`5`, `true`, `null`, `[{"usd":5,"window":"day"}]`), else text. Throws
 * `UsageError`; what the fields mean is for the gateway to say.
 */
export function parseSettings(texts: readonly string[]): Record<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const text of texts) {
    const equals = text.indexOf('=');
    const name = text.slice(0, equals);
    if (equals < 1 || !/^[a-z][a-z0-9_]*$/.test(name)) throw new UsageError('--set takes FIELD=VALUE');
    if (fields.has(name)) throw new UsageError(`--set ${name} stands there twice`);
    fields.set(name, toValue(text.slice(equals + 1)));
  }
  return Object.fromEntries(fields);
}

function toValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Without the members that nobody said. */
export function definedFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  );
}
