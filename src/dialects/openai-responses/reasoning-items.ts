/**
 * What a reasoning item says: its text, and the proof in `encrypted_content`. Clients send these items back as they got
 * them, so other vendors' proofs travel in the same place, under the mark of `signatures.ts`: of a thought, of one that
 * is hidden, of a tool call or of a text (Gemini signs those; trap D12). The latter two have an item of their own,
 * without text, behind what they prove.
 */

import { isRecord } from '../../is-record.ts';
import type { JsonObject, Signature } from '../canonical.ts';
import { listOf, textOf, textOrNull } from '../json.ts';
import { readSignature, writeSignature } from '../signatures.ts';

/** Between the sections of a summary, which are paragraphs with a heading. */
export const SECTION_BREAK = '\n\n';

/** Sections of the summary, then of the thinking itself, which open-weight models tell. */
export function readSections(item: JsonObject): { summary: readonly string[]; content: readonly string[] } {
  return { summary: readTexts(item.summary), content: readTexts(item.content) };
}

const readTexts = (value: unknown): readonly string[] =>
  listOf(value).map((part) => (isRecord(part) ? textOf(part.text) : ''));

export function readReasoningText(item: JsonObject): string {
  const { summary, content } = readSections(item);
  return [...summary, ...content].filter((text) => text !== '').join(SECTION_BREAK);
}

/** What a proof belongs to. */
export type Proven =
  | { readonly kind: 'thought' }
  | { readonly kind: 'hidden thought' }
  | { readonly kind: 'text' }
  | { readonly kind: 'call'; readonly id: string };

export interface Proof {
  readonly of: Proven;
  readonly signature: Signature;
}

/** `!` stands in no base64: a signature is never taken for something else. OpenAI's own hides and proves in one. */
export function writeProof({ of, signature }: Proof): string {
  const prefix = signature.signer === 'openai' && of.kind === 'hidden thought' ? '' : prefixOf(of);
  return writeSignature({ ...signature, value: prefix + signature.value }, 'openai');
}

function prefixOf(of: Proven): string {
  switch (of.kind) {
    case 'thought':
      return '';
    case 'hidden thought':
      return 'hidden!';
    case 'text':
      return 'text!';
    case 'call':
      return `call!${encodeURIComponent(of.id).replaceAll('!', '%21')}!`;
  }
}

/** `null` if the item has no proof. */
export function readProof(item: JsonObject): Proof | null {
  const written = textOrNull(item.encrypted_content);
  if (written === null) return null;
  const signature = readSignature(written, 'openai');
  const [, kind, id, value] = /^(?:(hidden|text)!|call!([^!]*)!)(.*)$/s.exec(signature.value) ?? [];
  if (value === undefined) return { of: { kind: 'thought' }, signature };
  const proof = { ...signature, value };
  if (kind === 'hidden') return { of: { kind: 'hidden thought' }, signature: proof };
  if (kind === 'text') return { of: { kind: 'text' }, signature: proof };
  return { of: { kind: 'call', id: decodeId(id ?? '') }, signature: proof };
}

function decodeId(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id; // not ours after all
  }
}
