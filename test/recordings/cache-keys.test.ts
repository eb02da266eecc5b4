/**
 * Keys of the cache against OpenAI's own document: every property of every request, however deep, filled in each of the
 * ways that its schema names and left out, gives another key (traps E2). `SPECS_DIR` says where the document is.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RouteId } from '../../src/dialects/routes.ts';
import { LEFT_OUT } from '../../src/gateway/cache/key-parts.ts';
import { compareKeys } from '../support/cache/collisions.ts';
import { keyOf, routeOf } from '../support/cache/keys.ts';
import { type Sample, SchemaValues } from '../support/cache/schema-values.ts';
import { hasSpecs, loadSpecification, SPECS_DIR } from '../support/openapi.ts';

/** Schema of the route's request, what it needs, how many samples there are at least. */
const REQUESTS: readonly (readonly [RouteId, string, object, number])[] = [
  ['chat.completions', 'CreateChatCompletionRequest', { messages: [{ role: 'user', content: 'Hi' }] }, 400],
  ['responses', 'CreateResponse', { input: 'Hi' }, 2000],
  ['completions', 'CreateCompletionRequest', { prompt: 'Hi' }, 60],
  ['moderations', 'CreateModerationRequest', { input: 'Hi' }, 15],
  ['images.generations', 'CreateImageRequest', { prompt: 'A cat' }, 40],
  ['audio.speech', 'CreateSpeechRequest', { input: 'Hi', voice: 'alloy' }, 30],
];

/** A text, and a list that holds nothing but that text as OpenAI writes it. */
const ONE_TEXT = [
  /^messages\[\]\(\d\) = messages\[\]\(\d\)\.content\(1\)\[\](\(0\))?\.prompt_cache_breakpoint removed$/,
];

/** Spellings that the documentation calls the same, in the words of the samples. */
const SPELLINGS: Readonly<Partial<Record<RouteId, readonly RegExp[]>>> = {
  'chat.completions': [
    ...ONE_TEXT,
    /^stop\(0\)="(.*)" = stop\(1\)\[\]="\1"$/,
    /^max_completion_tokens=(\d+) = max_tokens=\1$/,
  ],
  responses: [
    /^input\(1\)\[\]\(0\) = input\(1\)\[\]\(0\)\.content\(1\)\[\]\(0\)\.prompt_cache_breakpoint removed$/,
    /^input\(0\)="some text" = input\(1\)\[\]\(0\)\.phase removed$/, // a message of the user, with nothing but its text
    /^input\(1\)\[\]\(0\) = input\(1\)\[\]\(0\)\.type removed$/, // of a message
  ],
};

describe('keys of requests, by OpenAI’s document', () => {
  it(`the document is read from ${SPECS_DIR}${hasSpecs() ? '' : ' — IT IS NOT THERE, nothing was judged'}`, () => {
    if (!hasSpecs()) console.warn(`No document in ${SPECS_DIR}: set SPECS_DIR.`);
  });
  if (!hasSpecs()) return;
  const document = JSON.parse(readFileSync(join(SPECS_DIR, 'openai.openapi.json'), 'utf8'));
  const values = new SchemaValues(document.components.schemas);
  const specification = loadSpecification();

  /** Requests with one property more than they need. */
  const samplesOf = (schema: string, base: object): (Sample & { readonly name: string })[] =>
    Object.entries(values.propertiesOf(schema)).flatMap(([name, property]) =>
      values
        .samples(property)
        .map(({ what, value }) => ({ name, what: name + what, value: { ...base, [name]: value } })),
    );
  const leftOutOf = (id: RouteId): readonly string[] => [...LEFT_OUT[routeOf(id).dialect], 'model'];

  it.each(REQUESTS)('%s: all are told apart', (id, schema, base, least) => {
    const samples = samplesOf(schema, base);
    const flips = samples.map(({ what, value }) => ({ what, body: value }));
    const left = leftOutOf(id);
    const { collisions, keyed, refused, uncached } = compareKeys(
      id,
      [{ what: 'base', body: base }, ...flips],
      (body) => Object.fromEntries(Object.entries(body as object).filter(([name]) => !left.includes(name))),
    );
    const spellings = SPELLINGS[id] ?? [];
    expect(collisions.filter((one) => !spellings.some((spelling) => spelling.test(one)))).toEqual([]);
    expect(spellings.filter((spelling) => !collisions.some((one) => spelling.test(one)))).toEqual([]);
    expect(keyed).toBeGreaterThan(least);
    expect(refused).toBeLessThan(10); // `conversation`
    expect(uncached).toBe(id === 'responses' ? 1 : 0); // `background`
  });

  it.each(REQUESTS)('%s: they are what the document allows', (_, schema, base) => {
    const samples = samplesOf(schema, base);
    const wrong = samples.filter(({ value }) => {
      const body = { model: 'gpt-4o', ...(value as object) };
      return specification.mistakes(schema, body).length > 0;
    });
    // Of schemas that exclude one another the validator wants more than a sample of each branch says.
    expect(wrong.length).toBeLessThan(samples.length / 10);
  });

  it.each(REQUESTS)('%s: what is left out makes no difference', (id, schema, base) => {
    const left = leftOutOf(id);
    const samples = samplesOf(schema, base).filter(({ name }) => left.includes(name) && name !== 'model');
    const names = new Set(samples.map(({ name }) => name));
    const known = Object.keys(values.propertiesOf(schema)).filter(
      (name) => left.includes(name) && name !== 'model',
    );
    expect([...names].sort()).toEqual(known.sort());
    const key = keyOf(id, base);
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    for (const { value } of samples) expect(keyOf(id, value)).toBe(key);
  });
});
