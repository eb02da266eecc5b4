/**
 * Annotations of a text and canonical citations.
 * Source: https://platform.openai.com/docs/api-reference/responses/object (`output_text.annotations`)
 *
 * OpenAI does not say what `start_index` counts: UTF-16 code units are assumed, as canonical counts.
 */
import type { Citation, JsonObject } from '../canonical.ts';
import { textOrNull } from '../json.ts';
import { toUri } from '../openai/uri.ts';

/** `url_citation`, `container_file_citation`, `file_citation`, `file_path`. */
export function readAnnotation(annotation: JsonObject): Citation {
  return {
    url: textOrNull(annotation.url),
    title: textOrNull(annotation.title) ?? textOrNull(annotation.filename),
    citedText: null,
    span: readSpan(annotation),
    native: { dialect: 'openai-responses', value: annotation },
  };
}

function readSpan({ start_index: start, end_index: end }: JsonObject): Citation['span'] {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end)) return null;
  const span = { start: Number(start), end: Number(end) };
  return span.start >= 0 && span.end >= span.start ? span : null;
}

/** `textLength`: of the whole text. `null` for what OpenAI has no word for: other vendors' citations of documents. */
export function writeAnnotation(citation: Citation, textLength: number): JsonObject | null {
  const { native, url, title, span } = citation;
  if (native.dialect === 'openai-responses') return native.value;
  if (url === null) return null;
  const { start, end } = span ?? { start: 0, end: textLength };
  return { type: 'url_citation', start_index: start, end_index: end, url: toUri(url), title: title ?? '' };
}
