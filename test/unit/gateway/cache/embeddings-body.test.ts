import { describe, expect, it } from 'vitest';
import { withInputs } from '../../../../src/gateway/cache/embeddings-body.ts';
import { seeded } from '../../../support/seeded.ts';

const SEEDS = Array.from({ length: 40 }, (_, index) => index + 1);
const cut = (body: string, name: string, places: readonly number[]): string =>
  new TextDecoder().decode(withInputs(new TextEncoder().encode(body), name, places));

describe('a body with some of its inputs', () => {
  it.each([
    ['{"input":["a","b","c"],"model":"m"}', [1], '{"input":["b"],"model":"m"}'],
    ['{"input":["a","b","c"]}', [0, 2], '{"input":["a","c"]}'],
    [
      '{ "model" : "m" ,\n "input" : [ "a" ,\n "b" ] , "seed" : 12345678901234567890 }',
      [1],
      '{ "model" : "m" ,\n "input" : [ "b" ] , "seed" : 12345678901234567890 }',
    ],
    ['{"input":["a,]\\"","\\\\","\\u0062"]}', [0, 2], '{"input":["a,]\\"","\\u0062"]}'],
    ['{"input":[[1,2],[3, 4],"ü🙂"]}', [1, 2], '{"input":[[3, 4],"ü🙂"]}'],
    ['{"x":{"input":["no"]},"input":["a","b"]}', [0], '{"x":{"input":["no"]},"input":["a"]}'],
    ['{"\\u0069nput":["a","b"]}', [1], '{"\\u0069nput":["b"]}'],
  ])('is %s without the others, and everything else as it was sent', (body, places, left) => {
    expect(cut(body, 'input', places)).toBe(left);
  });

  it('takes whole objects, whatever they hold', () => {
    const one = '{"content":{"parts":[{"text":"}],"}]},"id":12345678901234567890}';
    const other = '{ "content": {"parts": [] } }';
    expect(cut(`{"requests":[${one}, ${other}],"x":1.0}`, 'requests', [1])).toBe(
      `{"requests":[${other}],"x":1.0}`,
    );
    expect(cut(`{"requests":[${other},${one}]}`, 'requests', [1])).toBe(`{"requests":[${one}]}`);
  });

  it.each(SEEDS)('means what it says, for any white space and any texts (seed %i)', (seed) => {
    const random = seeded(seed);
    const inputs = random.list(random.between(1, 12), () =>
      random.pick([
        random
          .list(random.between(0, 6), () => random.pick(['"', '\\', ',', '[', ']', '{', '}', ':', 'ü', ' ']))
          .join(''),
        random.list(random.between(1, 4), () => random.between(0, 99)),
      ]),
    );
    const body = { model: 'm', input: inputs, more: [{ a: ['x'] }] };
    const text = JSON.stringify(body, null, random.pick([0, 1, '\t']));
    const places = [...inputs.keys()].filter(() => random.chance(0.5));
    const chosen = places.length === 0 ? [0] : places;
    expect(JSON.parse(cut(text, 'input', chosen))).toEqual({
      ...body,
      input: chosen.map((place) => inputs[place]),
    });
  });
});
