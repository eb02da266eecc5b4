/** Citations, read. Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Citation.html */
import { isRecord } from '../../is-record.ts';
import type { Citation, JsonObject } from '../canonical.ts';
import { listOf, recordOf, textOf, textOrNull } from '../json.ts';

/** A citation supports all of the text that it stands with. `source` may be a URL, or any name of a document. */
export function readCitation(value: JsonObject): Citation {
  const location = recordOf(value.location);
  const web = recordOf(location.web);
  const source = textOf(value.source);
  return {
    url: textOrNull(web.url) ?? (/^https?:\/\//.test(source) ? source : null),
    title: textOrNull(value.title),
    citedText: textOrNull(joinTexts(value.sourceContent)),
    span: null,
    native: { dialect: 'bedrock-converse', value },
  };
}

/** The texts of `[{text}, …]`. */
export const joinTexts = (items: unknown): string =>
  listOf(items)
    .filter(isRecord)
    .map(({ text }) => textOf(text))
    .join('');
