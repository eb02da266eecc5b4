import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/dialects/canonical.ts';
import { ollamaChat } from '../../../../src/dialects/ollama-chat/codec.ts';
import { CREATED_SECONDS, createCodec, last, MODEL, text, thought, USAGE } from './support.ts';

const decode = (body: unknown) => createCodec().decodeAnswer(body);
const calls = (...made: unknown[]): JsonObject => ({ tool_calls: made });

describe('a whole answer', () => {
  it('is read in the order in which a model makes it', () => {
    const message = {
      thinking: 'Hm.',
      content: 'Well.',
      ...calls({ id: 'call_1', function: { index: 0, name: 'look', arguments: { at: 'here' } } }),
    };
    expect(decode(last(message))).toEqual({
      id: 'made_1',
      model: MODEL,
      created: CREATED_SECONDS,
      choices: [
        {
          index: 0,
          parts: [
            thought('Hm.'),
            text('Well.'),
            { type: 'tool-call', id: 'call_1', name: 'look', input: '{"at":"here"}', isCustom: false },
          ],
          finish: 'tool-calls',
          nativeFinish: 'stop',
        },
      ],
      usage: USAGE,
    });
  });

  it('wire 33, 41: gives calls without ids fresh ones, and arguments as JSON text', () => {
    const body = last(
      calls(
        { function: { name: 'look', arguments: {} } },
        { function: { name: 'look' } },
        { function: { name: 'look', arguments: '{"a":1}' } },
        { function: { name: 'look', arguments: null } },
        { function: {} },
        null,
        'x',
      ),
    );
    expect(decode(body)?.choices[0]?.parts).toMatchObject([
      { id: 'made_1', input: '{}' },
      { id: 'made_2', input: '{}' },
      { id: 'made_3', input: '{"a":1}' },
      { id: 'made_4', input: '{}' },
    ]);
  });

  it('never gives two calls the same id, not even in two answers of one conversation', () => {
    const body = last(
      calls(...Array.from({ length: 50 }, () => ({ function: { name: 'look', arguments: {} } }))),
    );
    const ids = [1, 2, 3, 4].flatMap(() => ollamaChat.decodeAnswer(body)?.choices[0]?.parts ?? []);
    expect(new Set(ids.map((part) => (part.type === 'tool-call' ? part.id : ''))).size).toBe(200);
  });

  it.each<[unknown, string, string | null]>([
    ['stop', 'stop', 'stop'],
    ['length', 'length', 'length'],
    ['load', 'stop', 'load'],
    ['unload', 'stop', 'unload'],
    ['novelty', 'stop', 'novelty'],
    [undefined, 'stop', null],
  ])('traps D14: done_reason %s is %s', (done_reason, finish, nativeFinish) => {
    expect(decode(last({}, { done_reason }))?.choices).toMatchObject([{ finish, nativeFinish }]);
  });

  it('traps C8: ends with calls if it holds one, keeps length', () => {
    const message = calls({ function: { name: 'look' } });
    expect(decode(last(message))?.choices[0]?.finish).toBe('tool-calls');
    expect(decode(last(message, { done_reason: 'length' }))?.choices[0]?.finish).toBe('length');
  });

  it('has no usage if a count is missing', () => {
    expect(decode(last({}, { prompt_eval_count: undefined }))?.usage).toBeNull();
    expect(decode(last({}, { eval_count: 'many' }))?.usage).toBeNull();
  });

  it('has log probabilities in OpenAI’s shape', () => {
    const logprobs = [
      { token: 'é', logprob: -0.5, bytes: [195, 169], top_logprobs: [{ token: 'a', logprob: -1 }, null] },
      { token: 'b', logprob: -0.25 },
      { token: 'c' },
    ];
    expect(decode(last({}, { logprobs }))?.choices[0]?.logprobs).toEqual([
      {
        token: 'é',
        logprob: -0.5,
        bytes: [195, 169],
        top_logprobs: [{ token: 'a', logprob: -1, bytes: [97] }],
      },
      { token: 'b', logprob: -0.25, bytes: [98], top_logprobs: [] },
    ]);
  });

  it.each([
    ['<html>'],
    [null],
    [[]],
    [{ error: 'model not found' }],
    [{ response: 'generate' }],
    [last({}, { error: 'x' })],
  ])('is none if the body is %j', (body) => {
    expect(decode(body)).toBeNull();
  });

  it('never throws, whatever the members hold', () => {
    const odd = { content: 5, thinking: {}, tool_calls: 'x' };
    expect(decode({ message: odd, created_at: 7, model: null, done_reason: 5, logprobs: 'x' })).toEqual({
      id: 'made_1',
      model: '',
      created: null,
      choices: [{ index: 0, parts: [], finish: 'stop', nativeFinish: null }],
      usage: null,
    });
  });
});

describe('errors', () => {
  const nothing = { message: null, type: null, param: null, code: null };

  it.each<[unknown, object | null]>([
    [{ error: 'model "x" not found' }, { ...nothing, message: 'model "x" not found' }],
    [
      { error: 'unauthorized', code: 'auth' },
      { ...nothing, message: 'unauthorized', code: 'auth' },
    ],
    [
      { error: { message: 'wrapped', type: 'api_error', code: null } },
      { ...nothing, message: 'wrapped', type: 'api_error' },
    ],
    [last(), null],
    [{ error: '' }, null],
    [{ message: 'secret' }, null],
    ['404 page not found', null],
    [null, null],
  ])('wire 75: %j', (body, expected) => {
    expect(createCodec().readError(body, new Headers())).toEqual(expected);
  });
});
