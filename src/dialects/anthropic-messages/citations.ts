/** Citations of this form: `char_location`, `page_location`, `web_search_result_location`, … */
import type { Citation, JsonObject } from '../canonical.ts';
import { textOrNull } from '../json.ts';

/** The places that they name are in the source, never in the text that cites it. */
export function readCitation(value: JsonObject): Citation {
  const source = textOrNull(value.source);
  return {
    url: textOrNull(value.url) ?? (source !== null && /^https?:\/\//i.test(source) ? source : null),
    title: textOrNull(value.title) ?? textOrNull(value.document_title),
    citedText: textOrNull(value.cited_text),
    span: null,
    native: { dialect: 'anthropic-messages', value },
  };
}

/** What can be sent to the vendor: only what it wrote. */
export const ownCitations = (citations: readonly Citation[] = []): readonly JsonObject[] =>
  citations.filter(isOwn).map(({ native }) => native.value);

const isOwn = ({ native: { dialect, value } }: Citation): boolean =>
  dialect === 'anthropic-messages' && value.encrypted_index !== '';

/** What a client is shown: pages that other vendors cite too, without the index that only this one makes. */
export function shownCitations(citations: readonly Citation[] = []): readonly JsonObject[] {
  return citations.flatMap(({ url, title, citedText, native }) => {
    if (native.dialect === 'anthropic-messages') return [native.value];
    if (url === null) return [];
    const type = 'web_search_result_location';
    return [{ type, cited_text: citedText ?? '', url, title, encrypted_index: '' }];
  });
}

/** The member of a text block; none if there is nothing to cite. */
export const citationsMember = (citations: readonly JsonObject[]): JsonObject =>
  citations.length === 0 ? {} : { citations };
