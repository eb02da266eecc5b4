/** A number with more digits than a `number` holds, as `parseExact` reads it. */
export interface LongNumber {
  readonly rawJSON: string;
}

declare global {
  interface JSON {
    isRawJSON(value: unknown): value is LongNumber;
  }
}

export const isLongNumber = (value: unknown): value is LongNumber => JSON.isRawJSON(value);

/** A JSON object: neither `null`, nor an array, nor a number that is kept as its text. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
