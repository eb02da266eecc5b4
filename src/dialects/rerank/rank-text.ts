/** The text by which a document is ranked. https://docs.cohere.com/v1/reference/rerank (`rank_fields`) */
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { isAbsent, refuse } from '../shape.ts';
import type { RerankDocument } from './canonical.ts';

/** `rankFields: null`: the document's `text`. Throws `InvalidRequest` naming the document. */
export function readDocument(
  value: unknown,
  rankFields: readonly string[] | null,
  param: string,
): RerankDocument {
  if (typeof value === 'string') return { text: value, written: null };
  if (!isRecord(value)) return refuse(param, 'must be a string or an object with a text');
  return {
    text: rankFields === null ? textOf(value, param) : fieldsOf(value, rankFields, param),
    written: value,
  };
}

function textOf({ text }: JsonObject, param: string): string {
  return typeof text === 'string' ? text : refuse(`${param}.text`, 'must be a string');
}

/** One field: its value; more: a line each, as YAML, which Cohere advises for structured documents. */
function fieldsOf(document: JsonObject, rankFields: readonly string[], param: string): string {
  const found = rankFields.filter((field) => Object.hasOwn(document, field) && !isAbsent(document[field]));
  const [only] = found;
  if (only === undefined) return refuse(param, 'has none of `rank_fields`');
  if (rankFields.length === 1) return writtenOut(document[only]);
  return found.map((field) => `${field}: ${writtenOut(document[field])}`).join('\n');
}

const writtenOut = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
