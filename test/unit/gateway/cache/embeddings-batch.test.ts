import { describe, expect, it } from 'vitest';
import type { EmbeddingsDoorId } from '../../../../src/dialects/routes.ts';
import { EmbeddingsBatch, MOST_INPUTS_KEPT } from '../../../../src/gateway/cache/embeddings-batch.ts';
import { type Seeded, seeded } from '../../../support/seeded.ts';
import {
  answerOf,
  type Body,
  batchOf,
  bodyOf,
  bytesOf,
  inOrder,
  inputsOf,
  jsonOf,
  keyOf,
  MODEL,
  Shelf,
  SPELLED,
  usageOf,
  type Vendor,
  withoutUsage,
} from './embeddings-support.ts';

const SEEDS = Array.from({ length: 40 }, (_, index) => index + 1);
const LISTS = ['openai', 'gemini-batch-embed-contents'] as const;

const vendorOf = (random: Seeded, spelled: keyof typeof SPELLED = 'short'): Vendor => ({
  spelled: SPELLED[spelled],
  dimensions: random.between(1, 12),
  random,
});

/** Few enough that some of them come again. */
const randomTexts = (random: Seeded, most: number) =>
  random.list(random.between(1, most), () =>
    random.pick(['a', 'bb', 'ü', '🙂', '"', '', 'x'.repeat(40), '\\n']),
  );

function randomRequest(random: Seeded): { door: EmbeddingsDoorId; body: Body } {
  const door = random.pick([
    'openai',
    'openai',
    'gemini-embed-content',
    'gemini-batch-embed-contents',
  ] as const);
  const texts = randomTexts(random, door === 'gemini-embed-content' ? 1 : 9);
  if (door !== 'openai') return { door, body: bodyOf(door, texts) };
  const input = random.chance(0.2) ? (texts[0] ?? '') : texts;
  const encoding = random.pick([{}, { encoding_format: 'base64' }, { encoding_format: 'float' }]);
  return { door, body: { model: MODEL, input, ...encoding } };
}

describe('a batch of which some is known', () => {
  it.each(SEEDS)(
    'is answered as the vendor would answer all of it, whatever came before (seed %i)',
    (seed) => {
      const random = seeded(seed);
      const vendor = vendorOf(random);
      const shelf = new Shelf(vendor);
      for (let turn = 0; turn < 12; turn += 1) {
        const { door, body } = randomRequest(random);
        const { answer } = shelf.ask(door, body, random.chance(0.5));
        expect(withoutUsage(answer)).toEqual(withoutUsage(inOrder(answerOf(vendor, door, body))));
      }
    },
  );

  it.each(SEEDS)('sends each unknown input, once, in order (seed %i)', (seed) => {
    const random = seeded(seed);
    const shelf = new Shelf(vendorOf(random));
    const known = new Set<unknown>();
    for (let turn = 0; turn < 12; turn += 1) {
      const { door, body } = randomRequest(random);
      const unknown = [...new Set(inputsOf(door, body))].filter((input) => !known.has(input));
      const { sent, wasWhole } = shelf.ask(door, body);
      expect(sent).toEqual(wasWhole ? [] : unknown);
      for (const input of unknown) known.add(input);
    }
  });

  it.each(SEEDS)('sends nothing the second time, and tells the same, from either entry (seed %i)', (seed) => {
    const random = seeded(seed);
    const spelled = random.pick(['short', 'exact', 'double'] as const);
    const shelf = new Shelf(vendorOf(random, spelled));
    const { door, body } = randomRequest(random);
    const first = shelf.ask(door, body);
    for (const looksForWhole of [true, false]) {
      if (inputsOf(door, body).length === 1 && !looksForWhole) continue; // its only entry
      expect(shelf.ask(door, body, looksForWhole)).toEqual({
        answer: first.answer,
        sent: [],
        wasWhole: looksForWhole,
      });
    }
  });

  it.each(SEEDS)(
    'tells what was used now and what the known ones were told to have used (seed %i)',
    (seed) => {
      const random = seeded(seed);
      const vendor = vendorOf(random);
      const shelf = new Shelf(vendor);
      const door = random.pick(LISTS);
      const [old, fresh] = [
        ['a', 'bb', 'ccc'],
        ['dddd', 'eeeee'],
      ];
      const before = shelf.ask(door, bodyOf(door, old)).answer;
      const now = usageOf(answerOf(vendor, door, bodyOf(door, fresh)));
      const mixed = [...old, ...fresh].sort(() => random.next() - 0.5);
      const { answer } = shelf.ask(door, bodyOf(door, mixed));
      expect(usageOf(answer)).toBe(Number(usageOf(before)) + Number(now));
      expect(usageOf(shelf.ask(door, bodyOf(door, mixed), false).answer)).toBe(usageOf(answer));
    },
  );

  it.each(['exact', 'double'] as const)(
    'keeps decimals of the kind "%s" as they came, and packs them as the vendor does',
    (spelled) => {
      const vendor = vendorOf(seeded(1), spelled);
      const shelf = new Shelf(vendor);
      shelf.ask('openai', bodyOf('openai', ['a', 'b']));
      for (const encoding_format of ['float', 'base64']) {
        const body = bodyOf('openai', ['b', 'c', 'a'], { encoding_format });
        const { answer } = new Shelf(vendor).ask('openai', body);
        expect(withoutUsage(shelf.ask('openai', body).answer)).toEqual(withoutUsage(answer));
      }
    },
  );

  it('of 100 texts of which 90 are known sends 10', () => {
    const shelf = new Shelf(vendorOf(seeded(1)));
    const texts = Array.from({ length: 100 }, (_, place) => `text ${place}`);
    shelf.ask(
      'openai',
      bodyOf(
        'openai',
        texts.filter((_, place) => place % 10 !== 3),
      ),
    );
    const { sent } = shelf.ask('openai', bodyOf('openai', texts));
    expect(sent).toEqual(texts.filter((_, place) => place % 10 === 3));
  });

  it('takes tokens for inputs as it takes texts', () => {
    const vendor = vendorOf(seeded(1));
    const shelf = new Shelf(vendor);
    shelf.ask('openai', { model: MODEL, input: [1, 2, 3] });
    const body = { model: MODEL, input: [[4], [1, 2, 3], 'a', [4]] };
    const { answer, sent } = shelf.ask('openai', body);
    expect(sent).toEqual([[4], 'a']);
    expect(withoutUsage(answer)).toEqual(withoutUsage(inOrder(answerOf(vendor, 'openai', body))));
  });
});

