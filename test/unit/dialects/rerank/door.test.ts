import { describe, expect, it } from 'vitest';
import type { RerankAnswer } from '../../../../src/dialects/rerank/canonical.ts';
import { RERANK_UPSTREAMS, rerankDoor } from '../../../../src/dialects/rerank/rerank.ts';
import { seeded } from '../../../support/seeded.ts';
import { asked, refusalOf, usageOf } from './support.ts';

const ANSWER: RerankAnswer = {
  id: 'r-1',
  results: [
    { index: 0, score: 0.1 },
    { index: 2, score: 0.9 },
    { index: 1, score: 0.1 },
  ],
  usage: usageOf(7),
  searchUnits: 1,
  model: 'theirs',
};

describe('the rerank door', () => {
  it('reads Cohere’s and Jina’s members', () => {
    const body = {
      documents: ['a', { text: 'b', url: 'https://b' }],
      top_n: 1,
      return_documents: true,
      max_tokens_per_doc: 100,
      max_chunks_per_doc: 2,
      truncation: false,
      priority: 3,
    };
    expect(asked(body)).toEqual({
      query: 'capital?',
      documents: [
        { text: 'a', written: null },
        { text: 'b', written: { text: 'b', url: 'https://b' } },
      ],
      top: 1,
      wantsDocuments: true,
      maxTokensPerDocument: 100,
      maxChunksPerDocument: 2,
      truncates: false,
      extra: { priority: 3 },
    });
  });

  it('takes Voyage’s name for the number of results, and never more than documents', () => {
    expect(asked({ top_k: 2 }).top).toBe(2);
    expect(asked({ top_k: 2, top_n: 2 }).top).toBe(2);
    expect(asked({ top_n: 50 }).top).toBe(3);
    expect(asked().top).toBeNull();
    expect(refusalOf(() => asked({ top_k: 2, top_n: 3 }))).toBe('top_k');
  });

  it('ranks objects by the fields that the client names', () => {
    const documents: Record<string, unknown>[] = [
      { title: 'T', text: 'x', year: 1999 },
      { text: 'y' },
      { title: 'U', constructor: 'no' },
    ];
    const textsOf = (rank_fields: string[]) =>
      asked({ documents, rank_fields }).documents.map(({ text }) => text);
    expect(textsOf(['title', 'text', 'year'])).toEqual([
      'title: T\ntext: x\nyear: 1999',
      'text: y',
      'title: U',
    ]);
    expect(refusalOf(() => textsOf(['title']))).toBe('documents[1]');
    expect(refusalOf(() => textsOf(['toString']))).toBe('documents[0]');
    expect(asked({ documents: [{ title: 'T' }], rank_fields: ['title'] }).documents[0]?.text).toBe('T');
    expect(asked({ documents: [{ text: 'x' }], rank_fields: [] }).documents[0]?.text).toBe('x');
  });

  it.each([
    ['query', undefined, 'query'],
    ['query', '', 'query'],
    ['query', { image: 'https://x' }, 'query'],
    ['documents', null, 'documents'],
    ['documents', [], 'documents'],
    ['documents', 'a', 'documents'],
    ['documents', ['a', 7], 'documents[1]'],
    ['documents', [{ image: 'https://x' }], 'documents[0].text'],
    ['top_n', 0, 'top_n'],
    ['top_k', '3', 'top_k'],
    ['return_documents', 'yes', 'return_documents'],
    ['rank_fields', [1], 'rank_fields[0]'],
    ['max_tokens_per_doc', 1.5, 'max_tokens_per_doc'],
    ['truncate', 'END', 'truncate'],
  ])('refuses %s %j, naming the place', (name, value, param) => {
    expect(refusalOf(() => asked({ [name]: value }))).toBe(param);
  });

  it('answers best first, equal ones in the order of the documents', () => {
    expect(rerankDoor.encodeAnswer(ANSWER, asked(), 'alias')).toEqual({
      id: 'r-1',
      model: 'alias',
      results: [
        { index: 2, relevance_score: 0.9 },
        { index: 0, relevance_score: 0.1 },
        { index: 1, relevance_score: 0.1 },
      ],
      usage: { prompt_tokens: 7, total_tokens: 7 },
      meta: { billed_units: { search_units: 1 }, tokens: { input_tokens: 7 } },
    });
  });

  it('cuts to the number asked for and gives the documents back as they came', () => {
    const documents = ['a', 'b', { text: 'c', url: 'https://c' }];
    const request = asked({ documents, top_n: 2, return_documents: true });
    expect(rerankDoor.encodeAnswer(ANSWER, request, 'alias').results).toEqual([
      { index: 2, relevance_score: 0.9, document: { text: 'c', url: 'https://c' } },
      { index: 0, relevance_score: 0.1, document: { text: 'a' } },
    ]);
  });

  it('makes an id where there is none, and says nothing of bills that nobody told', () => {
    const bare = { ...ANSWER, id: null, usage: null, searchUnits: null };
    const answer = rerankDoor.encodeAnswer(bare, asked(), 'alias');
    expect(answer.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(Object.keys(answer)).toEqual(['id', 'model', 'results']);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('answers what its own form reads again (seed %i)', (seed) => {
    const random = seeded(seed);
    const count = random.between(1, 9);
    const request = asked({ documents: random.list(count, () => 'd'), return_documents: random.chance(0.5) });
    const scores = random.list(count, () => random.next());
    const results = scores
      .map((score, index) => ({ index, score }))
      .toSorted((first, second) => second.score - first.score);
    const usage = random.chance(0.5) ? usageOf(random.between(0, 99)) : null;
    const searchUnits = random.chance(0.5) ? 1 : null;
    const answer = { id: 'r', results, usage, searchUnits, model: 'm' };
    const body: unknown = JSON.parse(JSON.stringify(rerankDoor.encodeAnswer(answer, request, 'm')));
    expect(RERANK_UPSTREAMS.generic.decodeAnswer([body], request)).toEqual(answer);
  });
});
