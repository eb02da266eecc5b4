/** Who asks what in a day: three tenants with mixes of their own, some of whose texts are the same. */
import { type Seeded, seeded } from '../../support/seeded.ts';
import type { Body } from './provider.ts';

export const TENANTS = ['helpdesk', 'catalogue', 'research'] as const;
export type TenantName = (typeof TENANTS)[number];

/** The names of models, as clients say them. */
export type Alias = 'assistant' | 'analyst' | 'vectors';

/** How long answers may be reused, in seconds. */
export const TTL_SECONDS: Readonly<Record<TenantName, number>> = {
  helpdesk: 4 * 3600,
  catalogue: 7 * 86_400,
  research: 3600,
};

export interface Asked {
  /** Milliseconds from the beginning of the day. */
  readonly at: number;
  readonly place: number;
  readonly tenant: TenantName;
  readonly path: '/v1/chat/completions' | '/v1/messages' | '/v1/embeddings';
  readonly body: Body & { readonly model: Alias };
  /** By mode `auto`. */
  readonly isCacheable: boolean;
}

export const PLACES = 2;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** In the order of time. */
export function askedInADay(seed: number): readonly Asked[] {
  const random = seeded(seed);
  return [...helpdesk(random), ...catalogue(random), ...research(random)].sort((a, b) => a.at - b.at);
}

/** A moment and a place: most ask by day, and days are six hours apart. */
function comesAt(random: Seeded): Pick<Asked, 'at' | 'place'> {
  const place = random.between(0, PLACES - 1);
  for (;;) {
    const at = random.between(0, DAY_MS - 1);
    const busy = 1 + 0.8 * Math.sin((2 * Math.PI * (at - 9 * HOUR_MS + place * 6 * HOUR_MS)) / DAY_MS);
    if (random.chance(busy / 1.8)) return { at, place };
  }
}

/** Numbers from 0, the first ones most often: the nth with a weight of `1 / n ** skew`. */
function zipf(random: Seeded, count: number, skew: number): () => number {
  const sums: number[] = [];
  let all = 0;
  for (let n = 1; n <= count; n += 1) {
    all += 1 / n ** skew;
    sums.push(all);
  }
  return () => {
    const at = random.next() * all;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) > at) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

const questionText = (number: number): string => `Question ${number}: what do I do when this does not work?`;

const HELP_QUESTIONS = 3500;
const SYSTEM = 'You answer for the help desk. Be brief, be kind, and say where it is written.';

/** The same of whoever asks: what is kept of one tenant would do for the other. */
const helpBody = (number: number, temperature: number) => ({
  model: 'assistant' as const,
  temperature,
  max_tokens: 400,
  messages: [
    { role: 'system', content: SYSTEM },
    { role: 'user', content: questionText(number) },
  ],
});

/**
 * Short questions to one prompt: most with temperature 0, some of them in another vendor's words, some with a seed, some
 * for another answer each time.
 */
function helpdesk(random: Seeded): readonly Asked[] {
  const next = zipf(random, HELP_QUESTIONS, 1);
  return random.list(7000, () => {
    const kind = random.next();
    const isCacheable = kind < 0.85;
    const body = helpBody(next(), kind < 0.75 ? 0 : random.pick([0.3, 0.8]));
    const user = `user-${random.between(1, 500)}`;
    const shared = { ...comesAt(random), tenant: 'helpdesk', isCacheable } as const;
    const pinned = kind < 0.75 || !isCacheable ? {} : { seed: 7 };
    if (kind >= 0.15) return { ...shared, path: '/v1/chat/completions', body: { ...body, ...pinned, user } };
    const [, ...messages] = body.messages;
    return {
      ...shared,
      path: '/v1/messages',
      body: { ...body, system: SYSTEM, messages, metadata: { user_id: user } },
    };
  });
}

const DOCUMENTS = 2000;
const REINDEXED_AT = [2 * HOUR_MS, 14 * HOUR_MS];
const CHANGED = 0.05;
const BATCH = 64;

/** What is searched for, some pages of documents, and twice a day all of them, of which a few have changed. */
function catalogue(random: Seeded): readonly Asked[] {
  const next = zipf(random, 20_000, 1.1);
  const shared = { tenant: 'catalogue', path: '/v1/embeddings', isCacheable: true } as const;
  const bodyOf = (input: unknown) => ({ model: 'vectors' as const, input });
  const changed = REINDEXED_AT.map(() => random.list(DOCUMENTS, () => random.chance(CHANGED)));
  const textAt = (number: number, at: number) => {
    const document = number % DOCUMENTS;
    const edition = REINDEXED_AT.filter(
      (changedAt, run) => changedAt <= at && changed[run]?.[document],
    ).length;
    return `Document ${document}, edition ${edition}: what it says, and to whom.`;
  };
  const textsAt = (at: number, from: number, count: number) =>
    bodyOf(Array.from({ length: count }, (_, i) => textAt(from + i, at)));
  const searches = random.list(2000, () => ({
    ...shared,
    ...comesAt(random),
    body: bodyOf(questionText(next())),
  }));
  const pages = random.list(300, () => {
    const moment = comesAt(random);
    const from = random.between(0, DOCUMENTS - 1);
    return { ...shared, ...moment, body: textsAt(moment.at, from, random.between(8, 32)) };
  });
  const runs = REINDEXED_AT.flatMap((startsAt) =>
    Array.from({ length: Math.ceil(DOCUMENTS / BATCH) }, (_, batch) => {
      const at = startsAt + batch * 500;
      const count = Math.min(BATCH, DOCUMENTS - batch * BATCH);
      return { ...shared, at, place: 0, body: textsAt(at, batch * BATCH, count) };
    }),
  );
  return [...searches, ...pages, ...runs];
}

/**
 * Questions with what was found for them, which is something else every six hours; free conversation that never repeats;
 * and what the help desk is asked too.
 */
function research(random: Seeded): readonly Asked[] {
  const next = zipf(random, 1000, 0.9);
  const nextOfHelp = zipf(random, HELP_QUESTIONS, 1);
  const shared = { tenant: 'research', path: '/v1/chat/completions' } as const;
  return random.list(4000, () => {
    const moment = comesAt(random);
    const kind = random.next();
    if (kind < 0.1) return { ...shared, ...moment, body: helpBody(nextOfHelp(), 0), isCacheable: true };
    const analyst = { model: 'analyst' as const, max_tokens: 800 };
    if (kind < 0.4) {
      const messages = [{ role: 'user', content: `Let us think about ${random.between(0, 2 ** 30)}.` }];
      return { ...shared, ...moment, body: { ...analyst, temperature: 1, messages }, isCacheable: false };
    }
    const number = next();
    const edition = Math.floor(moment.at / (6 * HOUR_MS));
    const found = [1, 2, 3].map((rank) => `Found for ${number}, edition ${edition}, place ${rank}.`);
    const messages = [
      { role: 'system', content: `Answer from what was found.\n${found.join('\n')}` },
      { role: 'user', content: questionText(number) },
    ];
    return { ...shared, ...moment, body: { ...analyst, temperature: 0, messages }, isCacheable: true };
  });
}
