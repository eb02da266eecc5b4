import { describe, expect, it } from 'vitest';
import { ask, call } from './support.ts';

const PATH = '/v1/embeddings';

async function embed(fields: Record<string, unknown>): Promise<number[][]> {
  const answer = await ask(PATH, { model: 'sim-embedding', ...fields });
  return answer.data.map(({ embedding }) => (typeof embedding === 'string' ? decode(embedding) : embedding));
}

function decode(base64: string): number[] {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(4 * index, true));
}

describe('embeddings of the simulator', () => {
  it('are vectors of length 1 that depend on the text alone', async () => {
    const [first, second, again] = await embed({ input: ['cat', 'dog', 'cat'] });
    expect(first).toHaveLength(256);
    expect(Math.hypot(...(first ?? []))).toBeCloseTo(1, 5);
    expect(again).toEqual(first);
    expect(second).not.toEqual(first);
    expect(await embed({ input: 'cat' })).toEqual([first]);
  });

  it.each([1, 3, 4096])('have %i dimensions when asked for', async (dimensions) => {
    const [vector] = await embed({ input: 'cat', dimensions });
    expect(vector).toHaveLength(dimensions);
    expect(Math.hypot(...(vector ?? []))).toBeCloseTo(1, 5);
  });

  it('are the same numbers in base64', async () => {
    const input = ['cat', 'dog'];
    expect(await embed({ input, encoding_format: 'base64' })).toEqual(await embed({ input }));
  });

  it.each([
    ['one two', 2],
    [['one', 'seven'], 3],
    [[5, 6, 7], 3],
    [[[5, 6], [7]], 3],
  ])('count the tokens of %j', async (input, tokens) => {
    const answer = await ask(PATH, { model: 'sim-embedding', input });
    expect(answer).toMatchObject({
      object: 'list',
      model: 'sim-embedding',
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    });
    expect(answer.data.map((item) => item.index)).toEqual(answer.data.map((_, index) => index));
  });

  it.each([
    ['input', { input: undefined }],
    ['input', { input: '' }],
    ['input', { input: [] }],
    ['input', { input: ['a', ''] }],
    ['input', { input: [1.5] }],
    ['input', { input: Array(2000).fill('x'), dimensions: 4096 }],
    ['dimensions', { dimensions: 0 }],
    ['dimensions', { dimensions: 4097 }],
    ['encoding_format', { encoding_format: 'hex' }],
  ])('refuse a bad request, naming %s', async (param, fields) => {
    const response = await call(PATH, { model: 'sim-embedding', input: 'x', ...fields });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param } });
  });
});