describe('a batch that is not split', () => {
  const outcome = (shelf: Shelf, body: Body) => shelf.ask('openai', body);

  it('of more inputs than are kept one by one is kept whole', () => {
    const shelf = new Shelf(vendorOf(seeded(1)));
    const texts = Array.from({ length: MOST_INPUTS_KEPT + 1 }, (_, place) => `${place}`);
    expect(batchOf('openai', bodyOf('openai', texts)).inputRequests).toEqual([]);
    expect(outcome(shelf, bodyOf('openai', texts)).sent).toEqual(texts);
    expect(shelf.entries.size).toBe(1);
    expect(outcome(shelf, bodyOf('openai', texts))).toMatchObject({ sent: [], wasWhole: true });
    expect(outcome(shelf, bodyOf('openai', texts.slice(1))).sent).toEqual(texts.slice(1));
    expect(shelf.entries.size).toBe(1 + MOST_INPUTS_KEPT + 1);
  });

  it('as its vectors may depend on each other: what stands twice goes up twice', () => {
    const shelf = new Shelf(vendorOf(seeded(1)));
    const body = bodyOf('openai', ['a', 'b', 'a'], { late_chunking: true });
    expect(outcome(shelf, body).sent).toEqual(['a', 'b', 'a']);
    expect(shelf.entries.size).toBe(1);
    expect(outcome(shelf, body)).toMatchObject({ sent: [], wasWhole: true });
  });

  it('is refused where its door refuses it', () => {
    const refused = { input: [{ text: 'a' }] };
    expect(EmbeddingsBatch.read({ door: 'openai', model: MODEL, body: refused })).toBeNull();
    const unlike = [
      { content: { parts: [{ text: 'a' }] }, outputDimensionality: 3 },
      { content: { parts: [{ text: 'a' }] } },
    ];
    const batch = { door: 'gemini-batch-embed-contents', model: MODEL, body: { requests: unlike } } as const;
    expect(EmbeddingsBatch.read(batch)).toBeNull();
  });
});

describe('entries', () => {
  it('are shared by one input alone and the same input in a batch, and by the doors', () => {
    const shelf = new Shelf(vendorOf(seeded(1)));
    shelf.ask('gemini-batch-embed-contents', bodyOf('gemini-batch-embed-contents', ['a', 'b']));
    expect(shelf.ask('openai', { model: MODEL, input: 'a' })).toMatchObject({ sent: [], wasWhole: true });
    expect(shelf.ask('openai', { model: MODEL, input: ['b'] })).toMatchObject({ sent: [], wasWhole: true });
    expect(shelf.ask('openai', bodyOf('openai', ['a', 'b']))).toMatchObject({ sent: [], wasWhole: true });
    expect(shelf.ask('gemini-embed-content', bodyOf('gemini-embed-content', ['b'])).sent).toEqual([]);
    expect(shelf.entries.size).toBe(3);
  });

  it('of the whole know the order of the inputs, those of the inputs do not', () => {
    const [one, other] = [
      ['a', 'b'],
      ['b', 'a'],
    ].map((texts) => batchOf('openai', bodyOf('openai', texts)));
    expect(keyOf(one?.wholeRequest)).not.toBe(keyOf(other?.wholeRequest));
    expect(one?.inputRequests.map(keyOf).sort()).toEqual(other?.inputRequests.map(keyOf).sort());
  });

  it('of the whole answer a request of as many inputs only', () => {
    const vendor = vendorOf(seeded(1));
    const batch = batchOf('openai', bodyOf('openai', ['a', 'b']));
    const split = batch.split([null, null]);
    const answer = split.read(bytesOf(answerOf(vendor, 'openai', bodyOf('openai', ['a', 'b']))), {
      provider: 'vendor',
      model: MODEL,
    });
    const shelf = new Shelf(vendor);
    if (answer !== null) shelf.keep(batch, answer);
    const [, whole] = [...shelf.entries].find(([key]) => key === keyOf(batch.wholeRequest)) ?? [];
    if (whole === undefined) throw new Error('not kept');
    expect(batchOf('openai', bodyOf('openai', ['a'])).recall(whole)).toBeNull();
    expect(batch.recall({ ...whole, body: whole.body.subarray(1) })).toBeNull();
    expect(batch.recall({ ...whole, head: { ...whole.head, kind: 'json' } })).toBeNull();
    expect(jsonOf(batch.recall(whole)?.body ?? bytesOf({}))).toEqual(jsonOf(answer?.body() ?? bytesOf(null)));
  });
});
