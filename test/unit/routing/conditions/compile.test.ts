import { describe, expect, it } from 'vitest';
import { compileCondition } from '../../../../src/routing/conditions/compile.ts';
import { NAMES } from '../../../../src/routing/conditions/names.ts';
import { seeded } from '../../../support/seeded.ts';
import { HEADERS, holds, mistakeIn, questionOf } from './support.ts';

describe('operators', () => {
  it.each([
    ['true', true],
    ['false', false],
    ['!false', true],
    ['!!true', true],
    ['!!!true', false],
    ['true || false && false', true],
    ['(true || false) && false', false],
    ['!false && false', false],
    ['1 == 1.0', true],
    ['1 != 2', true],
    ['-1 < 0', true],
    ['1e3 >= 1000', true],
    ['2 <= 1', false],
    ['"b" > "a"', true],
    ['"a" == \'a\'', true],
    ['null == null', true],
    ['[1, [2]] == [1, [2]]', true],
    ['[1, 2] == [2, 1]', false],
    ['"b" in ["a", "b"]', true],
    ['1 in ["1"]', false],
    ['[1] in [[1]]', true],
    ['"a" in []', false],
    ['true ? false : true', false],
    ['false ? false : true ? true : false', true],
    ['(true ? "a" : "b") == "a"', true],
    ['size("four") == 4', true],
    ['size([1, 2]) == 2', true],
  ])('%s is %s', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  it('do not work out what does not matter', () => {
    const question = {
      ...questionOf(),
      shape: () => {
        throw new Error('asked');
      },
    };
    for (const text of ['false && request.json', 'true || request.json', 'true ? true : request.json']) {
      const compiled = compileCondition(text, { headers: [] });
      if ('mistake' in compiled) throw new Error(compiled.mistake);
      expect(compiled.condition.test(question)).toBe(text[0] === 't');
    }
  });
});

describe('names', () => {
  const shape = {
    tools: 2,
    images: 1,
    audio: 3,
    files: 4,
    characters: 500,
    messages: 7,
    wantsJson: true,
    maxOutputTokens: 100,
    reasoningEffort: 'high',
    language: 'de',
    lastUserText: 'Guten Tag',
  };
  const asked = {
    shape,
    place: { continent: 'EU', country: 'DE', colo: 'FRA' },
    endUser: 'ann',
    wantsStream: true,
  };

  it.each([
    ['request.tools', 2],
    ['request.images', 1],
    ['request.audio', 3],
    ['request.files', 4],
    ['request.characters', 500],
    ['request.messages', 7],
    ['request.stream', true],
    ['request.json', true],
    ['request.max_output_tokens', 100],
    ['request.reasoning_effort', 'high'],
    ['request.language', 'de'],
    ['request.last_user_text', 'Guten Tag'],
    ['key.project', 'acme'],
    ['key.end_user', 'ann'],
    ['region.continent', 'EU'],
    ['region.country', 'DE'],
    ['region.colo', 'FRA'],
  ])('%s is read', (name, value) => {
    expect(NAMES.has(name)).toBe(true);
    expect(holds(`${name} == ${JSON.stringify(value)}`, asked)).toBe(true);
    expect(holds(`${name} != ${JSON.stringify(value)}`, asked)).toBe(false);
  });

  it('are all there', () => {
    expect(NAMES.size).toBe(17);
  });

  it.each(['request.max_output_tokens', 'request.reasoning_effort', 'key.end_user', 'region.continent'])(
    '%s is null where nobody said',
    (name) => {
      expect(holds(`${name} == null && !has(${name})`)).toBe(true);
    },
  );
});

describe('metadata', () => {
  const metadata = {
    tier: 'gold',
    'x-y': 5,
    tags: ['a', 'b', { deep: true }],
    team: { name: 'blue', lead: null },
    beta: true,
  };

  it.each([
    ['metadata.tier == "gold"', true],
    ['metadata["x-y"] == 5', true],
    ['metadata.x == null', true],
    ['metadata.x.y.z == null', true],
    ['metadata.tier.length == null', true],
    ['metadata.constructor == null', true],
    ['metadata["__proto__"] == null', true],
    ['metadata.tags[1] == "b"', true],
    ['metadata.tags[2].deep', true],
    ['metadata.tags[9] == null', true],
    ['metadata.tags[-1] == null', true],
    ['metadata.tags[0.5] == null', true],
    ['metadata.tags["length"] == null', true],
    ['"a" in metadata.tags', true],
    ['"c" in metadata.tags', false],
    ['metadata.tier in ["silver", "gold"]', true],
    ['metadata.missing in ["a", null]', true],
    ['"tier" in metadata', true],
    ['"toString" in metadata', false],
    ['"name" in metadata.team', true],
    ['"a" in metadata.tier', false],
    ['"a" in metadata.missing', false],
    ['has(metadata.tier)', true],
    ['has(metadata.nothing)', false],
    ['has(metadata.team.lead)', false],
    ['size(metadata) == 5', true],
    ['size(metadata.tags) == 3', true],
    ['size(metadata.beta) == null', true],
    ['metadata.beta', true],
    ['!metadata.beta', false],
    ['!metadata.tier', true],
    ['metadata.tier || true', true],
    ['metadata.tier && true', false],
    ['metadata.tier ? true : false', false],
    ['metadata.team == metadata.team', true],
    ['metadata.tags == ["a", "b"]', false],
    ['metadata.tier < 5', false],
    ['metadata.tier >= 5', false],
    ['metadata.tier != 5', true],
    ['metadata.missing < 5', false],
    ['metadata.tags < metadata.tags', false],
    ['metadata[metadata.tags[0]] == null', true],
  ])('%s is %s', (text, expected) => {
    expect(holds(text, { metadata })).toBe(expected);
  });

  it('compares what is nested, and calls what is nested too deep unequal', () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
    const same = (depth: number) =>
      holds('metadata.a == metadata.b', { metadata: { a: nested(depth), b: nested(depth) } });
    expect([same(3), same(1500)]).toEqual([true, false]);
  });

  it('looks at the first 65,536 characters of a text', () => {
    const metadata = { text: `${'a'.repeat(65_536)}b` };
    expect(holds('size(metadata.text) == 65536', { metadata })).toBe(true);
    expect(holds('metadata.text.endsWith("b")', { metadata })).toBe(false);
  });
});

