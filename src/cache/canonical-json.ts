/**
 * Canonical JSON (RFC 8785). The engine's own writer writes it too, several times as fast, once all members lie in
 * order; what it would write in another way, or not refuse, goes the long way.
 */
import canonicalize from 'canonicalize';
import { isLongNumber } from '../is-record.ts';

/** As `canonicalize`: throws for what canonical JSON cannot say, a lone surrogate or a number that is not finite. */
export function toCanonicalJson(value: unknown): string | undefined {
  const { ordered, isPlain } = inOrder(value);
  const text = isPlain ? JSON.stringify(ordered) : undefined;
  return text === undefined || text.includes(LONE_SURROGATE) ? canonicalize(value) : text;
}

/** The beginning of what the engine writes of one; other texts may have it too. */
const LONE_SURROGATE = '\\ud';

/**
 * JSON, with the members of all objects in the order of their names' UTF-16 units. `ordered` is the very same where they
 * lay so. `isPlain`: there is no name that engines keep in an order of their own, no raw JSON and no endless number.
 */
export function inOrder<Value>(value: Value): { readonly ordered: Value; readonly isPlain: boolean } {
  const ordering = new Ordering();
  return { ordered: ordering.of(value) as Value, isPlain: ordering.isPlain }; // of each kind of JSON comes the same
}

type Members = Readonly<Record<string, unknown>>;

class Ordering {
  isPlain = true;

  of(value: unknown): unknown {
    if (typeof value === 'number' && !Number.isFinite(value)) this.isPlain = false;
    if (typeof value !== 'object' || value === null) return value;
    return Array.isArray(value) ? this.#list(value) : this.#object(value as Members);
  }

  #list(list: readonly unknown[]): readonly unknown[] {
    let copy: unknown[] | null = null;
    for (let i = 0; i < list.length; i += 1) {
      const ordered = this.of(list[i]);
      if (Object.is(ordered, list[i])) continue;
      copy ??= list.slice();
      copy[i] = ordered;
    }
    return copy ?? list;
  }

  #object(object: Members): Members {
    const names = Object.keys(object);
    let isSorted = true;
    let before = '';
    for (const name of names) {
      if (isOdd(name)) return this.#odd(object, names);
      if (name < before) isSorted = false;
      before = name;
    }
    if (isSorted) return this.#sorted(object, names);
    const copy: Record<string, unknown> = {};
    for (const name of names.sort()) copy[name] = this.of(object[name]);
    return copy;
  }

  #sorted(object: Members, names: readonly string[]): Members {
    let copy: Record<string, unknown> | null = null;
    for (const name of names) {
      const ordered = this.of(object[name]);
      if (Object.is(ordered, object[name])) continue;
      copy ??= { ...object };
      copy[name] = ordered; // stays in its place
    }
    return copy ?? object;
  }

  #odd(object: Members, names: string[]): Members {
    this.isPlain = false;
    if (isLongNumber(object)) return object;
    return Object.fromEntries(names.sort().map((name) => [name, this.of(object[name])]));
  }
}

/** Engines put numbers before all other names; `__proto__` cannot be assigned; raw JSON has this one member. */
const isOdd = (name: string): boolean =>
  (name >= '0' && name < ':') || name === '__proto__' || name === 'rawJSON';
