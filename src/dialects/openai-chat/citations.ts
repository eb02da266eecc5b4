/**
 * What an answer says it rests on: OpenAI's `annotations` of a message or delta, or Perplexity's `search_results` and
 * `citations` beside `choices`, which do not say which words they belong to.
 */

import { isRecord } from '../../is-record.ts';
import type { Citation, JsonObject } from '../canonical.ts';
import { recordOf, textOrNull } from '../json.ts';
import { toUri } from '../openai/uri.ts';

export function readAnnotations(message: JsonObject): Citation[] {
  return Array.isArray(message.annotations) ? message.annotations.filter(isRecord).map(toCitation) : [];
}

export function readSources(body: JsonObject): Citation[] {
  const sources = Array.isArray(body.search_results) ? body.search_results : body.citations;
  if (!Array.isArray(sources)) return [];
  return sources.flatMap((source) => {
    const url = isRecord(source) ? source.url : source;
    if (typeof url !== 'string') return [];
    const title = isRecord(source) ? (textOrNull(source.title) ?? '') : '';
    return [toCitation({ type: 'url_citation', url_citation: { url, title, start_index: 0, end_index: 0 } })];
  });
}

/** `content`: the cited text, as OpenRouter tells it. */
function toCitation(annotation: JsonObject): Citation {
  const said = recordOf(annotation.url_citation);
  return {
    url: textOrNull(said.url),
    title: textOrNull(said.title),
    citedText: textOrNull(said.content),
    span: readSpan(said.start_index, said.end_index),
    native: { dialect: 'openai-chat', value: annotation },
  };
}

/** Who does not know the place says 0 and 0. */
function readSpan(start: unknown, end: unknown): Citation['span'] {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end)) return null;
  const span = { start: Number(start), end: Number(end) };
  return span.start >= 0 && span.end > span.start ? span : null;
}

/** Annotations count in the message's text, citations in their part's: `offset` is where the part begins. */
export function relativeTo(offset: number, citation: Citation): Citation {
  const { span } = citation;
  if (span === null || offset === 0) return citation;
  const start = span.start - offset;
  return { ...citation, span: start < 0 ? null : { start, end: span.end - offset } };
}

/**
 * Citations of a part whose text stands from `start` to `end` in the message's. OpenAI has no word for citations of
 * documents: those without a URL are left out.
 */
export function toAnnotations(citations: readonly Citation[], start: number, end: number): JsonObject[] {
  return citations.flatMap(({ url, title, citedText, span, native }): JsonObject[] => {
    const place = { start_index: start + (span?.start ?? 0), end_index: span ? start + span.end : end };
    if (native.dialect === 'openai-chat') {
      const said = native.value.url_citation;
      if (!isRecord(said) || span === null) return [native.value];
      return [{ ...native.value, url_citation: { ...said, ...place } }];
    }
    if (url === null) return [];
    const content = citedText === null ? {} : { content: citedText };
    return [
      { type: 'url_citation', url_citation: { ...place, url: toUri(url), title: title ?? '', ...content } },
    ];
  });
}