describe('headers', () => {
  it('are read by their names in any case', () => {
    const headers = { 'x-tenant-tier': 'gold' };
    expect(holds('header("X-Tenant-Tier") == "gold"', { headers })).toBe(true);
    expect(holds('has(header("x-beta")) || header("x-beta") != null', { headers })).toBe(false);
  });

  it.each([
    ['header("authorization") == "x"', 'this header is not one of `routing.headers` (at character 8)'],
    [
      'header("x-tenant-teir") == "x"',
      'this header is not one of `routing.headers`; did you mean `x-tenant-tier`? (at character 8)',
    ],
    ['header(metadata.a) == "x"', '`header` takes the name of a header as a text (at character 8)'],
  ])('%s is a mistake', (text, mistake) => {
    expect(mistakeIn(text)).toBe(mistake);
  });
});

describe('methods', () => {
  const metadata = { name: 'Gold-Plan', list: ['Gold'] };

  it.each([
    ['metadata.name.startsWith("Gold")', true],
    ['metadata.name.endsWith("Plan")', true],
    ['metadata.name.contains("d-P")', true],
    ['metadata.name.contains("gold")', false],
    ['metadata.name.lowerAscii() == "gold-plan"', true],
    ['metadata.name.lowerAscii().startsWith("gold")', true],
    ['"ÄBC".lowerAscii() == "Äbc"', true],
    ['metadata.name.matches("G*-P*n")', true],
    ['metadata.name.matches("Gold")', false],
    ['metadata.name.matches("(Gold)|.*")', false],
    ['metadata.list.contains("Gold")', false],
    ['metadata.missing.startsWith("")', false],
    ['metadata.missing.lowerAscii() == null', true],
  ])('%s is %s', (text, expected) => {
    expect(holds(text, { metadata })).toBe(expected);
  });
});

describe('texts', () => {
  it.each([
    [String.raw`"a\"b" == 'a"b'`, true],
    [String.raw`'it\'s' == "it's"`, true],
    [String.raw`"\\" == "\x5c"`, true],
    [String.raw`"\n\r\t\/" == "\u000a\u000d\u0009\u002f"`, true],
    ['"ключ 🎉" == "ключ 🎉"', true],
    ['"&& ) // in" == "&& ) // in"', true],
  ])('%s', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });
});

