import { describe, expect, it } from 'vitest';
import { blockOf } from '../../../src/gateway/credential-block.ts';
import { type CredentialQuestion, orderCredentials } from '../../../src/gateway/order-credentials.ts';
import { noCredential, plainCredential } from '../../../src/providers/credentials/credential.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { CredentialBook } from '../../../src/routing/health/credential-book.ts';
import { providerWith } from '../../support/provider.ts';
import { seeded } from '../../support/seeded.ts';

const NOW = 1_700_000_000_000;
const MODEL = 'm';
interface Key {
  readonly weight?: number;
  readonly isDisabled?: boolean;
}
const pool = (keys: readonly Key[], keySelection: Provider['keySelection'] = 'in_order'): Provider =>
  providerWith({
    id: 'acme',
    keySelection,
    credentials: keys.map(({ weight = 1, isDisabled = false }, index) =>
      plainCredential(`acme#${index + 1}`, `sk-${index + 1}`, { weight, isDisabled }),
    ),
  });
const stateOf = (provider: Provider, number: number): string =>
  provider.credentials[number - 1]?.stateId ?? '';

const question = (fields: Partial<CredentialQuestion> = {}): CredentialQuestion => ({
  now: NOW,
  random: () => 0.5,
  conversation: () => 'key talk',
  expectedTokens: () => null,
  ...fields,
});
function order(
  provider: Provider,
  book = new CredentialBook(),
  fields: Partial<CredentialQuestion> = {},
): number[] {
  return orderCredentials(provider, MODEL, book, question(fields)).map(({ id }) => Number(id.split('#')[1]));
}

describe('orderCredentials', () => {
  it('asks in order, and never with one that is disabled', () => {
    expect(order(pool([{}, { isDisabled: true }, {}]))).toEqual([1, 3]);
    expect(order(pool([{ isDisabled: true }]))).toEqual([]);
    expect(order(providerWith({ credentials: [noCredential('acme#0')] }))).toEqual([0]);
  });

  it('puts those that rest behind, the first to wake first, and those that were refused last', () => {
    const provider = pool([{}, {}, {}, {}, {}]);
    const book = new CredentialBook();
    book.invalidate(stateOf(provider, 1), NOW + 1000, NOW);
    book.cool(stateOf(provider, 2), MODEL, NOW + 30_000, NOW);
    book.exhaust(stateOf(provider, 3), NOW + 20_000, NOW);
    book.cool(stateOf(provider, 4), 'another-model', NOW + 30_000, NOW);
    expect(order(provider, book)).toEqual([4, 5, 3, 2, 1]);
    expect(order(provider, book, { now: NOW + 25_000 })).toEqual([1, 3, 4, 5, 2]);
    expect(order(provider, book, { now: NOW + 30_001 })).toEqual([1, 2, 3, 4, 5]);
  });

  it('holds nothing against a secret that took the place of one that was refused', () => {
    const book = new CredentialBook();
    const before = pool([{}, {}]);
    book.invalidate(stateOf(before, 1), NOW + 600_000, NOW);
    expect(order(before, book)).toEqual([2, 1]);
    const [, second] = before.credentials;
    if (second === undefined) throw new Error('no second credential');
    const rotated = providerWith({ credentials: [plainCredential('acme#1', 'sk-new'), second] });
    expect(order(rotated, book)).toEqual([1, 2]);
  });

  it('puts one with too few tokens left for this request behind those with enough', () => {
    const provider = pool([{}, {}, {}]);
    const book = new CredentialBook();
    const left = (tokens: number) =>
      new Headers({ 'x-ratelimit-remaining-tokens': String(tokens), 'x-ratelimit-reset-tokens': '30s' });
    book.learn(stateOf(provider, 1), MODEL, left(500), NOW);
    book.learn(stateOf(provider, 2), MODEL, left(5000), NOW);
    book.cool(stateOf(provider, 3), MODEL, NOW + 1000, NOW);
    expect(order(provider, book, { expectedTokens: () => 1000 })).toEqual([2, 1, 3]);
    expect(order(provider, book, { expectedTokens: () => 400 })).toEqual([1, 2, 3]);
    expect(order(provider, book, { expectedTokens: () => null })).toEqual([1, 2, 3]);
  });

  it('works nothing out that it does not need', () => {
    const never = (): never => {
      throw new Error('asked');
    };
    const fields = { random: never, conversation: never, expectedTokens: never };
    expect(order(pool([{}, {}]), new CredentialBook(), fields)).toEqual([1, 2]);
    expect(order(pool([{}], 'sticky'), new CredentialBook(), fields)).toEqual([1]);
  });
});

