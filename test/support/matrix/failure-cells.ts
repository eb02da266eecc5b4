/** Failures of the provider: before an answer with the door's own words, in a stream never like an ending (traps C11). */
import { expect } from 'vitest';
import { RETRY_AFTER } from '../stand-ins/form.ts';
import { naming } from './asks.ts';
import type { Cell } from './cell.ts';
import { OVERLOADED, TELLS_RETRY } from './exceptions.ts';
import { failureOf } from './expectations.ts';
import type { Pair } from './pair.ts';

/** Words of the doors for what is wrong: the client's request, too many of them, or the provider. */
const WORDS: Readonly<Record<string, { bad: RegExp; many: RegExp; broken: RegExp }>> = {
  'openai-chat': { bad: /./, many: /./, broken: /./ },
  'openai-responses': { bad: /./, many: /./, broken: /./ },
  'anthropic-messages': {
    bad: /^invalid_request_error$/,
    many: /^rate_limit_error$/,
    broken: /^(api_error|overloaded_error)$/,
  },
  gemini: {
    bad: /^INVALID_ARGUMENT$/,
    many: /^RESOURCE_EXHAUSTED$/,
    broken: /^(UNAVAILABLE|INTERNAL|UNKNOWN)$/,
  },
};
const wordsOf = ({ door }: Pair): { bad: RegExp; many: RegExp; broken: RegExp } =>
  WORDS[door.id] ?? { bad: /./, many: /./, broken: /./ };

async function fail(
  pair: Pair,
  scenario: string,
  stream: boolean,
  kind?: 'wrong-key',
): ReturnType<typeof failureOf> {
  const conversation = pair.open({}, kind);
  conversation.user(naming(scenario).text);
  return failureOf(pair, conversation.send(stream));
}

export const FAILURE_CELLS: readonly Cell[] = [
  {
    name: 'a rate limit of the provider',
    run: async (pair) => {
      for (const stream of [false, true]) {
        const failed = await fail(pair, 'rate-limit', stream);
        expect(failed).toMatchObject({ status: 429, type: expect.stringMatching(wordsOf(pair).many) });
        if (TELLS_RETRY.includes(pair.form)) expect(Number(failed.retryAfter)).toBe(RETRY_AFTER);
      }
    },
  },
  {
    name: 'a request that the provider refuses',
    run: async (pair) => {
      for (const stream of [false, true]) {
        const failed = await fail(pair, 'bad-request', stream);
        expect(failed).toMatchObject({ status: 400, type: expect.stringMatching(wordsOf(pair).bad) });
        expect(failed.message).toMatch(/long|many|exceeds/); // the vendor's own words
      }
    },
  },
  {
    name: 'an overloaded and a broken provider',
    run: async (pair) => {
      for (const stream of [false, true]) {
        const type = expect.stringMatching(wordsOf(pair).broken);
        expect(await fail(pair, 'overloaded', stream)).toMatchObject({ status: OVERLOADED[pair.form], type });
        expect(await fail(pair, 'server-error', stream)).toMatchObject({ status: 500, type });
      }
    },
  },
  {
    name: 'a provider that refuses the gateway’s key',
    run: async (pair) => {
      const failed = await fail(pair, 'plain', false, 'wrong-key');
      expect(failed).toMatchObject({ status: 502 });
      expect(failed.message).not.toContain('sk-wrong');
    },
  },
  ...(['error-mid-stream', 'error-mid-call', 'reset-mid-stream', 'early-end'] as const).map(
    (scenario): Cell => ({
      name: `a stream that breaks: ${scenario}`,
      run: async (pair) => {
        const conversation = pair.open();
        conversation.user(naming(scenario).text);
        const failed = await failureOf(pair, conversation.send(true));
        expect(failed.message).not.toBe('');
        expect(failed.type).toMatch(wordsOf(pair).broken);
        const again = await conversation.replay();
        expect(again.status).toBe(200);
        const bytes = await again.text();
        expect(bytes).not.toMatch(pair.door.wholeMark);
        // Gemini's form has no half calls.
        const begun = scenario !== 'error-mid-call' ? 'Half' : pair.door.id === 'gemini' ? '' : 'get_weather';
        expect(bytes).toContain(begun);
        const line = await pair.gateway.lineOf(again.headers.get('x-request-id'));
        expect(line).toMatchObject({ ending: 'upstream_error', attempts: 1 });
      },
    }),
  ),
];
