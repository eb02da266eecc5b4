/**
 * What a candidate's text rests on: `groundingMetadata` (sources, and the pieces of text they support) and
 * `citationMetadata` (quotations). Offsets are bytes of UTF-8 in the text; ours count UTF-16.
 * Sources: https://ai.google.dev/gemini-api/docs/google-search, https://ai.google.dev/api/generate-content#Segment
 */
import { isRecord } from '../../is-record.ts';
import type { Citation, JsonObject, TextPart } from '../canonical.ts';
import { listOf, recordOf, textOf, textOrNull } from '../json.ts';

/** A text of the candidate; `part` is its number. */
export interface SaidText {
  readonly part: number;
  readonly text: string;
}

export interface PlacedCitation {
  readonly part: number;
  readonly citation: Citation;
}

/** `texts` in their order. A support whose piece is found nowhere belongs to the last text as a whole. */
export function readCitations(texts: readonly SaidText[], candidate: JsonObject): readonly PlacedCitation[] {
  const last = texts.at(-1);
  const all = texts.map(({ text }) => text).join('');
  if (last === undefined || all === '') return [];
  const found = [...groundings(candidate.groundingMetadata), ...quotations(candidate.citationMetadata)];
  if (found.length === 0) return [];
  const bytes = new TextEncoder().encode(all);
  return found.map(({ segment, ...rest }) => {
    const place = locate(segment, all, bytes, texts);
    return { part: place?.part ?? last.part, citation: { ...rest, span: place?.span ?? null } };
  });
}

type Found = Omit<Citation, 'span'> & { readonly segment: JsonObject };

function groundings(metadata: unknown): Found[] {
  if (!isRecord(metadata)) return [];
  const chunks = listOf(metadata.groundingChunks);
  return listOf(metadata.groundingSupports)
    .filter(isRecord)
    .flatMap((support) =>
      listOf(support.groundingChunkIndices).flatMap((index) => {
        const chunk = typeof index === 'number' ? chunks[index] : undefined;
        return isRecord(chunk) ? [toFound(chunk, support)] : [];
      }),
    );
}

function toFound(chunk: JsonObject, { segment }: JsonObject): Found {
  const [source = {}] = [chunk.web, chunk.retrievedContext, chunk.maps, chunk.image].filter(isRecord);
  const place = recordOf(segment);
  return {
    url: textOrNull(source.uri) ?? textOrNull(source.sourceUri),
    title: textOrNull(source.title),
    citedText: chunk.retrievedContext === source ? textOrNull(source.text) : null,
    native: { dialect: 'gemini', value: { groundingChunk: chunk, segment: place } },
    segment: place,
  };
}

function quotations(metadata: unknown): Found[] {
  const entries = isRecord(metadata) ? listOf(metadata.citations ?? metadata.citationSources) : [];
  return entries.filter(isRecord).map((entry) => ({
    url: textOrNull(entry.uri),
    title: textOrNull(entry.title),
    citedText: null,
    native: { dialect: 'gemini', value: { citation: entry } },
    segment: entry,
  }));
}

interface Place {
  readonly part: number;
  readonly span: { readonly start: number; readonly end: number };
}

/** By its bytes where its text stands there (or it has none), else by its text. */
function locate(
  segment: JsonObject,
  all: string,
  bytes: Uint8Array,
  texts: readonly SaidText[],
): Place | null {
  const decoder = new TextDecoder();
  const text = textOf(segment.text);
  const startByte = typeof segment.startIndex === 'number' ? segment.startIndex : 0;
  const endByte = typeof segment.endIndex === 'number' ? segment.endIndex : 0;
  const piece = decoder.decode(bytes.subarray(startByte, Math.max(startByte, endByte)));
  if (piece !== '' && (text === '' || piece === text)) {
    const start = decoder.decode(bytes.subarray(0, startByte)).length;
    return toPlace(start, start + piece.length, texts);
  }
  const start = text === '' ? -1 : all.indexOf(text);
  return start === -1 ? null : toPlace(start, start + text.length, texts);
}

/** Into the part where it begins, and no further. */
function toPlace(start: number, end: number, texts: readonly SaidText[]): Place | null {
  let offset = 0;
  for (const { part, text } of texts) {
    const stop = offset + text.length;
    if (start < stop) return { part, span: { start: start - offset, end: Math.min(end, stop) - offset } };
    offset = stop;
  }
  return null;
}

/** `groundingMetadata` and `citationMetadata` of an answer whose parts carry citations, also of other vendors. */
export function writeCitations(parts: readonly TextPart[]): JsonObject {
  const chunks: JsonObject[] = [];
  const supports: JsonObject[] = [];
  const quoted: unknown[] = [];
  const indexes = new Map<string, number>();
  let offset = 0; // of the part, in bytes of all the text
  for (const { text, citations = [] } of parts) {
    for (const citation of citations) {
      if (citation.native.dialect === 'gemini' && citation.native.value.citation !== undefined) {
        quoted.push(citation.native.value.citation);
        continue;
      }
      const chunk = toChunk(citation);
      const key = JSON.stringify(chunk);
      const index = indexes.get(key) ?? chunks.push(chunk) - 1;
      indexes.set(key, index);
      const { start, end } = citation.span ?? { start: 0, end: text.length };
      const startIndex = offset + byteLength(text.slice(0, start));
      const piece = text.slice(start, end);
      const segment = { startIndex, endIndex: startIndex + byteLength(piece), text: piece };
      supports.push({ segment, groundingChunkIndices: [index] });
    }
    offset += byteLength(text);
  }
  return {
    ...(chunks.length > 0
      ? { groundingMetadata: { groundingChunks: chunks, groundingSupports: supports } }
      : {}),
    ...(quoted.length > 0 ? { citationMetadata: { citations: quoted } } : {}),
  };
}

function toChunk({ url, title, citedText, native }: Citation): JsonObject {
  if (native.dialect === 'gemini' && isRecord(native.value.groundingChunk))
    return native.value.groundingChunk;
  const source = { ...(url === null ? {} : { uri: url }), ...(title === null ? {} : { title }) };
  return citedText === null ? { web: source } : { retrievedContext: { ...source, text: citedText } };
}

const byteLength = (text: string): number => new TextEncoder().encode(text).length;
