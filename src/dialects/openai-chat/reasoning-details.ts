/**
 * `reasoning_details`: the ordered blocks of a model's thinking with what proves or hides them, so that an
 * assistant message sent back unchanged restores every block. The shape is the one that clients know from
 * OpenRouter (https://openrouter.ai/docs/use-cases/reasoning-tokens):
 *
 *     {type: 'reasoning.text', text, signature, index}     thinking, signed where the vendor signs it
 *     {type: 'reasoning.encrypted', data, text?, index}    thinking that only its vendor can read
 *
 * `index` counts the blocks of one message. In streams the entries are pieces: those with one `index` are one
 * block, `text` grows, `signature` comes once. So a client may as well send the pieces back as it got them.
 * `extra` carries what other wire forms know of a block. Entries also have OpenRouter's `format` and `id`.
 */

import { isRecord } from '../../is-record.ts';
import type { Extra, JsonObject, ReasoningPart } from '../canonical.ts';

export interface ReasoningEntry {
  /** Entries with an equal key belong to one block; `null` stands alone. */
  readonly key: string | null;
  readonly text: string;
  readonly signature: string | null;
  readonly redacted: string | null;
  readonly extra: Extra | null;
}

const KNOWN = ['type', 'text', 'summary', 'data', 'signature', 'index', 'extra'];

/** Passes over what is no entry. */
export function readEntries(value: unknown): ReasoningEntry[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isRecord).map((entry) => {
    const redacted = text(entry.data);
    const isSummary = entry.type === 'reasoning.summary';
    return {
      key: typeof entry.index === 'number' ? `${entry.type}:${entry.index}` : null,
      text: text(isSummary ? entry.summary : entry.text) ?? '',
      signature: text(entry.signature),
      redacted,
      extra: readExtra(entry),
    };
  });
}

/** Blocks of a message; `plain` is the same thinking as bare text (`reasoning_content`). */
export function readBlocks(details: unknown, plain: unknown, keepsExtra: boolean): ReasoningPart[] {
  const blocks: ReasoningPart[] = [];
  let openKey: string | null = null;
  for (const { key, ...entry } of readEntries(details)) {
    const last = blocks.at(-1);
    if (key !== null && key === openKey && last !== undefined) {
      const signature = entry.signature ?? last.signature;
      const redacted = entry.redacted ?? last.redacted;
      blocks[blocks.length - 1] = { ...last, text: last.text + entry.text, signature, redacted };
    } else {
      const extra = keepsExtra && entry.extra !== null ? { extra: entry.extra } : {};
      const { text, signature, redacted } = entry;
      blocks.push({ type: 'reasoning', text, signature, redacted, ...extra });
    }
    openKey = key;
  }
  const told = blocks.filter(
    ({ text, signature, redacted }) => text !== '' || signature !== null || redacted,
  );
  const isTold = told.some((block) => block.text !== '');
  if (isTold || typeof plain !== 'string' || plain === '') return told;
  const bare: ReasoningPart = { type: 'reasoning', text: plain, signature: null, redacted: null };
  // One signed block without its text: the text stands beside it.
  const [only] = told;
  if (told.length === 1 && only !== undefined && only.signature !== null) return [{ ...only, text: plain }];
  return [bare, ...told];
}

/** The entry of a whole block. */
export function writeEntry(part: ReasoningPart, index: number): JsonObject {
  const { 'openai-chat': own, ...foreign } = part.extra ?? {};
  const extra = Object.keys(foreign).length > 0 ? { extra: foreign } : {};
  const signature = part.signature === null ? {} : { signature: part.signature };
  if (part.redacted === null) {
    return { type: 'reasoning.text', text: part.text, ...signature, ...own, ...extra, index };
  }
  const said = part.text === '' ? {} : { text: part.text };
  return { type: 'reasoning.encrypted', data: part.redacted, ...said, ...signature, ...own, ...extra, index };
}

function readExtra(entry: Record<string, unknown>): Extra | null {
  const own = Object.entries(entry).filter(([key, value]) => value !== null && !KNOWN.includes(key));
  const foreign = isRecord(entry.extra) ? (entry.extra as Extra) : {}; // ours, as `writeEntry` wrote it
  if (own.length === 0) return Object.keys(foreign).length === 0 ? null : foreign;
  return { ...foreign, 'openai-chat': Object.fromEntries(own) };
}

/** Some providers open a block with an empty signature. */
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