describe('mistakes tell what and where:', () => {
  it.each([
    ['', 'a value is needed here, not the end (at character 1)'],
    ['request.tool > 0', '`request.tool` is not known; did you mean `request.tools`? (at character 1)'],
    ['regoin.country == "DE"', '`regoin` is not known (at character 1)'],
    ['metdata.tier == "a"', '`metdata` is not known; did you mean `metadata`? (at character 1)'],
    ['request == 1', '`request` is read as `request.name` (at character 1)'],
    ['request["tools"] > 0', '`request` is read as `request.name` (at character 1)'],
    ['constructor.name == "x"', '`constructor` is not known (at character 1)'],
    ['request.__proto__ == null', '`request.__proto__` is not known (at character 1)'],
    ['request.tools', 'this is a number, where something that is true or false is needed (at character 1)'],
    ['"text"', 'this is a text, where something that is true or false is needed (at character 1)'],
    ['null', 'this is null, where something that is true or false is needed (at character 1)'],
    ['true && "text"', 'this is a text, where something that is true or false is needed (at character 9)'],
    ['!request.tools', 'this is a number, where something that is true or false is needed (at character 2)'],
    [
      '1 ? true : false',
      'this is a number, where something that is true or false is needed (at character 1)',
    ],
    ['request.tools == "1"', 'a number is never equal to a text (at character 18)'],
    ['request.tools > "1"', 'a number and a text are in no order (at character 17)'],
    ['request.stream > 1', 'this is true or false, where a number or a text is needed (at character 1)'],
    ['1 < 2 < 3', 'comparisons do not follow each other: use brackets (at character 7)'],
    ['"a" in "abc"', 'this is a text, where a list is needed (at character 8)'],
    ['request.language.size == 1', 'this is a text, where something with members is needed (at character 1)'],
    ['request.tools.contains("a")', 'this is a number, where a text is needed (at character 1)'],
    [
      'key.project.startswith("a")',
      '`startswith` is no method; did you mean `startsWith`? (at character 13)',
    ],
    ['key.project.matches(metadata.x)', '`matches` takes one text between quotation marks (at character 21)'],
    ['key.project.contains()', '`contains` takes one text between quotation marks (at character 13)'],
    ['key.project.lowerAscii(1) == "a"', '`lowerAscii` takes nothing between its brackets (at character 13)'],
    ['size(1, 2) == 1', '`size` takes one value (at character 1)'],
    ['size(true) == 1', 'this is true or false, where a text or a list is needed (at character 6)'],
    ['has("a")', '`has` asks for something that may be missing, as `metadata.tier` (at character 5)'],
    ['has == 1', '`has` is written `has(…)` (at character 1)'],
    ['a = 1', '`=` alone means nothing: write `==` (at character 3)'],
    ['true & true', '`&` alone means nothing: write `&&` (at character 6)'],
    ['true | true', '`|` alone means nothing: write `||` (at character 6)'],
    ['1 + 1 == 2', 'this character means nothing here (at character 3)'],
    ['true true', 'the end is needed here, not `true` (at character 6)'],
    ['true "a"', 'the end is needed here, not a value (at character 6)'],
    ['(true', '`)` is needed here, not the end (at character 6)'],
    ['metadata. == 1', 'a name is needed here, not `==` (at character 11)'],
    ['[1, 2', '`]` is needed here, not the end (at character 6)'],
    ['"open', 'the text has no end (at character 1)'],
    ['"two\nlines" == "a"', 'the text has no end (at character 1)'],
    [
      String.raw`"\d" == "a"`,
      String.raw`this is no escape: \" \' \\ \/ \n \r \t \xHH \uHHHH are (at character 2)`,
    ],
    ['1a == 1', 'a letter follows a number (at character 2)'],
    ['1e999 == 1', 'the number is too large (at character 1)'],
  ])('%j', (text, mistake) => {
    expect(mistakeIn(text)).toBe(mistake);
  });

  it('and quote no text of the condition, which may be a secret', () => {
    for (const text of [
      '"sk-secret" && true',
      'header("sk-secret") == "a"',
      'true "sk-secret"',
      '"sk-secret',
    ])
      expect(mistakeIn(text)).not.toContain('sk-secret');
  });
});

describe('bounds', () => {
  const around = (times: number, open: string, inner: string, close: string) =>
    open.repeat(times) + inner + close.repeat(times);

  it.each([
    ['brackets', (depth: number) => around(depth, '(', 'true', ')')],
    ['lists', (depth: number) => `${around(depth, '[', '1', ']')} != []`],
    ['members', (depth: number) => `metadata${'.a'.repeat(depth)} == 1`],
    ['indexes', (depth: number) => `${around(depth, 'metadata[', '"a"', ']')} == 1`],
    ['choices', (depth: number) => `${'true ? true : '.repeat(depth)}true`],
    ['calls', (depth: number) => `${around(depth, 'size(', 'metadata', ')')} == 1`],
  ])('%s may be nested 49 deep, not 60', (_, nested) => {
    expect(mistakeIn(nested(49))).toSatisfy((mistake) => mistake === null || !mistake.includes('nested'));
    expect(mistakeIn(nested(60))).toMatch(/^this is nested deeper than 50 levels/);
  });

  it.each([`${'true && '.repeat(240)}true`, `${'false || '.repeat(210)}true`, `${'!'.repeat(1996)}true`])(
    'what only follows one another may be long (%#)',
    (text) => {
      expect(holds(text)).toBe(true);
    },
  );

  it('a list holds 200 entries', () => {
    const list = (length: number) => `1 in [${new Array(length).fill('1').join(',')}]`;
    expect(mistakeIn(list(200))).toBeNull();
    expect(mistakeIn(list(201))).toContain('a list has at most 200 entries');
  });

  it('a condition has 2,000 characters', () => {
    const long = (length: number) => `"${'a'.repeat(length - 8)}" != ""`;
    expect([mistakeIn(long(2000)), mistakeIn(long(2001))]).toEqual([null, 'is longer than 2000 characters']);
  });
});

