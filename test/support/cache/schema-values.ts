/** Values of a schema of an OpenAPI document: one for each of its places that can be filled in another way. */

type Schema = Readonly<Record<string, unknown>>;

/** A value, and what is special about it. */
export interface Sample {
  readonly what: string;
  readonly value: unknown;
}

/** Deeper objects stay as their first branch has them: some schemas hold themselves. */
const MAX_DEPTH = 9;

export class SchemaValues {
  readonly #schemas: Readonly<Record<string, Schema>>;

  /** `schemas`: of the document's components, by name. */
  constructor(schemas: Readonly<Record<string, Schema>>) {
    this.#schemas = schemas;
  }

  /** Properties of an object, with those of the schemas that it is made of. */
  propertiesOf(name: string): Readonly<Record<string, Schema>> {
    return objectOf(this.#flat({ $ref: `#/components/schemas/${name}` }).properties);
  }

  /** A value with all that it may hold, then the same with each place filled in another way, or not at all. */
  samples(schema: Schema, depth = 0): Sample[] {
    const flat = this.#flat(schema);
    const branches = listOf(flat.oneOf ?? flat.anyOf);
    if (branches.length > 0) {
      const { oneOf: _, anyOf: __, ...shared } = flat;
      const all = branches.flatMap((branch, index) =>
        this.samples({ allOf: [shared, branch] }, depth).map((sample) => named(`(${index})`, sample)),
      );
      return depth < MAX_DEPTH ? all : all.slice(0, 1);
    }
    if (Array.isArray(flat.enum)) return flat.enum.filter(isTold).map(plain);
    switch (typeOf(flat)) {
      case 'string':
        return stringsOf(flat).map(plain);
      case 'integer':
      case 'number':
        return numbersOf(flat).map(plain);
      case 'boolean':
        return [true, false].map(plain);
      case 'array':
        return this.#arrays(flat, depth);
      case 'object':
        return this.#objects(flat, depth);
      case 'null':
        return [];
      default:
        return ['anything', 7].map(plain);
    }
  }

  #arrays({ items = {}, minItems }: Schema, depth: number): Sample[] {
    const inside = this.samples(items as Schema, depth + 1);
    const [first, second = first] = inside;
    if (first === undefined) return [{ what: '[]', value: [] }];
    const least = typeof minItems === 'number' && minItems > 1 ? Array(minItems - 1).fill(first.value) : [];
    return [
      ...inside.map(({ what, value }) => ({ what: `[]${what}`, value: [value, ...least] })),
      { what: '[twice]', value: [first.value, second?.value, ...least] },
      { what: '[turned]', value: [second?.value, first.value, ...least] },
    ];
  }

  #objects(flat: Schema, depth: number): Sample[] {
    const { additionalProperties, required } = flat;
    const properties = Object.entries(objectOf(flat.properties));
    if (properties.length === 0) return this.#maps(additionalProperties, depth);
    const needed = listOf(required);
    const told = depth < MAX_DEPTH ? properties : properties.filter(([name]) => needed.includes(name));
    const inside = told.map(([name, one]) => ({ name, samples: this.samples(one as Schema, depth + 1) }));
    const filled = inside.filter(({ samples }) => samples.length > 0);
    const full = Object.fromEntries(filled.map(({ name, samples }) => [name, samples[0]?.value]));
    const others = filled.flatMap(({ name, samples: [, ...samples] }) => {
      const { [name]: _, ...left } = full;
      const changed = samples.map(({ what, value }) => ({
        what: `.${name}${what}`,
        value: { ...full, [name]: value },
      }));
      return needed.includes(name) ? changed : [...changed, { what: `.${name} removed`, value: left }];
    });
    return [{ what: '', value: full }, ...others];
  }

  /** Objects with names of the client's own. */
  #maps(additional: unknown, depth: number): Sample[] {
    const inside = isObject(additional) ? this.samples(additional, depth + 1) : ['text', 7].map(plain);
    return [
      ...inside.map(({ what, value }) => ({ what: `{}${what}`, value: { a: value } })),
      { what: '{b}', value: { b: inside[0]?.value } },
      { what: '{}', value: {} },
    ];
  }

  /** References followed, and all parts of an `allOf` put together. */
  #flat(schema: Schema): Schema {
    if (typeof schema.$ref === 'string') {
      const name = schema.$ref.split('/').at(-1) ?? '';
      return this.#flat(this.#schemas[name] ?? {});
    }
    const { allOf, ...own } = schema;
    return listOf(allOf).reduce<Schema>((into, part) => merged(into, this.#flat(part as Schema)), own);
  }
}

function merged(one: Schema, other: Schema): Schema {
  return {
    ...one,
    ...other,
    properties: { ...objectOf(one.properties), ...objectOf(other.properties) },
    required: [...listOf(one.required), ...listOf(other.required)],
  };
}

function typeOf({ type, properties, additionalProperties, items }: Schema): unknown {
  const told = Array.isArray(type) ? type.find((one) => one !== 'null') : type;
  if (told !== undefined) return told;
  if (items !== undefined) return 'array';
  const hasMembers = Object.keys(objectOf(properties)).length > 0 || additionalProperties !== undefined;
  return hasMembers ? 'object' : undefined;
}

function stringsOf({ format, minLength, maxLength, pattern }: Schema): readonly string[] {
  if (format === 'uri') return ['https://a.example/1', 'https://a.example/2'];
  if (typeof pattern === 'string')
    return ['abc', 'a1', 'resp_1', '123'].filter((one) => new RegExp(pattern).test(one));
  const texts = ['some text', 'other text', 'x'.repeat(Number(minLength ?? 1))];
  return texts.filter(
    (one) => one.length <= Number(maxLength ?? one.length) && one.length >= Number(minLength ?? 0),
  );
}

function numbersOf({ minimum, exclusiveMinimum, maximum, type }: Schema): readonly number[] {
  const least = Number(minimum ?? exclusiveMinimum ?? 1);
  const most = Number(maximum ?? least + 100);
  const middle = type === 'integer' ? Math.floor((least + most) / 2) : least + (most - least) / 4;
  return [...new Set([middle, least, most])].filter((one) => one > Number(exclusiveMinimum ?? -Infinity));
}

const plain = (value: unknown): Sample => ({ what: `=${JSON.stringify(value)}`, value });
const named = (name: string, { what, value }: Sample): Sample => ({ what: `${name}${what}`, value });
const isTold = (value: unknown): boolean => value !== null;
const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objectOf = (value: unknown): Readonly<Record<string, Schema>> =>
  isObject(value) ? (value as Record<string, Schema>) : {};
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
