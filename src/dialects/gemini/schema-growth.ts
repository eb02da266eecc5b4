/**
 * How much longer a request's schemas may become by putting references in place: a definition that is referred to
 * often, or that refers to others, would make a request of some kilobytes one of many megabytes.
 */
import type { JsonObject } from '../canonical.ts';
import { refuse } from '../shape.ts';

/** Characters that references may insert into one request. */
const PER_REQUEST = 256 * 1024;
/** And for each character of a schema that has references. */
const PER_CHARACTER = 2;

/** Throws `InvalidRequest` once too many characters were put in place. */
export type Spend = (characters: number) => void;

export class SchemaGrowth {
  #left = PER_REQUEST;

  /** For one schema of the request, whose field `path` names. */
  allow(schema: JsonObject, path: string): Spend {
    let isCounted = false;
    return (characters) => {
      if (!isCounted) this.#left += PER_CHARACTER * JSON.stringify(schema).length;
      isCounted = true;
      this.#left -= characters;
      if (this.#left < 0) {
        refuse(
          path,
          'becomes too large for Gemini, which needs the schemas in place of the references to them',
        );
      }
    };
  }
}
