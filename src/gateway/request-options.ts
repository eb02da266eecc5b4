/** What a client says of its request in headers of ours. */
import { InvalidRequest } from '../errors.ts';

export interface RequestOptions {
  /** Tags for the log. */
  readonly metadata: Readonly<Record<string, unknown>> | null;
  /** Lowers the bound on the whole. */
  readonly timeoutMs: number | null;
}

/** Throws `InvalidRequest` naming the header. */
export function readRequestOptions(headers: Headers): RequestOptions {
  return { metadata: readMetadata(headers), timeoutMs: readTimeoutMs(headers) };
}

const MAX_METADATA_LENGTH = 4096;

function readMetadata(headers: Headers): Record<string, unknown> | null {
  const name = 'x-edgeway-metadata';
  const text = headers.get(name);
  if (text === null) return null;
  if (text.length > MAX_METADATA_LENGTH)
    throw new InvalidRequest(`\`${name}\` is longer than ${MAX_METADATA_LENGTH} characters.`, name);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InvalidRequest(`\`${name}\` is not JSON.`, name);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidRequest(`\`${name}\` must be a JSON object.`, name);
  return { ...value };
}

function readTimeoutMs(headers: Headers): number | null {
  const name = 'x-edgeway-timeout-ms';
  const text = headers.get(name);
  if (text === null) return null;
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidRequest(`\`${name}\` must be a positive number of milliseconds.`, name);
  return Number(text);
}