describe('weighted', () => {
  const provider = pool([{ weight: 3 }, { weight: 1 }, { weight: 0 }], 'weighted');

  it('asks first with each by its share, and with one of weight 0 when the others fail', () => {
    const random = seeded(11);
    const firsts = [0, 0, 0];
    for (let round = 0; round < 4000; round += 1) {
      const [first = 0, , last] = order(provider, new CredentialBook(), { random: random.next });
      firsts[first - 1] = (firsts[first - 1] ?? 0) + 1;
      expect(last).toBe(3);
    }
    expect((firsts[0] ?? 0) / 4000).toBeGreaterThan(0.72);
    expect((firsts[0] ?? 0) / 4000).toBeLessThan(0.78);
  });

  it('still puts one that rests behind', () => {
    const book = new CredentialBook();
    book.cool(stateOf(provider, 1), MODEL, NOW + 1000, NOW);
    expect(order(provider, book)).toEqual([2, 3, 1]);
  });

  it('keeps the order where no weight is above 0', () => {
    expect(order(pool([{ weight: 0 }, { weight: 0 }, { weight: 0 }], 'weighted'))).toEqual([1, 2, 3]);
  });
});

describe('traps I6: sticky', () => {
  const talks = Array.from({ length: 400 }, (_, index) => `talk ${index}`);
  const firstOf = (provider: Provider, talk: string, book = new CredentialBook()) =>
    order(provider, book, { conversation: () => talk })[0];
  const provider = pool([{}, {}, {}], 'sticky');

  it('asks with the same for the same conversation, and spreads conversations', () => {
    const chosen = talks.map((talk) => firstOf(provider, talk));
    expect(talks.map((talk) => firstOf(provider, talk))).toEqual(chosen);
    for (const number of [1, 2, 3]) {
      const share = chosen.filter((one) => one === number).length / talks.length;
      expect(share).toBeGreaterThan(0.25);
      expect(share).toBeLessThan(0.42);
    }
  });

  it('moves only the conversations of one that is taken away, and takes them back with it', () => {
    const without = pool([{}, { isDisabled: true }, {}], 'sticky');
    for (const talk of talks) {
      const before = firstOf(provider, talk);
      if (before !== 2) expect(firstOf(without, talk)).toBe(before);
      else expect(firstOf(without, talk)).not.toBe(2);
    }
  });

  it('leaves one that rests for as long as it does, and stays through a rotation of its secret', () => {
    const book = new CredentialBook();
    book.cool(stateOf(provider, 1), MODEL, NOW + 1000, NOW);
    const rotated = providerWith({
      keySelection: 'sticky',
      credentials: provider.credentials.map(({ id }) => plainCredential(id, `${id}-rotated`)),
    });
    for (const talk of talks) {
      expect(firstOf(provider, talk, book)).not.toBe(1);
      expect(firstOf(rotated, talk)).toBe(firstOf(provider, talk));
    }
  });
});

describe('blockOf', () => {
  it('is none while one can be asked with', () => {
    expect(blockOf(pool([{ isDisabled: true }, {}]), MODEL, new CredentialBook(), NOW)).toBeNull();
  });

  it('ends when the first wakes, and never for those that are disabled', () => {
    const provider = pool([{ isDisabled: true }, {}, {}]);
    const book = new CredentialBook();
    book.cool(stateOf(provider, 2), MODEL, NOW + 5000, NOW);
    book.exhaust(stateOf(provider, 3), NOW + 3000, NOW);
    expect(blockOf(provider, MODEL, book, NOW)).toEqual({
      reason: 'its credentials are used up',
      until: NOW + 3000,
    });
    expect(blockOf(pool([{ isDisabled: true }]), MODEL, book, NOW)).toEqual({
      reason: 'its credentials are disabled',
      until: Number.POSITIVE_INFINITY,
    });
  });
});
