/**
 * Tokens of one-api and new-api as keys of a document. Their databases hold the key without its `sk-`; the document
 * holds the SHA-256 of what clients send, so clients keep the keys that they have.
 */
import { createHash } from 'node:crypto';
import { parseIpRange } from '../../../ip-range.ts';
import { isRecord } from '../../../is-record.ts';
import type { Notes } from './note.ts';
import { commaListOf, numberOf, textOf, toKeyName } from './values.ts';

type Token = Readonly<Record<string, unknown>>;

const ENABLED = 1;
/** Both count money in such parts of a dollar, unless somebody set it otherwise. */
const QUOTA_PER_USD = 500_000;
/** `keys[].sha256` is of a string of at least so many characters. */
const SHORTEST_KEY = 16;

export function readTokens(tokens: readonly unknown[], notes: Notes): Record<string, unknown>[] {
  const hashes = new Set<unknown>();
  return tokens.flatMap((token, index) => {
    const path = `tokens[${index}]`;
    const read = isRecord(token) ? readToken(token, index, path, notes) : undefined;
    if (!isRecord(token)) notes.add('lost', path, 'is no token');
    if (read === undefined) return [];
    if (hashes.has(read.sha256)) {
      notes.add('lost', path, 'is the same key as one before');
      return [];
    }
    hashes.add(read.sha256);
    return [read];
  });
}

/** A token that cannot be carried over with all that narrows it is left out: it must not be able to do more here. */
function readToken(
  token: Token,
  index: number,
  path: string,
  notes: Notes,
): Record<string, unknown> | undefined {
  const leaveOut = (reason: string) => void notes.add('lost', path, `was left out: ${reason}`);
  const key = textOf(token.key);
  if (key === undefined || key.includes('*')) return leaveOut('its key is not in the file');
  const sent = key.startsWith('sk-') ? key : `sk-${key}`;
  if (sent.length < SHORTEST_KEY) return leaveOut('its key is too short');
  if (numberOf(token.status) !== ENABLED) return leaveOut('it is disabled, expired or used up');
  const expires = toMoment(token.expired_time);
  if (expires === undefined) return leaveOut('its end is no date');
  const ranges = toRanges(token);
  if (ranges?.some((range) => parseIpRange(range) === undefined))
    return leaveOut('one of its addresses is no IP range');
  const budget = toBudget(token, path, notes);
  if (budget === 'used up') return leaveOut('its quota is used up');
  const models = toModels(token);
  if (textOf(token.group) !== undefined)
    notes.add('lost', `${path}.group`, 'groups of users are not carried over');
  return {
    name: toKeyName(token.name, `token ${numberOf(token.id) ?? index + 1}`),
    sha256: createHash('sha256').update(sent).digest('hex'),
    ...(models === null ? {} : { models }),
    ...(ranges === null ? {} : { ip_ranges: ranges }),
    ...(expires === null ? {} : { expires_at: expires }),
    ...(budget === null ? {} : { budgets: [budget] }),
  };
}

/** Seconds since the Unix epoch; -1 is never (`null`). */
function toMoment(value: unknown): string | null | undefined {
  const seconds = value === undefined || value === null ? -1 : numberOf(value);
  if (seconds === -1) return null;
  const at = new Date((seconds ?? Number.NaN) * 1000);
  return seconds === undefined || seconds < 0 || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** `subnet` of one-api, `allow_ips` of new-api; `null`: everywhere. */
function toRanges({ subnet, allow_ips }: Token): string[] | null {
  const ranges = [...commaListOf(subnet), ...commaListOf(allow_ips)];
  return ranges.length === 0 ? null : ranges;
}

/** `null`: all. new-api has a switch beside its list. */
function toModels(token: Token): string[] | null {
  if (token.model_limits_enabled === true) return commaListOf(token.model_limits);
  const models = commaListOf(token.models);
  return models.length === 0 ? null : models;
}

function toBudget(token: Token, path: string, notes: Notes) {
  if (token.unlimited_quota === true) return null;
  const left = numberOf(token.remain_quota) ?? 0;
  if (left <= 0) return 'used up';
  const usd = left / QUOTA_PER_USD;
  notes.add(
    'changed',
    `${path}.remain_quota`,
    `what is left of the quota became a budget of ${usd} US dollars (${QUOTA_PER_USD} a dollar): prices here are others`,
  );
  return { usd, window: 'total' };
}
