import { describe, expect, it } from 'vitest';
import { ProviderError, ProviderUnreachable } from '../../../../src/errors.ts';
import { learnFromAnswer, learnFromFailure } from '../../../../src/gateway/attempt/lessons.ts';
import type { OneAttempt } from '../../../../src/gateway/attempt/one-attempt.ts';
import { Overtime } from '../../../../src/gateway/attempt/overtime.ts';
import type { Scene } from '../../../../src/gateway/attempt/scene.ts';
import { verdictOf } from '../../../../src/gateway/attempt/verdict.ts';
import { ClientLeft } from '../../../../src/gateway/client-left.ts';
import {
  AttemptFailed,
  type AttemptFailure,
  credentialRefused,
  timedOut,
  unreachable,
} from '../../../../src/gateway/provider-failure.ts';
import { plainCredential } from '../../../../src/providers/credentials/credential.ts';
import { HealthBook } from '../../../../src/routing/health/health-book.ts';
import { createContext, createTestServices, PROVIDER } from '../support.ts';
import { planOf, refusal, targetOf } from './support.ts';

const FIELDS = { message: 'no', type: null, param: null, code: null };
const KEY = plainCredential('one#1', 'sk-of-the-first-01');
const TARGET = targetOf('one', { credentials: [KEY] });
const NAME = 'one/m';

const answered = (status: number, retryAfterMs: number | null = null): AttemptFailure => ({
  error: new ProviderError(status, FIELDS, retryAfterMs),
  remedy: 'next-credential',
  isCredentialRefused: false,
  isRateLimited: status === 429,
  retryAfterMs,
});

/** What the lessons look at of a call and its request. */
function open() {
  const { context, clock } = createContext();
  const services = createTestServices({
    providers: { one: { base_url: 'https://one.example/v1' } },
    models: {
      all: {
        targets: [
          { provider: 'one', model: 'm' },
          { provider: 'one', model: 'other' },
        ],
      },
    },
  });
  const health = new HealthBook({ now: context.now }).in('weur');
  const request = { sent: () => new Uint8Array(2), parse: () => ({}) };
  const plan = planOf([TARGET], { health });
  const scene = {
    exchange: { context, services, headers: new Headers() },
    plan,
    request,
  } as unknown as Scene; // no more is asked for
  const attempt = { target: TARGET, credential: KEY, asksForUsage: true, askedAt: clock.now } as OneAttempt; // nor here
  const standing = (model = 'm') => {
    const { state, until } = services.credentialBook.standing(KEY.stateId, model, clock.now);
    return [state, until === 0 ? 0 : until - clock.now];
  };
  return {
    clock,
    services,
    scene,
    attempt,
    standing,
    health,
    fail: (failure: AttemptFailure) => learnFromFailure(attempt, failure, scene),
  };
}

describe('a rate limit', () => {
  it('lets the credential rest for as long as the provider says, for that model', () => {
    const { fail, standing } = open();
    fail(answered(429, 42_000));
    expect([standing(), standing('other')]).toEqual([
      ['cooling', 42_000],
      ['active', 0],
    ]);
  });

  it('without a wait lets it rest for longer each time, up to a minute', () => {
    const { clock, fail, standing } = open();
    const rests = Array.from({ length: 6 }, () => {
      fail(answered(429));
      const [, ms] = standing();
      clock.now += Number(ms);
      return ms;
    });
    expect(rests).toEqual([5000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  });

  it('never lets it rest for longer than ten minutes', () => {
    const { fail, standing } = open();
    fail(answered(429, 86_400_000));
    expect(standing()).toEqual(['cooling', 600_000]);
  });

  it('is over with an answer, and the next one starts from the beginning', () => {
    const { clock, fail, standing, attempt, scene } = open();
    for (let time = 0; time < 3; time += 1) fail(answered(429));
    clock.now += 1;
    learnFromAnswer({ ...attempt, askedAt: clock.now } as OneAttempt, scene);
    expect(standing()).toEqual(['active', 0]);
    fail(answered(429));
    expect(standing()).toEqual(['cooling', 5000]);
  });

  it('is not over with an answer to what was asked before it', () => {
    const { clock, fail, standing, attempt, scene } = open();
    clock.now += 1;
    fail(answered(429));
    learnFromAnswer(attempt, scene);
    expect(standing()).toEqual(['cooling', 5000]);
    fail(answered(429));
    expect(standing()).toEqual(['cooling', 10_000]);
  });
});

describe('a refused credential', () => {
  it('is invalid for half a minute, for every model', () => {
    const { fail, standing } = open();
    fail(credentialRefused(PROVIDER));
    expect([standing(), standing('other')]).toEqual([
      ['invalid', 30_000],
      ['invalid', 30_000],
    ]);
  });

  it('is exhausted for five minutes where only its quota is used up', () => {
    const { fail, standing } = open();
    fail(credentialRefused(PROVIDER, { status: 429, reason: 'quota' }));
    expect(standing()).toEqual(['exhausted', 300_000]);
  });
});

describe('a target', () => {
  it.each([
    [503, 3000, 3000],
    [529, 86_400_000, 600_000],
    [500, null, 0],
  ])('that answers %i and asks for %s ms is left alone for %i', (status, retryAfterMs, rest) => {
    const { clock, fail, health, standing } = open();
    fail({ ...answered(status, retryAfterMs), remedy: 'again' });
    expect(Math.max(0, health.of(NAME).coolingUntil - clock.now)).toBe(rest);
    expect(standing()).toEqual(['active', 0]);
  });

  it('that does not know our wish for usage is not asked for it for a while', () => {
    const { services, fail } = open();
    fail(refusal(400, { message: 'Unknown parameter: stream_options' }));
    expect(services.withoutStreamOptions.get('one')).toBe(true);
  });
});

describe('what a failure says of its target', () => {
  it.each<[string, Error, string]>([
    ['500', new AttemptFailed(answered(500)), 'failure'],
    ['429', new AttemptFailed(answered(429)), 'neutral'],
    ['400', new AttemptFailed(refusal(400, {})), 'neutral'],
    ['409', new AttemptFailed(refusal(409, {})), 'neutral'],
    ['408', new AttemptFailed(refusal(408, {})), 'failure'],
    ['a refused credential', new AttemptFailed(credentialRefused(PROVIDER)), 'neutral'],
    ['nobody there', new AttemptFailed(unreachable(PROVIDER)), 'failure'],
    ['silence', new AttemptFailed(timedOut(PROVIDER, 'answer')), 'failure'],
    ['the whole took too long', new Overtime('one', false), 'failure'],
    ["the client's own bound", new Overtime('one', true), 'neutral'],
    ['the client left', new ClientLeft(), 'neutral'],
    ['a mistake of ours', new Error('oops'), 'neutral'],
    ['a failure of another kind', new ProviderUnreachable('x'), 'failure'],
  ])('%s: %s', (_, reason, verdict) => {
    expect(verdictOf(reason, true)).toBe(verdict);
  });

  it('the whole took too long, and others had most of it: neutral', () => {
    expect(verdictOf(new Overtime('one', false), false)).toBe('neutral');
  });
});
