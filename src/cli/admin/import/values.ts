/** Reads members of files of others: a wrong type is as good as nothing. */

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

/** A number, or the text of one. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

export const positiveIntegerOf = (value: unknown): number | undefined => {
  const number = numberOf(value);
  return number !== undefined && Number.isSafeInteger(number) && number > 0 ? number : undefined;
};

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const textsOf = (value: unknown): string[] =>
  listOf(value)
    .map(textOf)
    .filter((text) => text !== undefined);

/** `"a, b"` as a list. */
export const commaListOf = (value: unknown): string[] =>
  (textOf(value) ?? '')
    .split(/[,\n]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');

/** Nothing that was said: `null`, `''`, `[]`, `{}`, `false`, `0`. */
export function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === '' || value === false || value === 0;
}

/** Of a member that may be JSON text: `undefined` if it is none. */
export function parseJsonText(value: unknown): unknown {
  const text = textOf(value);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A key's name: one line of what can be seen, at most 200 characters. */
export const toKeyName = (...wishes: readonly unknown[]): string => {
  const said = wishes.map(textOf).find((text) => text !== undefined && text.replace(/\p{C}/gu, '') !== '');
  return (said ?? 'imported').replace(/\p{C}/gu, '').slice(0, 200);
};

/** An entry of a table by a name of a file; `toString` is in no table. */
export const lookUp = <Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;
