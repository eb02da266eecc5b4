/** `text`: the format of the answer and its length in words. Of requests, and echoed in answers. */

import type { CanonicalRequest, JsonObject, ResponseFormat } from '../canonical.ts';
import { recordOf, textOrNull } from '../json.ts';

/** Nothing of it if nothing was asked for. */
export function encodeText({ responseFormat, extra }: CanonicalRequest): JsonObject {
  const own = extra['openai-responses']?.text;
  const verbosity = textOrNull(extra['openai-chat']?.verbosity);
  return {
    ...(responseFormat === null ? {} : { format: encodeFormat(responseFormat) }),
    ...(verbosity === null ? {} : { verbosity }),
    ...recordOf(own),
  };
}

function encodeFormat(format: ResponseFormat): JsonObject {
  if (format.kind !== 'schema') return { type: format.kind === 'json' ? 'json_object' : 'text' };
  const { name, description, schema, strict } = format;
  return {
    type: 'json_schema',
    name,
    ...(description === null ? {} : { description }),
    schema,
    ...(strict === null ? {} : { strict }),
  };
}
