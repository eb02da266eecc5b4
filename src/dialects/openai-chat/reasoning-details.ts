/**
 * `reasoning_details`: the ordered blocks of a model's thinking with what proves or hides them, so that an
 * assistant message sent back unchanged restores every block. The shape is the one that clients know from
 * OpenRouter (https://openrouter.ai/docs/use-cases/reasoning-tokens):
 *
 *     {type: 'reasoning.text', text, signature, format, index}     thinking, signed where the vendor signs it
 *     {type: 'reasoning.encrypted', data, text?, format, index}    thinking that only its vendor can read
 *
 * `index` counts the blocks of one message. In streams the entries are pieces: those with one `index` are one
 * block, `text` grows, `signature` comes once. So a client may as well send the pieces back as it got them.
 * `format` says whose proof it is. `extra` carries what other wire forms know of a block. OpenRouter's entries have
 * an `id` too.
 */

import { isRecord } from '../../is-record.ts';
import type { Extra, JsonObject, ReasoningPart, Signature, Signer } from '../canonical.ts';
import { readSignature } from '../signatures.ts';

/** OpenRouter's words; Amazon has none there. */
const FORMATS: Readonly<Record<Signer, string>> = {
  anthropic: 'anthropic-claude-v1',
  google: 'google-gemini-v1',
  openai: 'openai-responses-v1',
  amazon: 'amazon-nova-v1',
  other: 'unknown',
};

/** Versions and hosts differ (`azure-openai-responses-v1`): the vendor's name decides. */
function signerOf(format: string): Signer {
  if (format.includes('anthropic')) return 'anthropic';
  if (format.includes('google')) return 'google';
  if (format.includes('openai')) return 'openai';
  return format.includes('amazon') ? 'amazon' : 'other';
}

export interface ReasoningEntry {
  /** Entries with an equal key belong to one block; `null` stands alone. */
  readonly key: string | null;
  readonly text: string;
  readonly signature: string | null;
  readonly redacted: string | null;
  /** Of the signature, of the hidden thinking, or of entries before. */
  readonly signer: Signer;
  readonly extra: Extra | null;
}

const KNOWN = ['type', 'text', 'summary', 'data', 'signature', 'index', 'extra'];

/**
 * Passes over what is no entry. One model made them all: who does not repeat `format` beside the signature means the
 * one before. `before`: the signer of the entry before the first.
 */
export function readEntries(value: unknown, before: Signer = 'other'): ReasoningEntry[] {
  if (!Array.isArray(value)) return [];
  let signer = before;
  return value.filter(isRecord).map((entry) => {
    const format = text(entry.format);
    if (format !== null) signer = signerOf(format);
    const signature = readProof(entry.signature, signer);
    const redacted = readProof(entry.data, signer);
    const isSummary = entry.type === 'reasoning.summary';
    return {
      key: typeof entry.index === 'number' ? `${text(entry.type)}:${entry.index}` : null,
      text: text(isSummary ? entry.summary : entry.text) ?? '',
      signature: signature?.value ?? null,
      redacted: redacted?.value ?? null,
      signer: (signature ?? redacted)?.signer ?? signer,
      extra: readExtra(entry, signature !== null || redacted !== null),
    };
  });
}

function readProof(value: unknown, signer: Signer): Signature | null {
  const said = text(value);
  return said === null ? null : readSignature(said, signer);
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
      const signer = isProven(entry) ? entry.signer : last.signer;
      blocks[blocks.length - 1] = { ...last, text: last.text + entry.text, signature, redacted, signer };
    } else {
      const extra = keepsExtra && entry.extra !== null ? { extra: entry.extra } : {};
      const { text, signature, redacted } = entry;
      const signer = isProven(entry) ? entry.signer : 'other';
      blocks.push({ type: 'reasoning', text, signature, redacted, signer, ...extra });
    }
    openKey = key;
  }
  const told = blocks.filter((block) => block.text !== '' || isProven(block));
  const isTold = told.some((block) => block.text !== '');
  if (isTold || typeof plain !== 'string' || plain === '') return told;
  // One signed block without its text: the text stands beside it.
  const [only] = told;
  if (told.length === 1 && only !== undefined && only.signature !== null) return [{ ...only, text: plain }];
  return [plainThought(plain), ...told];
}

export const isProven = ({ signature, redacted }: Pick<ReasoningPart, 'signature' | 'redacted'>): boolean =>
  signature !== null || redacted !== null;

/** Thinking as bare text, which nobody signed. */
export const plainThought = (text: string): ReasoningPart => ({
  type: 'reasoning',
  text,
  signature: null,
  redacted: null,
  signer: 'other',
});

/** The entry of a whole block. */
export function writeEntry(part: ReasoningPart, index: number): JsonObject {
  const { 'openai-chat': own, ...foreign } = part.extra ?? {};
  const extra = Object.keys(foreign).length > 0 ? { extra: foreign } : {};
  const signature = part.signature === null ? {} : { signature: part.signature };
  const format = isProven(part) ? { format: FORMATS[part.signer] } : {};
  const end = { ...signature, ...format, ...own, ...extra, index };
  if (part.redacted === null) return { type: 'reasoning.text', text: part.text, ...end };
  const said = part.text === '' ? {} : { text: part.text };
  return { type: 'reasoning.encrypted', data: part.redacted, ...said, ...end };
}

/** The piece that proves a block whose text was told before. */
export const writeProof = ({ signer, value }: Signature, index: number): JsonObject => ({
  type: 'reasoning.text',
  signature: value,
  format: FORMATS[signer],
  index,
});

/** `format` stays where the signer does not say all of it. */
function readExtra(entry: JsonObject, isSigned: boolean): Extra | null {
  const isSaid = isSigned && Object.values(FORMATS).includes(text(entry.format) ?? '');
  const known = isSaid ? [...KNOWN, 'format'] : KNOWN;
  const own = Object.entries(entry).filter(([key, value]) => value !== null && !known.includes(key));
  const foreign = isRecord(entry.extra) ? (entry.extra as Extra) : {}; // ours, as `writeEntry` wrote it
  if (own.length === 0) return Object.keys(foreign).length === 0 ? null : foreign;
  return { ...foreign, 'openai-chat': Object.fromEntries(own) };
}

/** Some providers open a block with an empty signature. */
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
