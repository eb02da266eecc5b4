/** Citations keep their vendor's shape in the canonical form; this form takes its own kinds only. */
import type { JsonObject } from '../canonical.ts';

/** `char_location`, `page_location`, `web_search_result_location`, … */
const isOwn = ({ type }: JsonObject): boolean => typeof type === 'string' && type.endsWith('_location');

export const ownCitations = (citations: readonly JsonObject[] | undefined): readonly JsonObject[] =>
  citations?.filter(isOwn) ?? [];

/** The member of a text block; none if there is nothing to cite. */
export function citationsMember(citations: readonly JsonObject[] | undefined): JsonObject {
  const own = ownCitations(citations);
  return own.length === 0 ? {} : { citations: own };
}
