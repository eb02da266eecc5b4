/** Looking through the parts of a JSON Schema that only combine others: `$ref`, `allOf`, `anyOf`, `oneOf`. */
import { isObject, type JsonObject, toObject } from './request.ts';

/** No value fits, or only one that is too large to make. The message says why, for the client. */
export class NoInstance extends Error {}

/** Combinations within combinations, without a value in between: more is a circle. */
const MAX_NESTING = 64;

export interface FlattenContext {
  /** The document that `$ref` looks into. */
  readonly root: unknown;
  /** Asks for the way out of a recursion: of a choice `null`, or an option that refers to nothing. */
  readonly small: boolean;
  /** Called for each schema that is looked at; throws when the request has had enough. */
  readonly spend: (size: number) => void;
}

/**
 * One schema without references and combinators whose instances satisfy `schema`: all of `allOf`, one option
 * of each choice (the first, unless `small`).
 *
 * @throws NoInstance for `false`, for a reference that leads nowhere and for circles of references.
 */
export function flattenSchema(schema: unknown, context: FlattenContext, nesting = 0): JsonObject {
  context.spend(1);
  if (schema === false) throw new NoInstance('the schema false allows no value');
  if (nesting > MAX_NESTING) throw new NoInstance('its references go in a circle');
  if (!isObject(schema)) return {};
  const { $ref, allOf, anyOf, oneOf, ...own } = schema;
  const parts: unknown[] = typeof $ref === 'string' ? [follow($ref, context.root)] : [];
  if (Array.isArray(allOf)) parts.push(...allOf);
  for (const options of [anyOf, oneOf])
    if (Array.isArray(options)) parts.push(choose(options, context.small));
  return parts.map((part) => flattenSchema(part, context, nesting + 1)).reduce(mergeSchemas, own);
}

/** Both at once: properties and required names of either, `b` for the rest. */
function mergeSchemas(a: JsonObject, b: JsonObject): JsonObject {
  const { properties, required } = a;
  return {
    ...a,
    ...b,
    ...(isObject(properties) && isObject(b.properties)
      ? { properties: { ...properties, ...b.properties } }
      : {}),
    ...(Array.isArray(required) && Array.isArray(b.required)
      ? { required: [...required, ...b.required] }
      : {}),
  };
}

function choose(options: unknown[], small: boolean): unknown {
  const first = options[0] ?? false;
  if (!small) return first;
  const isNull = (option: unknown) => toObject(option).type === 'null' || toObject(option).const === null;
  return options.find(isNull) ?? options.find((option) => !('$ref' in toObject(option))) ?? first;
}

/** The schema at a JSON pointer of the same document (`#/$defs/Name`); other references are not followed. */
function follow(reference: string, root: unknown): unknown {
  if (!reference.startsWith('#')) throw new NoInstance(`it refers to ${reference.slice(0, 100)}`);
  let target: unknown = root;
  for (const part of reference.slice(1).split('/').slice(1)) {
    const key = decodePointer(part);
    const found = typeof target === 'object' && target !== null && Object.hasOwn(target, key);
    if (!found) throw new NoInstance(`${reference.slice(0, 100)} does not exist`);
    target = (target as Record<string, unknown>)[key]; // its own key, as checked above; arrays have them too
  }
  return target;
}

function decodePointer(part: string): string {
  const text = part.replaceAll('~1', '/').replaceAll('~0', '~');
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % is a character like any other
  }
}
