/** Whether what was read is the head of an entry, field by field: by hand, because each hit pays for it. */
import type { DoorDialect } from '../dialects/routes.ts';
import { isRecord } from '../is-record.ts';
import type { Usage } from '../usage/usage.ts';
import type { EntryHead, EntryKind, EntrySubjects } from './entry.ts';

type Check = (value: unknown) => boolean;
type Checks<Shape> = { readonly [Field in keyof Shape]-?: Check };

const isText: Check = (value) => typeof value === 'string';
const isTextOrNull: Check = (value) => value === null || typeof value === 'string';
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const isFlag: Check = (value) => typeof value === 'boolean';
/** A count, a time, a length of time. */
const isAmount: Check = (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isAmountOrAbsent: Check = (value) => value === undefined || isAmount(value);
/** What a header may hold. */
const isHeaderText: Check = (value) => typeof value === 'string' && /^[ -~]+$/.test(value);
const isOneOf =
  (words: Readonly<Record<string, true>>): Check =>
  (value) =>
    typeof value === 'string' && Object.hasOwn(words, value);

const KINDS: Readonly<Record<EntryKind, true>> = { chat: true, json: true, bytes: true, vectors: true };
const DOORS: Readonly<Record<DoorDialect, true>> = {
  'openai-chat': true,
  'openai-responses': true,
  'anthropic-messages': true,
  gemini: true,
};
const isKind = isOneOf(KINDS);
const isDoor = isOneOf(DOORS);

const SUBJECTS: Checks<EntrySubjects> = {
  project: isText,
  organization: isTextOrNull,
  model: isText,
  namespace: isTextOrNull,
  tags: isTexts,
};

const USAGE: Checks<Usage> = {
  inputTokens: isAmount,
  outputTokens: isAmount,
  cacheReadTokens: isAmount,
  cacheWriteTokens: isAmount,
  reasoningTokens: isAmount,
  audioInputTokens: isAmountOrAbsent,
  audioOutputTokens: isAmountOrAbsent,
  imageInputTokens: isAmountOrAbsent,
  imageOutputTokens: isAmountOrAbsent,
  cacheWriteHourTokens: isAmountOrAbsent,
  serverToolCalls: isAmountOrAbsent,
  estimated: isFlag,
};

const HEAD: Checks<EntryHead> = {
  kind: isKind,
  door: (value) => value === null || isDoor(value),
  contentType: isHeaderText,
  provider: isText,
  model: isText,
  about: (value) => fits<EntrySubjects>(value, SUBJECTS),
  generation: isAmount,
  storedAt: isAmount,
  freshUntil: isAmount,
  keptUntil: isAmount,
  usage: (value) => value === null || fits<Usage>(value, USAGE),
  dropped: isTexts,
  firstContentMs: isAmount,
  totalMs: isAmount,
};

/** A `chat` has a door, and nothing else has one. */
export const isEntryHead = (value: unknown): value is EntryHead =>
  fits<EntryHead>(value, HEAD) && (value.kind === 'chat') === (value.door !== null);

function fits<Shape>(value: unknown, checks: Checks<Shape>): value is Shape {
  if (!isRecord(value)) return false;
  for (const field in checks) if (checks[field]?.(value[field]) !== true) return false;
  return true;
}
