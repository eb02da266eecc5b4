import { describe, expect, it } from 'vitest';
import { CredentialBook } from '../../../../src/routing/health/credential-book.ts';
import { START } from './health-support.ts';

const ID = 'openai#1-3f9a0c21';
const ACTIVE = { state: 'active', until: 0 };

const learnt = (headers: Record<string, string>, book = new CredentialBook(), now = START) => {
  book.learn(ID, 'small', new Headers(headers), now);
  return book;
};

describe('what providers say of a credential', () => {
  it.each([
    ['6m0s', 360_000],
    ['20ms', 20],
    ['1.5s', 1500],
    ['1h2m3.5s', 3_600_000],
    ['2m59.56s', 179_560],
    ['17', 17_000],
    ['0.5', 500],
    ['1d', 3_600_000],
    ['2000000', 3_600_000],
  ])('exhausts it for %s when no requests remain, and for an hour at most', (reset, ms) => {
    const book = learnt({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': reset });
    expect(book.standing(ID, 'small', START)).toEqual({ state: 'exhausted', until: START + ms });
    expect(book.standing(ID, 'small', START + ms)).toEqual(ACTIVE);
  });

  it.each(['', 'soon', '-5s', '5 s', '1e3', 'NaN', '5x', 's', '1727000000', '9'.repeat(30), '1s'.repeat(40)])(
    'does not go by a reset like "%s"',
    (reset) => {
      const book = learnt({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': reset });
      expect(book.standing(ID, 'small', START)).toEqual(ACTIVE);
    },
  );

  it.each(['', '-1', '0x0', 'none', '0.0', '1e3', '9'.repeat(20)])(
    'does not go by "%s" remaining',
    (remaining) => {
      const book = learnt({
        'x-ratelimit-remaining-requests': remaining,
        'x-ratelimit-reset-requests': '5s',
        'x-ratelimit-remaining-tokens': remaining,
        'x-ratelimit-reset-tokens': '5s',
      });
      expect(book.standing(ID, 'small', START)).toEqual(ACTIVE);
      expect(book.tokensLeft(ID, 'small', START)).toBeNull();
    },
  );

  it.each(['requests', 'tokens', 'input-tokens', 'output-tokens'])("reads Anthropic's %s", (kind) => {
    const book = learnt({
      [`anthropic-ratelimit-${kind}-limit`]: '50',
      [`anthropic-ratelimit-${kind}-remaining`]: '0',
      [`anthropic-ratelimit-${kind}-reset`]: new Date(START + 30_000).toISOString(),
    });
    expect(book.standing(ID, 'small', START)).toEqual({ state: 'exhausted', until: START + 30_000 });
  });

  it.each(['2020-01-01T00:00:00Z', '2099-01-01T00:00:00Z', 'tomorrow', '2026-99-99T99:99:99Z'])(
    'does not go by an instant like %s',
    (reset) => {
      const book = learnt({
        'anthropic-ratelimit-requests-remaining': '0',
        'anthropic-ratelimit-requests-reset': reset,
      });
      expect(book.standing(ID, 'small', START)).toEqual(ACTIVE);
    },
  );

  it('waits for the latest of the limits that are used up', () => {
    const book = learnt({
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '2s',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '9s',
    });
    expect(book.standing(ID, 'small', START).until).toBe(START + 9000);
  });

  it('counts for the model that was asked', () => {
    const book = learnt({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '5s' });
    expect(book.standing(ID, 'large', START)).toEqual(ACTIVE);
    expect(book.standing('openai#2', 'small', START)).toEqual(ACTIVE);
  });

  it('is over when a later answer says that there is some again', () => {
    const book = learnt({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '50s' });
    book.works(ID, 'small', START + 1);
    expect(book.standing(ID, 'small', START + 1).state).toBe('exhausted');
    learnt({ 'x-ratelimit-remaining-requests': '0' }, book, START + 2);
    expect(book.standing(ID, 'small', START + 2).state).toBe('exhausted');
    learnt({ 'x-ratelimit-remaining-requests': '3' }, book, START + 3);
    expect(book.standing(ID, 'small', START + 3)).toEqual(ACTIVE);
  });

  it('does not shorten a rest', () => {
    const book = new CredentialBook();
    book.cool(ID, 'small', START + 30_000, START);
    learnt({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '5s' }, book);
    expect(book.standing(ID, 'small', START)).toEqual({ state: 'cooling', until: START + 30_000 });
    learnt({ 'x-ratelimit-remaining-requests': '5', 'x-ratelimit-reset-requests': '5s' }, book);
    expect(book.standing(ID, 'small', START)).toEqual({ state: 'cooling', until: START + 30_000 });
  });

  it('tells the tokens left, the scarcest of them, until they fill up', () => {
    const book = learnt({
      'anthropic-ratelimit-input-tokens-remaining': '4000',
      'anthropic-ratelimit-output-tokens-remaining': '900',
      'anthropic-ratelimit-output-tokens-reset': new Date(START + 20_000).toISOString(),
      'anthropic-ratelimit-requests-remaining': '3',
    });
    expect(book.tokensLeft(ID, 'small', START)).toBe(900);
    expect(book.tokensLeft(ID, 'large', START)).toBeNull();
    expect(book.tokensLeft(ID, 'small', START + 20_000)).toBeNull();
  });

  it('remembers tokens left for a minute, whatever the reset is', () => {
    const book = learnt({ 'x-ratelimit-remaining-tokens': '500', 'x-ratelimit-reset-tokens': '6m0s' });
    expect(book.tokensLeft(ID, 'small', START + 59_999)).toBe(500);
    expect(book.tokensLeft(ID, 'small', START + 60_000)).toBeNull();
  });
});

describe('the states of a credential', () => {
  it('rest for one model, and are invalid or out of money for all', () => {
    const book = new CredentialBook();
    book.cool(ID, 'small', START + 10, START);
    expect(book.standing(ID, 'large', START)).toEqual(ACTIVE);
    book.exhaust(ID, START + 5, START);
    expect(book.standing(ID, 'small', START)).toEqual({ state: 'cooling', until: START + 10 });
    expect(book.standing(ID, 'large', START)).toEqual({ state: 'exhausted', until: START + 5 });
    book.invalidate(ID, START + 20, START + 1);
    expect(book.standing(ID, 'small', START + 1)).toEqual({ state: 'invalid', until: START + 20 });
    expect(book.standing(ID, 'small', START + 20)).toEqual(ACTIVE);
  });

  it('are over when an answer comes', () => {
    const book = new CredentialBook();
    book.cool(ID, 'small', START + 1000, START);
    book.cool(ID, 'large', START + 1000, START);
    book.invalidate(ID, START + 1000, START);
    book.works(ID, 'small', START + 1);
    expect(book.standing(ID, 'small', START + 1)).toEqual(ACTIVE);
    expect(book.standing(ID, 'large', START + 1).state).toBe('cooling');
    book.exhaust(ID, START + 9000, START + 2);
    book.works(ID, 'small', START + 3);
    expect(book.standing(ID, 'small', START + 3)).toEqual(ACTIVE);
  });

  it('stay when the answer is to a call that began before they were learnt', () => {
    const book = new CredentialBook();
    book.cool(ID, 'small', START + 1000, START);
    book.works(ID, 'small', START + 1, START - 1);
    expect(book.standing(ID, 'small', START + 1).state).toBe('cooling');
  });

  it('are forgotten, the oldest first, when there are too many', () => {
    const book = new CredentialBook();
    book.invalidate(ID, START + 1000, START);
    for (let other = 0; other < 1999; other += 1) book.cool(`x#${other}`, 'm', START + 1000, START);
    expect(book.standing(ID, 'm', START).state).toBe('invalid');
    book.cool('y#1', 'm', START + 1000, START);
    expect(book.standing(ID, 'm', START)).toEqual(ACTIVE);
    expect(book.standing('x#0', 'm', START).state).toBe('cooling');
  });
});

describe('what is told of credentials', () => {
  it('is what changed since the last report', () => {
    const book = new CredentialBook();
    expect(book.takeReport()).toEqual([]);
    book.cool(ID, 'small', START + 1000, START);
    book.invalidate(ID, START + 2000, START + 1);
    expect(book.isUrgent).toBe(true);
    expect(book.takeReport()).toEqual([
      { id: `${ID} small`, state: 'cooling', until: START + 1000, at: START },
      { id: ID, state: 'invalid', until: START + 2000, at: START + 1 },
    ]);
    expect(book.isUrgent).toBe(false);
    expect(book.takeReport()).toEqual([]);
    book.works(ID, 'small', START + 2);
    expect(book.isUrgent).toBe(false);
    expect(book.takeReport()).toEqual([
      { id: `${ID} small`, state: 'active', until: 0, at: START + 2 },
      { id: ID, state: 'active', until: 0, at: START + 2 },
    ]);
    book.works(ID, 'small', START + 3);
    expect(book.takeReport()).toEqual([]);
  });

  it('is told again when it could not be delivered, unless there is a newer word', () => {
    const book = new CredentialBook();
    book.cool(ID, 'small', START + 1000, START);
    book.cool(ID, 'large', START + 1000, START);
    const lost = book.takeReport();
    book.cool(ID, 'large', START + 5000, START + 1);
    book.takeReport();
    book.putBack(lost);
    expect(book.takeReport().map(({ id }) => id)).toEqual([`${ID} small`]);
  });

  it('is believed when it is newer than what is known here', () => {
    const book = new CredentialBook();
    book.cool(ID, 'small', START + 1000, START);
    book.absorb([{ id: `${ID} small`, state: 'active', until: 0, at: START - 1 }]);
    expect(book.standing(ID, 'small', START).state).toBe('cooling');
    book.absorb([{ id: `${ID} small`, state: 'active', until: 0, at: START + 1 }]);
    expect(book.standing(ID, 'small', START + 1)).toEqual(ACTIVE);
    book.absorb([{ id: ID, state: 'invalid', until: START + 9000, at: START }]);
    expect(book.standing(ID, 'any', START)).toEqual({ state: 'invalid', until: START + 9000 });
  });

  it('is not told back', () => {
    const book = new CredentialBook();
    book.absorb([{ id: ID, state: 'invalid', until: START + 9000, at: START }]);
    expect(book.takeReport()).toEqual([]);
    expect(book.isUrgent).toBe(false);
  });
});
