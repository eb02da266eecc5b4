/** What every 429 of the gateway's own looks like, whoever's limit it was and at whichever door. */
import { expect } from 'vitest';
import { type DoorId, readError } from '../doors/told-error.ts';
import type { Gateway } from '../gateway.ts';
import type { Answer } from './lab.ts';

export interface ExpectedLimit {
  readonly code:
    | 'request_limit_exceeded'
    | 'token_limit_exceeded'
    | 'concurrency_exceeded'
    | 'budget_exceeded';
  /** The limit field. */
  readonly param: string;
  /** As `key "ci"`; default: any. */
  readonly scope?: string | RegExp;
  /** `false`: no wait helps; default: true. */
  readonly isTimed?: boolean;
}

/** `x-ratelimit-*` as an answer has them; `null` where it has not. */
export function rateLimits({ headers }: Pick<Answer, 'headers'>, unit: 'requests' | 'tokens') {
  const value = (name: string) => headers.get(`x-ratelimit-${name}-${unit}`);
  const number = (name: string) => (value(name) === null ? null : Number(value(name)));
  return { limit: number('limit'), remaining: number('remaining'), reset: value('reset') };
}

/** As Go writes durations: `6m0s`, `1.5s`, `20ms`. */
export const DURATION = /^(?:\d+ms|(?:\d+h)?(?:\d+m)?\d+(?:\.\d+)?s)$/;

/** Checks status, error object, waiting time and log line of a refusal at a door of OpenAI's chat form. */
export async function expectLimit(
  gateway: Pick<Gateway, 'lineOf'>,
  answer: Answer,
  { code, param, scope = /^[a-z ]+ ".+"$/, isTimed = true }: ExpectedLimit,
): Promise<void> {
  const { status, error, text } = answer;
  expect({ status, text }).toEqual({ status: 429, text: expect.stringContaining('"error"') });
  expect(error).toEqual({
    code,
    param,
    type: 'rate_limit_error',
    message: expect.stringMatching(/\S/),
    scope: typeof scope === 'string' ? scope : expect.stringMatching(scope),
  });
  expectWait(answer, { isTimed, isWorthRetrying: isTimed && code !== 'budget_exceeded' });
  expect(await gateway.lineOf(answer.headers.get('x-request-id'))).toMatchObject({
    ending: 'rejected',
    status: 429,
    error_code: code,
    attempts: 0,
    provider: null,
    usage: null,
  });
}

/** The same refusal in a door's own form: Anthropic's has no place for code and param. */
export function expectLimitAtDoor(door: DoorId, answer: Answer, { code, param }: ExpectedLimit): void {
  const { status, text, headers } = answer;
  expect({ status, text }).toMatchObject({ status: 429 });
  const told = readError(door, status, text, headers.get('x-request-id'));
  expect(told.word).toBe(door === 'gemini' ? 'RESOURCE_EXHAUSTED' : 'rate_limit_error');
  if (door !== 'anthropic-messages') expect([told.code, told.param]).toEqual([code, param]);
  expectWait(answer, { isTimed: true, isWorthRetrying: code !== 'budget_exceeded' });
}

function expectWait(
  { headers }: Answer,
  { isTimed, isWorthRetrying }: { isTimed: boolean; isWorthRetrying: boolean },
): void {
  const [seconds, milliseconds] = [headers.get('retry-after'), headers.get('retry-after-ms')];
  expect([seconds, milliseconds]).toEqual([expect.stringMatching(/^\d+$/), expect.stringMatching(/^\d+$/)]);
  expect(Number(seconds)).toBeGreaterThanOrEqual(1);
  expect(Number(milliseconds)).toBeGreaterThanOrEqual(1);
  expect(Math.ceil(Number(milliseconds) / 1000)).toBe(Number(seconds));
  // Where no wait helps, a day stands for those who need a number.
  if (!isTimed) expect(seconds).toBe('86400');
  expect(headers.get('x-should-retry')).toBe(isWorthRetrying ? null : 'false');
}
