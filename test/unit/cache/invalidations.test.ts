/** What forgets an entry, and what does not: never somebody else's purge, always one's own. */
import { describe, expect, it } from 'vitest';
import {
  createInvalidations,
  type Forgettable,
  followInvalidations,
  type Sharer,
} from '../../../src/cache/invalidations.ts';
import {
  ALL_FORGOTTEN,
  INVALIDATION_KINDS,
  type Invalidation,
  type InvalidationsCopy,
  NOTHING_FORGOTTEN,
} from '../../../src/keys/invalidations-copy.ts';
import { type Seeded, seeded } from '../../support/seeded.ts';

const KEY = 'a'.repeat(64);
const WEB: Sharer = { project: 'web', organization: 'acme' };

const anEntry = (about: Partial<Forgettable['about']> = {}, generation = 5): Forgettable => ({
  generation,
  provider: 'openai',
  model: 'gpt-5.2',
  about: { ...WEB, model: 'fast', namespace: 'n1', tags: ['t1', 't2'], ...about },
});

const anInvalidation = (fields: Partial<Invalidation>): Invalidation => ({
  generation: 6,
  project: null,
  kind: 'all',
  value: null,
  ...fields,
});

const copyOf = (...entries: Invalidation[]): InvalidationsCopy => ({
  version: 1,
  generation: Math.max(0, ...entries.map(({ generation }) => generation)),
  entries,
});

const isGood = (entry: Forgettable, entries: Invalidation[], reader: Sharer = entry.about): boolean =>
  createInvalidations(copyOf(...entries)).isGood(entry, KEY, reader);

describe('an entry', () => {
  it('is good where nothing was ever forgotten', () => {
    const { generation, isGood: judge } = createInvalidations(NOTHING_FORGOTTEN);
    expect([generation, judge(anEntry({}, 0), KEY, WEB)]).toEqual([0, true]);
  });

  it('is never good while nobody knows what was forgotten, and neither is what is kept meanwhile', () => {
    const { generation, isGood: judge } = createInvalidations(ALL_FORGOTTEN);
    for (const known of [generation, 5, Date.now()]) expect(judge(anEntry({}, known), KEY, WEB)).toBe(false);
    expect(isGood(anEntry({}, generation), [anInvalidation({ generation: 1 })])).toBe(false);
  });

  it.each<[string, Partial<Invalidation>]>([
    ['everything', {}],
    ['its key', { kind: 'key', value: KEY }],
    ['the model, as the client named it', { kind: 'model', value: 'fast' }],
    ['the model, as the provider names it', { kind: 'model', value: 'openai/gpt-5.2' }],
    ['its namespace', { kind: 'namespace', value: 'n1' }],
    ['one of its tags', { kind: 'tag', value: 't2' }],
    ['its project, whatever the organisation', { project: 'web' }],
    ['its project, as this organisation has it', { project: 'web', organization: 'acme' }],
    ['its organisation', { organization: 'acme' }],
    ['a tag of its project', { project: 'web', kind: 'tag', value: 't1' }],
  ])('is forgotten by %s', (_, fields) => {
    expect(isGood(anEntry(), [anInvalidation(fields)])).toBe(false);
    expect(isGood(anEntry({}, 6), [anInvalidation(fields)])).toBe(true); // asked for when that was known
    expect(isGood(anEntry(), [anInvalidation({ ...fields, generation: 5 })])).toBe(true);
  });

  it.each<[string, Partial<Invalidation>]>([
    ['another key', { kind: 'key', value: 'b'.repeat(64) }],
    ['another model', { kind: 'model', value: 'slow' }],
    ['the bare name of its model', { kind: 'model', value: 'gpt-5.2' }],
    ['another namespace', { kind: 'namespace', value: 'n2' }],
    ['another tag', { kind: 'tag', value: 't' }],
    ['a namespace with the name of its tag', { kind: 'namespace', value: 't1' }],
    ['another project', { project: 'shop' }],
    ['another organisation', { organization: 'bolt' }],
    ['its project, as another organisation has it', { project: 'web', organization: 'bolt' }],
    ['its project, as those without an organisation have it', { project: 'web', organization: null }],
    ['its key, in another project', { project: 'shop', kind: 'key', value: KEY }],
    ['its tag, in another project', { project: 'shop', kind: 'tag', value: 't1' }],
  ])('is not forgotten by %s', (_, fields) => {
    expect(isGood(anEntry(), [anInvalidation(fields)])).toBe(true);
  });

  it('without namespace, tags and organisation is forgotten by what is left', () => {
    const bare = anEntry({ organization: null, namespace: null, tags: [] });
    expect(isGood(bare, [anInvalidation({ kind: 'namespace', value: '' })])).toBe(true);
    expect(isGood(bare, [anInvalidation({ project: 'web', organization: null })])).toBe(false);
    expect(isGood(bare, [anInvalidation({ project: 'web' })])).toBe(false);
    expect(isGood(bare, [anInvalidation({ organization: 'acme' })])).toBe(true);
  });

  it.each(['__proto__', 'constructor', 'hasOwnProperty', ''])('with the tag %j is like any other', (tag) => {
    const tagged = anEntry({ tags: [tag] });
    expect(isGood(tagged, [anInvalidation({ kind: 'tag', value: 'x' })])).toBe(true);
    expect(isGood(tagged, [anInvalidation({ kind: 'tag', value: tag })])).toBe(false);
  });

  it('that two projects share is forgotten for the one that wants it, and not for the other', () => {
    const shop = { project: 'shop', organization: 'acme' };
    const ofShop = [anInvalidation({ ...shop, kind: 'tag', value: 't1' })];
    expect(isGood(anEntry(), ofShop, shop)).toBe(false);
    expect(isGood(anEntry(), ofShop, WEB)).toBe(true);
    expect(isGood(anEntry(), [anInvalidation({ ...WEB })], shop)).toBe(false); // its owner wants it gone
  });

  it('is forgotten by the newest of several for the same', () => {
    const [older, newer] = [anInvalidation({ generation: 4 }), anInvalidation({ generation: 9 })];
    expect(isGood(anEntry({}, 8), [older, newer])).toBe(false);
    expect(isGood(anEntry({}, 8), [newer, older])).toBe(false);
    expect(createInvalidations(copyOf(older, newer)).generation).toBe(9);
  });

  it.each([1, 2, 3])('is judged as by looking at one invalidation after the other (seed %i)', (seed) => {
    const random = seeded(seed);
    const counts = { good: 0, forgotten: 0 };
    for (let round = 0; round < 2000; round += 1) {
      const entries = random.list(random.between(0, 4), () => randomInvalidation(random));
      const entry = anEntry(
        {
          ...randomSharer(random),
          model: random.pick(VALUES),
          namespace: random.pick([null, ...VALUES]),
          tags: random.list(random.between(0, 2), () => random.pick(VALUES)),
        },
        random.between(0, 6),
      );
      const reader = random.chance(0.7) ? entry.about : randomSharer(random);
      const expected = !entries.some((one) => forgets(one, entry, reader));
      counts[expected ? 'good' : 'forgotten'] += 1;
      expect([entries, entry, reader, isGood(entry, entries, reader)]).toEqual([
        entries,
        entry,
        reader,
        expected,
      ]);
    }
    expect(Math.min(counts.good, counts.forgotten)).toBeGreaterThan(200);
  });
});

