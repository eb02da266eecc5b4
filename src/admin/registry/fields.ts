/** Fields that are stored as JSON text: absent is the only way to say that one is not set. */
import { Refusal } from './transaction.ts';

/** As clients send them: `null` and absence say the same, or in a change, `null` takes away. */
export type Nullable<Fields> = { readonly [Name in keyof Fields]?: Fields[Name] | null | undefined };

/** Whether a change of fields says anything at all. */
export const isEmptyChange = (fields: object): boolean =>
  Object.values(fields).every((value) => value === undefined);

/**
 * As they are stored: without nulls. Throws a `Refusal` that names the longest one if they are too many: lists and pulses
 * hold hundreds of things, and what goes from one isolate to another may not be larger than 32 MiB.
 */
export function toStoredFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const stored = Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  );
  if (lengthOf(stored) > MAX_CHARACTERS) throw new Refusal('invalid_request', TOO_LONG, longestOf(stored));
  return stored;
}

/** Of JSON. */
const MAX_CHARACTERS = 32 * 1024;
const TOO_LONG = `is too long: all fields together may take ${MAX_CHARACTERS} characters of JSON`;

const lengthOf = (value: unknown): number => JSON.stringify(value).length;

function longestOf(fields: Readonly<Record<string, unknown>>): string | null {
  const lengths = Object.entries(fields).map(([name, value]) => [name, lengthOf(value)] as const);
  return lengths.toSorted(([, one], [, other]) => other - one)[0]?.[0] ?? null;
}
