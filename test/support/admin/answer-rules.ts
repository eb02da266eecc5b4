/** What has to be true of every answer of the admin API, whatever it was asked. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../workerd.ts';
import type { DescribedOperation } from './described-api.ts';
import type { RawAnswer } from './raw-client.ts';

export interface Asked {
  readonly method: string;
  /** The operation that was meant; `null`: it may be another one, or none. */
  readonly operation: DescribedOperation | null;
  /** What a 400 has to name. */
  readonly field: string | null;
  /** By the description, nothing is wrong with it. */
  readonly isValid: boolean;
}

/** Each `code` of the closed list in the docs, and its statuses there. */
export function readErrorCodes(): ReadonlyMap<string, string> {
  const rows = readFileSync(join(ROOT, 'docs/api.md'), 'utf8').matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm);
  return new Map([...rows].map(([, code = '', statuses = '']) => [code, statuses] as const));
}

/** What is wrong with an answer; empty if nothing is. */
export function complaintsAbout(
  answer: RawAnswer,
  asked: Asked,
  codes: ReadonlyMap<string, string>,
): string[] {
  const { status, headers, text } = answer;
  const complaints = [
    ...(/^req_[0-9a-f]{32}$/.test(headers.get('x-request-id') ?? '') ? [] : ['no request id']),
    ...(/\b(no-store|private)\b/.test(headers.get('cache-control') ?? '') ? [] : ['a cache may keep it']),
    ...(headers.has('set-cookie') ? ['sets a cookie'] : []),
  ];
  if (status >= 500) return [...complaints, `status ${status}`];
  if (asked.method === 'HEAD') return text === '' ? complaints : [...complaints, 'HEAD has a body'];
  if (status < 400) return [...complaints, ...(asked.operation?.mistakesOf(answer) ?? [])];
  return [...complaints, ...complaintsAboutRefusal(answer, asked, codes)];
}

function complaintsAboutRefusal(
  { status, headers, text }: RawAnswer,
  { field, isValid }: Asked,
  codes: ReadonlyMap<string, string>,
): string[] {
  const error = readError(text);
  if (error === null || headers.get('content-type') !== 'application/json')
    return ['its error has another shape'];
  const { code, param, message } = error;
  const complaints = codes.get(code)?.includes(String(status)) ? [] : [`code ${code} with status ${status}`];
  if (status !== 400) return complaints;
  if (isValid && !UNDESCRIBED.includes(message)) complaints.push('refuses what the description allows');
  if (field !== null && !isNamed(field, param)) complaints.push(`names ${param}, not ${field}`);
  return complaints;
}

/** Rules that no schema can say. */
const UNDESCRIBED = ['names no limit'];

/** Itself, or something in it. A name as long as a page is cut. */
const isNamed = (field: string, param: string | null): boolean =>
  param !== null &&
  [field, `[${JSON.stringify(field)}]`].some(
    (name) => param.startsWith(name) || name.slice(0, 100) === param.slice(0, 100),
  );

interface Refusal {
  readonly code: string;
  readonly param: string | null;
  readonly message: string;
}

/** `null` if it is not exactly an error as the docs have it. */
function readError(text: string): Refusal | null {
  const body: unknown = JSON.parse(text);
  if (!isRecord(body) || Object.keys(body).join() !== 'error' || !isRecord(body.error)) return null;
  const { message, type, param, code, ...others } = body.error;
  const isMore = Object.keys(others).length > 0;
  if (isMore || typeof message !== 'string' || message === '' || typeof type !== 'string') return null;
  if (typeof code !== 'string' || (param !== null && typeof param !== 'string')) return null;
  return { code, param, message };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Where an accepted thing is not what was sent for it. Members that were not sent are the API's own affair; `null` and
 * absence say the same; a time may be written in another way.
 */
export function lossesIn(sent: unknown, kept: unknown, path = 'body'): string[] {
  if (sent === null || sent === kept || isSameTime(sent, kept)) return [];
  if (Array.isArray(sent) && Array.isArray(kept) && sent.length === kept.length)
    return sent.flatMap((item, index) => lossesIn(item, kept[index], `${path}[${index}]`));
  if (isRecord(sent) && isRecord(kept))
    return Object.entries(sent).flatMap(([name, value]) => lossesIn(value, kept[name], `${path}.${name}`));
  return [`${path} is kept as ${JSON.stringify(kept)}`];
}

const isSameTime = (one: unknown, other: unknown): boolean =>
  typeof one === 'string' && typeof other === 'string' && /^\d{4}-\d\d-\d\dT/.test(one)
    ? Date.parse(one) === Date.parse(other)
    : false;