describe('whatever the text', () => {
  const WORDS = [
    ...[...NAMES.keys()].flatMap((name) => [name, ...name.split('.')]),
    ...['metadata', 'has', 'size', 'header', 'true', 'false', 'null', 'in', 'constructor', '__proto__'],
    ...['startsWith', 'endsWith', 'contains', 'matches', 'lowerAscii'],
    ...'( ) [ ] { } , . ? : ! && || == != < <= > >= = & | + - ; \\ " \' 0 1 1.5 -2 1e9 .5 "a" \'b\' "*a*" "x-beta"'.split(
      ' ',
    ),
  ];
  const metadata = {
    tier: 'gold',
    project: ['a', 1, null, { a: 'a'.repeat(500) }],
    tools: { startsWith: 1, metadata: true },
  };

  it.each([1, 2, 3, 4, 5, 6])('no condition throws, at reading or at a request (seed %i)', (seed) => {
    const random = seeded(seed);
    let compiledOnes = 0;
    for (let round = 0; round < 4000; round += 1) {
      const text = random
        .list(random.between(1, 14), () => random.pick(WORDS))
        .join(random.chance(0.5) ? ' ' : '');
      const compiled = compileCondition(text, { headers: HEADERS });
      if ('mistake' in compiled) expect(compiled.mistake).toMatch(/\(at character \d+\)$/);
      else {
        compiledOnes += 1;
        expect(typeof compiled.condition.test(questionOf({ metadata }))).toBe('boolean');
      }
    }
    expect(compiledOnes).toBeGreaterThan(0);
  });

  it.each([7, 8, 9])('nor one made by the grammar (seed %i)', (seed) => {
    const random = seeded(seed);
    for (let round = 0; round < 3000; round += 1) {
      const text = made(random, 4);
      const compiled = compileCondition(text, { headers: HEADERS });
      if ('mistake' in compiled) expect(compiled.mistake, text).toMatch(/\(at character \d+\)$|longer than/);
      else expect(typeof compiled.condition.test(questionOf({ metadata })), text).toBe('boolean');
    }
  });

  it('nor one of any characters (seed 10)', () => {
    const random = seeded(10);
    for (let round = 0; round < 3000; round += 1) {
      const codes = random.list(random.between(0, 40), () =>
        random.between(0, random.chance(0.7) ? 127 : 65_535),
      );
      expect(() => compileCondition(String.fromCharCode(...codes), { headers: HEADERS })).not.toThrow();
    }
  });
});

/** A sentence of the grammar: mostly with a mistake in its types, often without. */
function made(random: ReturnType<typeof seeded>, depth: number): string {
  const inner = () => made(random, depth - 1);
  if (depth === 0)
    return random.pick([...NAMES.keys(), 'metadata.tier', 'metadata', 'true', '"a"', '3', 'null']);
  return random.pick([
    () => `(${inner()})`,
    () => `!${inner()}`,
    () => `(${inner()} ${random.pick(['==', '!=', '<', '<=', '>', '>=', 'in', '&&', '||'])} ${inner()})`,
    () => `(${inner()} == ${inner()})`,
    () => `(${inner()} ? ${inner()} : ${inner()})`,
    () => `[${inner()}, ${inner()}]`,
    () => `metadata.project[${inner()}]`,
    () => `metadata.${random.pick(['tier', 'tools', 'nothing'])}`,
    () => `${inner()}.${random.pick(['startsWith', 'contains', 'matches'])}("*a*")`,
    () => `size(${inner()})`,
    () => `has(${inner()})`,
  ])();
}

/** Steps are what a search makes of text and pattern; a search that tries all ends of all stars never comes back from these. */
describe('traps H7: what is hostile is answered', () => {
  const text = 'a'.repeat(65_536);

  it.each([
    `metadata.text.matches("${'*a'.repeat(900)}*b")`,
    `metadata.text.matches("${'a*'.repeat(900)}b")`,
    `metadata.text.contains("${'a'.repeat(900)}b${'a'.repeat(900)}")`,
    `metadata.text.contains("${'a'.repeat(1900)}b")`,
    `metadata.text${'.lowerAscii()'.repeat(49)} == "b"`,
    Array.from({ length: 60 }, () => 'metadata.text.matches("*ab*")').join(' || '),
  ])('%#', (condition) => {
    expect(holds(condition, { metadata: { text } })).toBe(false);
  });
});
