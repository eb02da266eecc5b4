/**
 * Checks of a request's shape: closed sets of members, so that whatever a vendor does not know is refused as the
 * vendor refuses it. A check throws `Refusal`; how the vendor says it is up to the stand-in.
 */

export type Json = Readonly<Record<string, unknown>>;

/** What a vendor answers a bad request with. */
export class Refusal extends Error {
  /** As in `messages[0].content`; empty for the whole body. */
  readonly path: string;
  readonly kind: 'unknown' | 'missing' | 'value';
  readonly status: number;
  /** The vendor's own code, where it has one for this. */
  readonly code: string | null;
  constructor(
    path: string,
    message: string,
    { kind = 'value', status = 400, code = null }: Partial<Pick<Refusal, 'kind' | 'status' | 'code'>> = {},
  ) {
    super(message);
    this.path = path;
    this.kind = kind;
    this.status = status;
    this.code = code;
  }
}

export type Check = (value: unknown, path: string) => void;

const expected = (path: string, what: string): never => {
  throw new Refusal(path, `Input should be ${what}`);
};

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const anything: Check = () => undefined;
export const text: Check = (value, path) => {
  if (typeof value !== 'string') expected(path, 'a valid string');
};
export const someText: Check = (value, path) => {
  text(value, path);
  if (value === '') expected(path, 'a string with at least 1 character');
};
export const flag: Check = (value, path) => {
  if (typeof value !== 'boolean') expected(path, 'a valid boolean');
};
export const record: Check = (value, path) => {
  if (!isJson(value)) expected(path, 'an object');
};
export const number =
  (min = -Infinity, max = Infinity): Check =>
  (value, path) => {
    if (typeof value !== 'number' || value < min || value > max)
      expected(path, `a number from ${min} to ${max}`);
  };
export const integer =
  (min = 0, max = 2 ** 53): Check =>
  (value, path) => {
    number(min, max)(value, path);
    if (!Number.isInteger(value)) expected(path, 'an integer');
  };
export const oneOf =
  (...words: readonly unknown[]): Check =>
  (value, path) => {
    if (!words.includes(value)) expected(path, `one of ${words.map((one) => `'${String(one)}'`).join(', ')}`);
  };
export const matches =
  (pattern: RegExp): Check =>
  (value, path) => {
    text(value, path);
    if (!pattern.test(String(value))) {
      throw new Refusal(path, `String should match pattern '${pattern.source}'`);
    }
  };
export const list =
  (check: Check, min = 0, max = Infinity): Check =>
  (value, path) => {
    if (!Array.isArray(value)) return expected(path, 'a valid list');
    if (value.length < min || value.length > max) expected(path, `a list of ${min} to ${max} items`);
    value.forEach((one, index) => {
      check(one, `${path}[${index}]`);
    });
  };
export const nullable =
  (check: Check): Check =>
  (value, path) => {
    if (value !== null) check(value, path);
  };
/** The first that fits; if none does, what the one says that came furthest. */
export const either =
  (...checks: readonly Check[]): Check =>
  (value, path) => {
    let best: unknown;
    for (const check of checks) {
      try {
        check(value, path);
        return;
      } catch (error) {
        if (best === undefined || reach(error) >= reach(best)) best = error;
      }
    }
    throw best;
  };

/** A value of another kind came least far. */
function reach(error: unknown): number {
  if (!(error instanceof Refusal)) return 0;
  return error.path.length * 2 + (/^Input should be (a valid|an object|one of)/.test(error.message) ? 0 : 1);
}

export interface Members {
  readonly [member: string]: Check;
}

/** An object of these members and no other. Names that end in `!` must be there. */
export function closed(members: Members, options: { nulls?: boolean } = {}): Check {
  const checks = new Map<string, Check>();
  const required: string[] = [];
  for (const [name, check] of Object.entries(members)) {
    const bare = name.replace(/!$/, '');
    checks.set(bare, options.nulls === true && bare === name ? nullable(check) : check);
    if (bare !== name) required.push(bare);
  }
  return (value, path) => {
    if (!isJson(value)) return expected(path, 'an object');
    for (const [name, member] of Object.entries(value)) {
      const check = checks.get(name);
      const at = path === '' ? name : `${path}.${name}`;
      if (check === undefined) throw new Refusal(at, 'Extra inputs are not permitted', { kind: 'unknown' });
      check(member, at);
    }
    for (const name of required) {
      if (value[name] === undefined) {
        throw new Refusal(path === '' ? name : `${path}.${name}`, 'Field required', { kind: 'missing' });
      }
    }
  };
}

/** Objects that a member tells apart. */
export const variants =
  (tag: string, kinds: Readonly<Record<string, Check>>): Check =>
  (value, path) => {
    if (!isJson(value)) return expected(path, 'an object');
    const kind = kinds[String(value[tag])];
    if (kind === undefined) {
      return expected(
        `${path}.${tag}`,
        `one of ${Object.keys(kinds)
          .map((one) => `'${one}'`)
          .join(', ')}`,
      );
    }
    kind(value, path);
  };

/** Objects of which exactly one member of `kinds` is there; `beside` may stand next to any. */
export const union = (kinds: Members, beside: Members = {}): Check => {
  const check = closed({ ...kinds, ...beside });
  return (value, path) => {
    check(value, path);
    const present = Object.keys(value as Json).filter((name) => name in kinds); // `closed` saw that it is an object
    if (present.length !== 1) {
      throw new Refusal(path, `exactly one of ${Object.keys(kinds).join(', ')} must be set`);
    }
  };
};

/** `value` as the type that `check` stands for. */
export function checked<T>(value: unknown, check: Check, path = ''): T {
  check(value, path);
  return value as T; // the check is the proof
}
