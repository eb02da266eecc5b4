/**
 * A whole `GenerateContentResponse`, told in chunks as the vendor streams it: pieces of its parts, and everything else
 * in the last one, with the last piece of each candidate.
 */
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf, recordOf, textOrNull } from '../json.ts';
import { piecesOf } from '../pieces.ts';
import { isPlainText } from './collected-candidate.ts';
import { encodeEvent, errorIn } from './error-fields.ts';
import { readBlockReason, readFinishReason } from './finish-reasons.ts';

/** What every chunk repeats. */
const IDENTITY = ['modelVersion', 'createTime', 'responseId'];

interface CutCandidate {
  /** The candidate as it is in each chunk but the last. */
  readonly early: readonly JsonObject[];
  readonly last: JsonObject;
}

/** `null` if the body is no whole answer. */
export function toStoredEvents(body: JsonObject): readonly Uint8Array[] | null {
  const candidates = listOf(body.candidates);
  if (errorIn(body) !== null || !candidates.every(isRecord)) return null;
  const isBlocked = readBlockReason(recordOf(body.promptFeedback).blockReason) !== null;
  if (candidates.length === 0) return isBlocked ? [encodeEvent(body)] : null;
  if (!candidates.every(({ finishReason }) => readFinishReason(finishReason) !== null)) return null;
  const cut = candidates.map(cutCandidate);
  const identity = Object.fromEntries(Object.entries(body).filter(([name]) => IDENTITY.includes(name)));
  return [
    ...cut.flatMap(({ early }) => early).map((one) => ({ candidates: [one], ...identity })),
    { ...body, candidates: cut.map(({ last }) => last) },
  ].map(encodeEvent);
}

function cutCandidate(candidate: JsonObject, place: number): CutCandidate {
  const { index = place === 0 ? undefined : place, content } = candidate;
  if (!isRecord(content) || !Array.isArray(content.parts)) return { early: [], last: candidate };
  const groups = toGroups(content.parts);
  const last = groups.pop() ?? [];
  const numbered = index === undefined ? {} : { index };
  return {
    early: groups.map((parts) => ({ content: { ...content, parts }, ...numbered })),
    last: { ...candidate, content: { ...content, parts: last } },
  };
}

/**
 * The parts of each chunk. A text behind another of the same kind begins in that one's last chunk: in one of its own
 * it would be read as more of the first.
 */
function toGroups(parts: readonly unknown[]): unknown[][] {
  const groups: unknown[][] = [];
  let open: 'text' | 'thought' | null = null;
  for (const part of parts) {
    if (!isRecord(part) || !isPlainText(part)) {
      groups.push([part]);
      open = null;
      continue;
    }
    const kind = part.thought === true ? 'thought' : 'text';
    const pieces = cutText(part);
    if (open === kind) groups.at(-1)?.push(pieces.shift());
    groups.push(...pieces.map((piece) => [piece]));
    open = textOrNull(part.thoughtSignature) === null ? kind : null;
  }
  return groups;
}

/** The signature goes with the last piece. */
function cutText(part: JsonObject & { readonly text: string }): JsonObject[] {
  const { thoughtSignature: _, ...bare } = part;
  const pieces = piecesOf(part.text);
  if (pieces.length === 0) return [part];
  return pieces.map((text, place) => ({ ...(place === pieces.length - 1 ? part : bare), text }));
}
