import { describe, expect, it } from 'vitest';
import { keyOf } from '../../../support/cache/keys.ts';

const ASKED = { messages: [{ role: 'user', content: 'Hi' }] };
const asChat = (body: object) => keyOf('chat.completions', { ...ASKED, ...body });

/** All different from one another. */
const expectApart = (keys: readonly (string | null)[]) => {
  expect(keys).not.toContain(null);
  expect(new Set(keys).size).toBe(keys.length);
};

describe('what is asked', () => {
  it('is not changed by the order of members, white space and escapes', () => {
    const key = keyOf(
      'chat.completions',
      '{"model":"m","messages":[{"role":"user","content":"Grüße"}],"seed":1}',
    );
    const same = [
      '{"seed":1,"messages":[{"content":"Grüße","role":"user"}],"model":"m"}',
      ' { "model" : "m" ,\n"messages" : [ { "role" : "user" , "content" : "Grüße" } ] , "seed" : 1 } ',
      '{"m\\u006fdel":"m","messages":[{"role":"us\\u0065r","content":"Gr\\u00fc\\u00DFe"}],"seed":1.0}',
    ];
    for (const text of same) expect(keyOf('chat.completions', text)).toBe(key);
  });

  it('tells calls apart by their ids (traps E3)', () => {
    const asked = (first: string, second: string, third: string) =>
      asChat({
        messages: [
          { role: 'user', content: 'Hi' },
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              { id: first, type: 'function', function: { name: 'look', arguments: '{}' } },
              { id: second, type: 'function', function: { name: 'look', arguments: '{}' } },
            ],
          },
          { role: 'tool', tool_call_id: third, content: 'rain' },
          { role: 'tool', tool_call_id: first, content: 'sun' },
        ],
      });
    expectApart([
      asked('a', 'b', 'b'),
      asked('b', 'a', 'a'),
      asked('a', 'b', 'a'),
      asked('a', 'c', 'c'),
      asked('a', 'c', 'b'),
    ]);
  });

  it('tells results apart that stand in one message from those that stand in two', () => {
    const result = (id: string) => ({ type: 'tool_result', tool_use_id: id, content: 'rain' });
    const call = (id: string) => ({ type: 'tool_use', id, name: 'look', input: {} });
    const asked = (...contents: object[][]) =>
      keyOf('messages', {
        max_tokens: 5,
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: [call('a'), call('b')] },
          ...contents.map((content) => ({ role: 'user', content })),
        ],
      });
    expectApart([
      asked([result('a'), result('b')]),
      asked([result('a')], [result('b')]),
      asked([result('b'), result('a')]),
    ]);
  });

  it('tells apart how much may be said and thought (traps E2)', () => {
    const budget = (tokens: number) => ({ thinking: { type: 'enabled', budget_tokens: tokens } });
    expectApart([
      asChat({}),
      asChat({ max_tokens: 5 }),
      asChat({ max_tokens: 6 }),
      asChat({ reasoning_effort: 'low' }),
      asChat({ reasoning_effort: 'high' }),
      asChat({ reasoning: { effort: 'high' } }),
      asChat(budget(2000)),
      asChat(budget(2001)),
      asChat({ thinking: { type: 'disabled' } }),
    ]);
    const words = ['enabled', 'adaptive', 'between_tools', 'disabled'];
    expectApart(
      words.map((type) =>
        keyOf('messages', { ...ASKED, max_tokens: 4000, thinking: { type, budget_tokens: 2000 } }),
      ),
    );
  });

  it('calls both names of the limit one, and a stop sequence alone a list of one', () => {
    expect(asChat({ max_tokens: 5 })).toBe(asChat({ max_completion_tokens: 5 }));
    expect(asChat({ stop: 'END' })).toBe(asChat({ stop: ['END'] }));
    expectApart([asChat({ stop: 'END' }), asChat({ stop: ['E', 'N', 'D'] }), asChat({ stop: ['END', ''] })]);
  });

  it('keeps every digit of a long integer', () => {
    const asked = (seed: string) =>
      keyOf('chat.completions', `{"model":"m","messages":[{"role":"user","content":"Hi"}],"seed":${seed}}`);
    expectApart(['9007199254740992', '9007199254740993', '9007199254740994'].map(asked));
    expect(asked('0')).toBe(asked('-0'));
    expect(asked('1')).toBe(asked('1.0'));
    expectApart([asked('0'), asked('1'), asked('-1'), asked('null')]);
  });

  it('is nothing that JSON cannot say in one way', () => {
    expect(asChat({ stop: '\ud800' })).toBeNull();
    expect(keyOf('completions', '{"model":"m","prompt":"a","temperature":1e999}')).toBeNull();
  });

  it('keeps what a conversation goes on from, and whether it is kept', () => {
    const asked = (more: object) => keyOf('responses', { input: 'Hi', ...more });
    expectApart([
      asked({}),
      asked({ previous_response_id: 'resp_1' }),
      asked({ previous_response_id: 'resp_2' }),
      asked({ store: true }),
      asked({ store: false }),
      asked({ background: false }),
    ]);
  });

  it('takes other names of one member for that member, but not both at once', () => {
    const asked = (config: object) =>
      keyOf('gemini.generateContent', {
        contents: [{ parts: [{ text: 'Hi' }] }],
        generationConfig: config,
      });
    expect(asked({ maxOutputTokens: 5 })).toBe(asked({ max_output_tokens: 5 }));
    expectApart([
      asked({ maxOutputTokens: 5 }),
      asked({ maxOutputTokens: 5, max_output_tokens: 6 }),
      asked({ maxOutputTokens: 6, max_output_tokens: 5 }),
      asked({ maxOutputTokens: 5, max_output_tokens: null }),
    ]);
  });

  it('tells a result apart by its name, where no call has it', () => {
    const asked = (name: string, id?: string) =>
      keyOf('gemini.generateContent', {
        contents: [
          { role: 'model', parts: [{ functionCall: { id: 'c1', name: 'look', args: {} } }] },
          { role: 'user', parts: [{ functionResponse: { name, id, response: { output: 'rain' } } }] },
        ],
      });
    expectApart([asked('look', 'c1'), asked('see', 'c1'), asked('see'), asked('hear'), asked('see', 'c2')]);
  });

  it.each(['__proto__', 'constructor', 'toString', 'toJSON', 'rawJSON'])('has a member named %s', (name) => {
    const named = (value: string) =>
      keyOf(
        'chat.completions',
        `{"model":"m","messages":[{"role":"user","content":"Hi","${name}":${value}}]}`,
      );
    const inTool = (value: string) =>
      keyOf(
        'messages',
        `{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"Hi"},{"role":"assistant",
        "content":[{"type":"tool_use","id":"a","name":"b","input":{"${name}":${value}}}]}]}`,
      );
    for (const asked of [named, inTool])
      expectApart([asked('1'), asked('"1"'), asked('{}'), asked('{"a":1}')]);
    expect(named('1')).not.toBe(keyOf('chat.completions', ASKED));
  });
});
