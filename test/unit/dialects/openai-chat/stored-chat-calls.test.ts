import { describe, expect, it } from 'vitest';
import { CHAT_STORED } from '../../../../src/dialects/openai-chat/stored-chat.ts';
import { chunksOf } from './codec-support.ts';
import { call, collect, type Json } from './stored-support.ts';

const callsOf = (...deltas: readonly unknown[]): Json => {
  const lists = deltas.map((one) => ({ tool_calls: Array.isArray(one) ? one : [one] }));
  const body: Json = collect(CHAT_STORED, chunksOf(lists, 'tool_calls') as object[]);
  return body.choices[0].message.tool_calls;
};
const delta = (members: object, made: object) => ({ ...members, function: made });

describe('tool calls put together', () => {
  it.each<[string, readonly unknown[], readonly object[]]>([
    [
      'arguments in pieces, by index',
      [
        delta({ index: 0, id: 'a', type: 'function' }, { name: 'f', arguments: '' }),
        delta({ index: 0 }, { arguments: '{"x"' }),
        delta({ index: 0 }, { arguments: ':1}' }),
      ],
      [call('a', 'f', '{"x":1}')],
    ],
    [
      'a `null` among the arguments',
      [
        delta({ index: 0, id: 'a' }, { name: 'f', arguments: '{"x":' }),
        delta({ index: 0 }, { arguments: 'null' }),
        delta({ index: 0 }, { arguments: '}' }),
      ],
      [call('a', 'f', '{"x":null}')],
    ],
    [
      'parallel calls that interleave',
      [
        [
          delta({ index: 0, id: 'a' }, { name: 'f', arguments: '' }),
          delta({ index: 1, id: 'b' }, { name: 'g' }),
        ],
        delta({ index: 1 }, { arguments: '{"y":2}' }),
        delta({ index: 0 }, { arguments: '{"x":1}' }),
      ],
      [call('a', 'f', '{"x":1}'), call('b', 'g', '{"y":2}')],
    ],
    [
      'traps C10: parallel calls that all have index 0',
      [
        delta({ index: 0, id: 'a' }, { name: 'f', arguments: '{"x":1}' }),
        delta({ index: 0, id: 'b' }, { name: 'f', arguments: '{"x":2}' }),
      ],
      [call('a', 'f', '{"x":1}'), call('b', 'f', '{"x":2}')],
    ],
    [
      'wire 39: empty ids, names and types later',
      [
        delta({ index: 0, id: 'a', type: 'function' }, { name: 'f', arguments: null }),
        delta({ index: 0, id: '', type: '' }, { name: '', arguments: '{' }),
        delta({ index: 0, id: null, type: null }, { name: null, arguments: '}' }),
      ],
      [call('a', 'f', '{}')],
    ],
    [
      'wire 38: a whole call without index and type',
      [delta({ id: 'a' }, { name: 'f', arguments: '{}' })],
      [call('a', 'f', '{}')],
    ],
    [
      'wire 33: calls without ids',
      [
        [
          delta({ id: '' }, { name: 'f', arguments: '{}' }),
          delta({ id: '' }, { name: 'f', arguments: '{}' }),
        ],
      ],
      [call('', 'f', '{}'), call('', 'f', '{}')],
    ],
    [
      'a type that is never said',
      [
        delta({ index: 0, id: 'a', type: null }, { name: 'f', arguments: '{' }),
        delta({ index: 0, type: '' }, { arguments: '}' }),
      ],
      [call('a', 'f', '{}')],
    ],
    [
      'ids that change: the first',
      [
        delta({ index: 0, id: 'a' }, { name: 'f', arguments: '{' }),
        delta({ index: 0, id: 'b' }, { arguments: '}' }),
        delta({ index: 1, id: 'b' }, { name: 'g', arguments: '{}' }),
      ],
      [call('a', 'f', '{}'), call('b', 'g', '{}')],
    ],
    [
      'the name in every piece, once',
      [
        delta({ index: 0, id: 'a' }, { name: 'f', arguments: '{' }),
        delta({ index: 0, id: 'a' }, { name: 'f', arguments: '}' }),
      ],
      [call('a', 'f', '{}')],
    ],
    [
      'wire 41: arguments as an object',
      [delta({ id: 'a' }, { index: 0, name: 'f', arguments: { x: 1 } })],
      [call('a', 'f', '{"x":1}')],
    ],
    ['wire 37: no arguments', [delta({ index: 0, id: 'a' }, { name: 'f' })], [call('a', 'f', '')]],
    [
      'wire 42: a custom call',
      [
        { index: 0, id: 'a', type: 'custom', custom: { name: 'f', input: '4 +' } },
        { index: 0, custom: { input: ' 4' } },
      ],
      [{ id: 'a', type: 'custom', custom: { name: 'f', input: '4 + 4' } }],
    ],
    [
      'members that nobody knows, and proofs',
      [
        delta(
          { index: 0, id: 'a', extra_content: { google: { thought_signature: 'p' } } },
          { name: 'f', note: 1 },
        ),
        delta({ index: 0, later: true }, { arguments: '{}' }),
      ],
      [
        {
          ...call('a', 'f', '{}'),
          function: { name: 'f', arguments: '{}', note: 1 },
          extra_content: { google: { thought_signature: 'p' } },
          later: true,
        },
      ],
    ],
  ])('are %s', (_, deltas, expected) => {
    expect(callsOf(...deltas)).toEqual(expected);
  });

  it.each([[null], [[]]])('are %j where that is all that came', (value) => {
    const body: Json = collect(CHAT_STORED, chunksOf([{ content: 'a', tool_calls: value }]) as object[]);
    expect(body.choices[0].message).toEqual({ role: 'assistant', content: 'a', tool_calls: value });
  });
});
