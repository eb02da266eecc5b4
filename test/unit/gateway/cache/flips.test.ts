/**
 * Requests that differ in one place, of all the places that a request has: they have different keys (traps E2, E3), but
 * for what is left out on purpose and for spellings that a form calls the same.
 */
import { describe, expect, it } from 'vitest';
import type { RouteId } from '../../../../src/dialects/routes.ts';
import { LEFT_OUT } from '../../../../src/gateway/cache/key-parts.ts';
import { compareKeys } from '../../../support/cache/collisions.ts';
import { flipsOf } from '../../../support/cache/flips.ts';
import { isShared, routeOf } from '../../../support/cache/keys.ts';
import { ODD } from './odd-requests.ts';
import { OWN } from './own-requests.ts';
import { RICH } from './rich-requests.ts';

/** Words of the forms, by what they answer: where one may stand, so may the others. */
const WORDS: readonly (readonly string[])[] = [
  ['auto', 'none', 'required', 'any', 'tool'],
  ['enabled', 'adaptive', 'between_tools', 'disabled'],
  ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'auto', 'original'],
  ['text', 'input_text', 'output_text', 'refusal', 'summary_text'],
  ['json_schema', 'json_object', 'text'],
  ['system', 'developer', 'user', 'assistant', 'model', 'tool', 'function'],
  ['MODE_UNSPECIFIED', 'ANY', 'AUTO', 'NONE', 'VALIDATED'],
  ['LOW', 'HIGH', 'THINKING_LEVEL_UNSPECIFIED'],
  ['auto', 'default', 'standard', 'standard_only', 'flex', 'priority'],
  ['application/json', 'text/plain', 'text/x.enum'],
  ['function', 'custom', 'web_search'],
  ['base64', 'url', 'file', 'text', 'content'],
  ['summarized', 'omitted'],
  ['reasoning.encrypted_content', 'message.output_text.logprobs', 'file_search_call.results'],
  ['thinking', 'redacted_thinking'],
  ['5m', '1h'],
  ['image/png', 'image/jpeg', 'image/jpg'],
  ['auto', 'disabled'],
];

/** What is left out: told apart by nothing. */
const without = (id: RouteId, body: unknown): unknown => {
  const left = [...LEFT_OUT[routeOf(id).dialect], 'model'];
  return Object.fromEntries(Object.entries(body as object).filter(([name]) => !left.includes(name)));
};

/** What each form calls the same. */
const SPELLINGS: Readonly<Partial<Record<RouteId, readonly string[]>>> = {
  responses: Array(3).fill('as it is = input.*.type removed'), // of messages
  messages: ['as it is = tools.*.type removed'], // `custom`
  'gemini.generateContent': Array(2).fill('as it is = contents.*.role removed'), // `user`
};

const compareFlips = (id: RouteId, body: unknown) =>
  compareKeys(id, [{ what: 'as it is', body }, ...flipsOf(body, WORDS)], (one) => without(id, one));

const told = (requests: typeof RICH) =>
  requests.map(([id, body], index) => [`${id} ${index}`, id, body] as const);

describe('a key', () => {
  it.each(told(RICH))('is that of the canonical form: %s', (_, id, body) => {
    expect(isShared(id, body)).toBe(true);
  });

  it.each(told(ODD))('is that of the body where the canonical form loses something: %s', (_, id, body) => {
    expect(isShared(id, body)).toBe(false);
  });

  it.each(told(RICH))('differs wherever two requests differ: %s', (_, id, body) => {
    const { collisions, keyed, refused, uncached } = compareFlips(id, body);
    expect(collisions.map((one) => one.replace(/\d+/g, '*'))).toEqual(SPELLINGS[id] ?? []);
    expect(keyed).toBeGreaterThan(700);
    expect(refused).toBeLessThan(30);
    expect(uncached).toBe(0);
  });

  it.each(told(OWN))('differs wherever two requests of one form differ: %s', (_, id, body) => {
    const { collisions, keyed } = compareFlips(id, body);
    expect(collisions).toEqual([]);
    expect(keyed).toBeGreaterThan(20);
  });

  it.each(told(ODD))('differs wherever two odd requests differ: %s', (_, id, body) => {
    const { collisions, keyed } = compareFlips(id, body);
    expect(collisions).toEqual([]);
    expect(keyed).toBeGreaterThan(20);
  });
});
