/** Requests that differ from one in a single place: every leaf, every object and every list of it. */

export interface Flip {
  /** Where, and what was done there. */
  readonly what: string;
  readonly body: unknown;
}

type Path = readonly (string | number)[];

/** All of `body`. `words`: further texts to put where one of them stands. */
export function flipsOf(body: unknown, words: readonly (readonly string[])[] = []): Flip[] {
  const flips: Flip[] = [];
  const walk = (value: unknown, path: Path): void => {
    for (const [name, other] of othersOf(value, words))
      flips.push({ what: `${toText(path)} ${name}`, body: withAt(body, path, other) });
    if (path.length > 0) flips.push({ what: `${toText(path)} removed`, body: withoutAt(body, path) });
    if (Array.isArray(value)) for (const [index, one] of value.entries()) walk(one, [...path, index]);
    else if (isObject(value)) for (const [key, one] of Object.entries(value)) walk(one, [...path, key]);
  };
  walk(body, []);
  return flips.filter((flip) => flip.body !== undefined);
}

function* othersOf(value: unknown, words: readonly (readonly string[])[]): Generator<[string, unknown]> {
  switch (typeof value) {
    case 'string': {
      yield ['longer', `${value}!`];
      yield ['with a blank', ` ${value}`];
      yield ['emptied', ''];
      if (value !== value.toUpperCase()) yield ['in capitals', value.toUpperCase()];
      const group = words.find((one) => one.includes(value)) ?? [];
      for (const word of group) if (word !== value) yield [`as ${word}`, word];
      return;
    }
    case 'number':
      for (const other of [value + 1, value - 1, -value, value / 2, 0, 1])
        if (other !== value) yield [`as ${other}`, other];
      return;
    case 'boolean':
      yield [`as ${!value}`, !value];
      return;
  }
  if (Array.isArray(value)) {
    const [first] = value;
    if (first !== undefined) yield ['with its first twice', [first, ...value]];
    for (let index = 1; index < value.length; index += 1)
      if (JSON.stringify(value[index]) !== JSON.stringify(value[index - 1]))
        yield [`with ${index} before ${index - 1}`, swapped(value, index)];
    if (value.length > 0) yield ['emptied', []];
  } else if (isObject(value)) {
    yield ['with a member more', { ...value, unheard_of: 1 }];
    if (Object.keys(value).length > 0) yield ['emptied', {}];
  }
}

function swapped(list: readonly unknown[], index: number): unknown[] {
  const changed = [...list];
  [changed[index - 1], changed[index]] = [changed[index], changed[index - 1]];
  return changed;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const toText = (path: Path): string => (path.length === 0 ? 'all' : path.join('.'));

export function withAt(body: unknown, [step, ...further]: Path, value: unknown): unknown {
  if (step === undefined) return value;
  const at = withAt((body as Record<string | number, unknown>)[step], further, value); // the path leads through it
  if (Array.isArray(body)) return body.map((one, index) => (index === step ? at : one));
  return { ...(body as object), [step]: at };
}

export function withoutAt(body: unknown, path: Path): unknown {
  const [step, ...further] = path;
  if (step === undefined) return undefined;
  if (further.length > 0)
    return withAt(body, [step], withoutAt((body as Record<string | number, unknown>)[step], further));
  if (Array.isArray(body)) return body.filter((_, index) => index !== step);
  return Object.fromEntries(Object.entries(body as object).filter(([key]) => key !== step));
}
