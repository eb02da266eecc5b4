/**
 * Citations: `{start, end, text, sources, type, content_index}`, where `text` is the piece of the answer that rests
 * on the sources. One of ours for each source, since ours has one: `native` is Cohere's with that source only, so that
 * they can go back as they are. Source: https://docs.cohere.com/docs/rag-citations
 */
import { isRecord } from '../../is-record.ts';
import type { Citation, JsonObject, TextPart } from '../canonical.ts';
import { listOf, recordOf, textOf, textOrNull } from '../json.ts';

/** Those of a text block; `takesUnplaced`: those that name no block, too. Plans and thinking are cited apart. */
export const citationsOf = (
  all: readonly JsonObject[],
  index: number,
  takesUnplaced: boolean,
): JsonObject[] =>
  all.filter(
    ({ type, content_index: at }) =>
      (type === undefined || type === null || type === 'TEXT_CONTENT') &&
      (typeof at === 'number' ? at === index : takesUnplaced),
  );

/** `text`: of the part that is cited. */
export function decodeCitations(natives: readonly JsonObject[], text: string): Citation[] {
  return natives.flatMap((native) => {
    const span = spanOf(native, text);
    const sources = listOf(native.sources).filter(isRecord);
    if (sources.length === 0) return [toCitation(native, span, {})];
    return sources.map((source) => toCitation({ ...native, sources: [source] }, span, source));
  });
}

function toCitation(native: JsonObject, span: Citation['span'], source: JsonObject): Citation {
  const document = recordOf(source.document);
  const output = recordOf(source.tool_output);
  const said = (name: string): string | null => textOrNull(document[name]) ?? textOrNull(output[name]);
  return {
    url: said('url'),
    title: said('title') ?? textOrNull(source.id),
    citedText: said('text') ?? said('snippet') ?? said('content'),
    span,
    native: { dialect: 'cohere-chat', value: native },
  };
}

/** Cohere does not say in what it counts: `text` tells. Ours are UTF-16 code units. */
function spanOf({ start, end, text: cited }: JsonObject, text: string): Citation['span'] {
  if (typeof start !== 'number' || typeof end !== 'number' || start < 0) return null;
  const piece = textOf(cited);
  if (piece === '') return start <= end && end <= text.length ? { start, end } : null;
  const isThere = (from: number, to: number): boolean => text.slice(from, to) === piece;
  if (isThere(start, end)) return { start, end };
  const characters = [...text];
  const units = (count: number): number => characters.slice(0, count).join('').length;
  if (isThere(units(start), units(end))) return { start: units(start), end: units(end) };
  const found = text.indexOf(piece);
  return found === -1 ? null : { start: found, end: found + piece.length };
}

/** Citations of a text that goes back to Cohere: its own only. */
export const ownCitations = ({ citations = [] }: TextPart): JsonObject[] =>
  citations.flatMap(({ native }) => (native.dialect === 'cohere-chat' ? [native.value] : []));
