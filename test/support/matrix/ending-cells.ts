/** Why answers end: cut, stopped, refused, empty. */
import { expect } from 'vitest';
import { naming } from './asks.ts';
import type { Cell } from './cell.ts';
import { REFUSED, REFUSES_BY, TELLS_STOP_SEQUENCE } from './exceptions.ts';
import { both, expectRefused, expectValid, usageOf } from './expectations.ts';

export const ENDING_CELLS: readonly Cell[] = [
  {
    name: 'a stop sequence',
    leavesOut: ({ door }) => (door.id === 'openai-responses' ? 'its clients cannot say one' : null),
    run: async (pair) => {
      const { text, label } = naming('stop-sequence');
      const begin = () => {
        const conversation = pair.open({ stop: 'END' });
        conversation.user(text);
        return conversation;
      };
      const refused = REFUSED['stop sequence'][pair.form];
      if (refused !== undefined) return expectRefused(pair, label, begin().send(true), refused);
      const [whole, streamed] = await both(begin);
      expect(pair.heard(label).stop).toEqual(['END']);
      expect(whole.text).toBe('one two ');
      const ending = TELLS_STOP_SEQUENCE.includes(pair.form) ? 'stop-sequence' : 'stop';
      expect(whole.finish).toBe(pair.door.endings[ending]);
      expectValid(pair, whole, false);
      expectValid(pair, streamed, true);
    },
  },
  ...(['length', 'length-empty'] as const).map(
    (scenario): Cell => ({
      name: scenario === 'length' ? 'an answer that was cut' : 'an answer that was cut before its first word',
      run: async (pair) => {
        const { text } = naming(scenario);
        const answers = await both(() => {
          const conversation = pair.open({ limit: 100 });
          conversation.user(text);
          return conversation;
        });
        for (const [index, got] of answers.entries()) {
          expect(got.text).toBe(scenario === 'length' ? 'It was a dark and stormy' : '');
          expect(got.finish).toBe(pair.door.endings.length);
          expectValid(pair, got, index === 1);
        }
      },
    }),
  ),
  {
    name: 'a refusal',
    run: async (pair) => {
      const { text } = naming('refusal');
      const [whole, streamed] = await both(() => {
        const conversation = pair.open();
        conversation.user(text);
        return conversation;
      });
      const said = 'I cannot help with that.';
      const how = REFUSES_BY[pair.form];
      if (how === 'filter') {
        expect(whole.finish).toBe(pair.door.endings.filter);
        expect(whole.text + (whole.refusal ?? '')).toBe(pair.form === 'bedrock-converse' ? said : '');
      } else {
        expect(whole.refusal ?? whole.text).toBe(said);
        const hasWord = pair.door.id.startsWith('openai');
        if (how === 'refusal' && hasWord) expect(whole).toMatchObject({ text: '', refusal: said });
      }
      expectValid(pair, whole, false);
      expectValid(pair, streamed, true);
    },
  },
  {
    name: 'an answer that a filter stopped on its way',
    leavesOut: ({ form }) => (REFUSES_BY[form] === 'text' ? 'it has no word for that' : null),
    run: async (pair) => {
      const { text } = naming('filtered');
      const answers = await both(() => {
        const conversation = pair.open();
        conversation.user(text);
        return conversation;
      });
      for (const [index, got] of answers.entries()) {
        expect(got).toMatchObject({ text: 'I will now expl', finish: pair.door.endings.filter });
        expectValid(pair, got, index === 1);
      }
    },
  },
  {
    name: 'a prompt that is not even read',
    leavesOut: ({ form }) => (form === 'gemini' ? null : 'only Gemini says it apart'),
    run: async (pair) => {
      const { text } = naming('prompt-blocked');
      const answers = await both(() => {
        const conversation = pair.open();
        conversation.user(text);
        return conversation;
      });
      for (const [index, got] of answers.entries()) {
        const own = 'blocked: PROHIBITED_CONTENT'; // bytes pass through
        expect(got).toMatchObject({ text: '', finish: pair.isSameForm ? own : pair.door.endings.filter });
        expectValid(pair, got, index === 1);
      }
    },
  },
  {
    name: 'an empty answer',
    run: async (pair) => {
      const { text } = naming('empty');
      const [whole, streamed] = await both(() => {
        const conversation = pair.open();
        conversation.user(text);
        return conversation;
      });
      expect(whole).toMatchObject({ text: '', refusal: null, calls: [] });
      expect(whole.finish).toBe(pair.door.endings.stop);
      expect(whole.usage).toEqual(usageOf(pair, 45, 25));
      expectValid(pair, whole, false);
      expectValid(pair, streamed, true);
    },
  },
];
