import { describe, expect, it } from 'vitest';
import type { CanonicalAnswer, CanonicalChoice, Part } from '../../../../src/dialects/canonical.ts';
import { factsOf } from '../../../../src/gateway/shadow/answer-facts.ts';

const text = (said: string): Part => ({ type: 'text', text: said });
const call = (name: string, input: string): Part => ({
  type: 'tool-call',
  id: `call_${name}`,
  name,
  input,
  isCustom: false,
});
const thought: Part = { type: 'reasoning', text: 'hm', signature: null, redacted: null, signer: 'other' };

const choice = (parts: readonly Part[], fields: Partial<CanonicalChoice> = {}): CanonicalChoice => ({
  index: 0,
  parts,
  finish: 'stop',
  nativeFinish: 'stop',
  ...fields,
});
const answer = (...choices: CanonicalChoice[]): CanonicalAnswer => ({
  id: 'a',
  model: 'm',
  created: null,
  choices,
  usage: null,
});

describe('factsOf', () => {
  it('counts what is said and what tools are called with, and no thinking', () => {
    const parts = [thought, text('four'), { type: 'refusal', text: 'no' } as const, call('f', '{"a":1}')];
    expect(factsOf(answer(choice(parts), choice([text('more')], { index: 1 })))).toMatchObject({
      outputCharacters: 4 + 2 + 7 + 4,
    });
  });

  it('tells which tools are called, in order, as often as they are', () => {
    const parts = [call('b', ''), text('x'), call('a', ''), call('b', '')];
    expect(factsOf(answer(choice(parts, { finish: 'tool-calls' })))).toMatchObject({
      finish: 'tool-calls',
      tools: ['b', 'a', 'b'],
    });
  });

  it.each([
    ['{"a": [1]}', true],
    [' [1, 2] \n', true],
    ['{"a": 1', false],
    ['```json\n{}\n```', false],
    ['42', false],
    ['null', false],
    ['plain words', false],
    ['', null],
    ['  \n', null],
  ])('says whether %j is JSON that a program can use', (said, isJson) => {
    expect(factsOf(answer(choice([text(said)])))).toMatchObject({ isJson });
  });

  it('reads a text that comes in pieces as one', () => {
    expect(factsOf(answer(choice([text('{"a":'), text('1}')])))).toMatchObject({ isJson: true });
  });

  it('has nothing to say of an answer without choices', () => {
    expect(factsOf(answer())).toBeNull();
  });
});
