/** Answers in OpenAI's shape, which Voyage and Jina have as well: `{data: [{index, embedding}], model, usage}`. */
import { isRecord } from '../../is-record.ts';
import { countOf, recordOf, textOrNull } from '../json.ts';
import { type ReadCall, readVector } from './vectors.ts';

export const readListCall = (body: unknown): ReadCall | null => readList(body, readVector);

/** `null` if it is no list. Vectors that say their place stand in it, whatever order they come in. */
export function readList<Vector>(
  body: unknown,
  read: (value: unknown) => Vector | null,
): ReadCall<Vector> | null {
  if (!isRecord(body) || !Array.isArray(body.data)) return null;
  const entries = body.data.map((one) => recordOf(one));
  const places = entries.map(({ index }, position) => (typeof index === 'number' ? index : position));
  const vectors: (Vector | null)[] = entries.map(() => null);
  for (const [position, { embedding }] of entries.entries()) {
    const place = places[position] ?? -1;
    if (place in vectors) vectors[place] = read(embedding);
  }
  const usage = recordOf(body.usage);
  return {
    vectors,
    inputTokens: countOf(usage.prompt_tokens) ?? countOf(usage.total_tokens),
    model: textOrNull(body.model),
  };
}