const VALUES = ['x', 'y', KEY, 'openai/gpt-5.2'];
const PROJECTS = ['web', 'shop'];
const ORGANIZATIONS = [null, 'acme', 'bolt'];

const randomSharer = (random: Seeded): Sharer => ({
  project: random.pick(PROJECTS),
  organization: random.pick(ORGANIZATIONS),
});

function randomInvalidation(random: Seeded): Invalidation {
  const kind = random.pick(INVALIDATION_KINDS);
  const organization = random.pick([undefined, ...ORGANIZATIONS]);
  return {
    generation: random.between(1, 8),
    project: random.pick([null, ...PROJECTS]),
    ...(organization === undefined ? {} : { organization }),
    kind,
    value: kind === 'all' ? null : random.pick(VALUES),
  };
}

/** The rule, said once more by other means. */
function forgets(one: Invalidation, entry: Forgettable, reader: Sharer): boolean {
  const isOf = ({ project, organization }: Sharer) =>
    (one.project === null || one.project === project) &&
    (!('organization' in one) || one.organization === organization);
  const { about, provider, model } = entry;
  const subjects: Readonly<Record<Invalidation['kind'], readonly (string | null)[]>> = {
    all: [null],
    key: [KEY],
    model: [about.model, `${provider}/${model}`],
    namespace: [about.namespace],
    tag: about.tags,
  };
  const isAbout = subjects[one.kind].includes(one.value);
  return one.generation > entry.generation && isAbout && (isOf(about) || isOf(reader));
}

describe('the invalidations of a copy', () => {
  it('are made once of each version', () => {
    let copy = copyOf(anInvalidation({ generation: 3 }));
    const invalidations = followInvalidations(() => copy);
    const first = invalidations();
    expect(invalidations()).toBe(first);
    copy = copyOf(anInvalidation({ generation: 4 }));
    expect(invalidations()).not.toBe(first);
    expect(invalidations().generation).toBe(4);
  });
});
