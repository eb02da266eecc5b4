/**
 * JSON whose long integers keep their digits: ids of 64 bits, and bounds in schemas (wire 63). What a number cannot
 * hold becomes raw JSON, which `JSON.stringify` writes as it came and no check takes for a number or a record.
 * Source: https://tc39.es/proposal-json-parse-with-source/
 */
import { isLongNumber, type LongNumber } from './is-record.ts';

declare global {
  interface JSON {
    /** Throws `SyntaxError` for what is no JSON primitive. */
    rawJSON(text: string): LongNumber;
  }
}

/** Throws as `JSON.parse` does. */
export const parseExact = (text: string): unknown =>
  SIXTEEN_DIGITS.test(text) && LONG_NUMBER.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);

/** Written out, because engines skip through a text for this and walk through it for `\d{16}`. */
const SIXTEEN_DIGITS = /\d\d\d\d\d\d\d\d\d\d\d\d\d\d\d\d/;
/** Not what follows a decimal point: probabilities have that many digits. */
const LONG_NUMBER = /(?:^|[\s:,[-])\d{16}/;

/** Smaller numbers differ from their text by less than anyone computes with. */
const keepDigits = (_: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === 'number' &&
  Math.abs(value) > Number.MAX_SAFE_INTEGER &&
  context?.source !== undefined &&
  context.source !== String(value)
    ? JSON.rawJSON(context.source)
    : value;

/** The nearest number, where one that is rounded does as well. */
export const rounded = (value: unknown): unknown => (isLongNumber(value) ? Number(value.rawJSON) : value);
