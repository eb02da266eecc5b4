/** One question through the four chat doors has one key, and two questions never have. */
import { describe, expect, it } from 'vitest';
import type { RouteId } from '../../../../src/dialects/routes.ts';
import { keyOf } from '../../../support/cache/keys.ts';
import { type Bodies, chat, messages, responses, SAME, SCHEMA } from './same-questions.ts';

const keysOf = (bodies: Bodies) =>
  Object.entries(bodies).map(
    ([id, body]) => [id, keyOf(id as RouteId, body, { mayBeStored: false })] as const,
  ); // the ids of `Bodies`

describe('one question', () => {
  it.each(Object.entries(SAME))('has one key through every door: %s', (_, bodies) => {
    const keys = keysOf(bodies);
    expect(keys.length).toBeGreaterThan(1);
    expect(keys[0]?.[1]).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.fromEntries(keys)).toEqual(Object.fromEntries(keys.map(([id]) => [id, keys[0]?.[1]])));
  });

  it('is another than all the others', () => {
    const keys = Object.values(SAME).map((bodies) => keysOf(bodies)[0]?.[1]);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('what one form means by leaving something out, another may not', () => {
  it.each<[string, Bodies]>([
    [
      'a function that is strict unless it says no, or only if it says so',
      {
        'chat.completions': chat({
          tools: [{ type: 'function', function: { name: 'look', parameters: SCHEMA } }],
        }),
        responses: responses({ tools: [{ type: 'function', name: 'look', parameters: SCHEMA }] }),
      },
    ],
    [
      'thinking that comes back hidden',
      {
        'chat.completions': chat({ reasoning_effort: 'high' }),
        responses: responses({ reasoning: { effort: 'high' }, include: ['reasoning.encrypted_content'] }),
      },
    ],
    [
      'a limit',
      {
        'chat.completions': chat({ max_tokens: null }),
        messages: messages(),
      },
    ],
    [
      'instructions that stand among the turns',
      {
        'chat.completions': chat({
          messages: [
            { role: 'system', content: 'Be brief.' },
            { role: 'user', content: 'Hi' },
          ],
        }),
        responses: responses({
          input: [
            { role: 'system', content: 'Be brief.' },
            { role: 'user', content: 'Hi' },
          ],
        }),
      },
    ],
    [
      'functions by their old name',
      {
        'chat.completions': chat({ functions: [{ name: 'look', parameters: SCHEMA }] }),
        messages: messages({ tools: [{ name: 'look', input_schema: SCHEMA }] }),
      },
    ],
    [
      'the same member of another form',
      {
        'chat.completions': chat({ container: 'c1' }),
        messages: messages({ container: 'c1' }),
      },
    ],
  ])('%s', (_, bodies) => {
    const keys = keysOf(bodies).map(([, key]) => key);
    expect(keys).not.toContain(null);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('instructions are told apart from a first message by their own door too', () => {
    const input = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
    ];
    expect(keyOf('responses', responses({ input }))).not.toBe(
      keyOf('responses', responses({ instructions: 'Be brief.' })),
    );
  });
});
