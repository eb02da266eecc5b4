/** Texts, turns, settings and media. */
import { validate } from '@cfworker/json-schema';
import { expect } from 'vitest';
import { PDF_BASE64, PNG_BASE64 } from '../stand-ins/media.ts';
import { PLAIN_TEXT } from '../stand-ins/script.ts';
import { naming, PERSON } from './asks.ts';
import type { Cell } from './cell.ts';
import { REFUSED } from './exceptions.ts';
import { both, expectRefused, expectValid, gist, usageOf } from './expectations.ts';

export const CONVERSATION_CELLS: readonly Cell[] = [
  {
    name: 'a plain text',
    run: async (pair) => {
      const { text, label } = naming('plain');
      const [whole, streamed] = await both(() => {
        const conversation = pair.open();
        conversation.user(text);
        return conversation;
      });
      expect(whole).toMatchObject({ text: PLAIN_TEXT, refusal: null, reasoning: '', calls: [] });
      expect(whole.finish).toBe(pair.door.endings.stop);
      expect(whole.usage).toEqual(usageOf(pair, 45, 25));
      expectValid(pair, whole, false);
      expectValid(pair, streamed, true);
      expect(
        pair
          .calls(label)
          .map((call) => call.heard?.wantsStream)
          .sort(),
      ).toEqual([false, true]);
      for (const { headers } of [whole, streamed]) {
        expect(headers.get('x-edgeway-provider')).toBe(`up-${pair.form}`);
        const line = await pair.gateway.lineOf(headers.get('x-request-id'));
        expect(line).toMatchObject({ status: 200, ending: 'complete', attempts: 1 });
        expect(line.usage).toMatchObject({ input_tokens: 45, output_tokens: 25, estimated: false });
      }
    },
  },
  {
    name: 'a system prompt and earlier turns',
    run: async (pair) => {
      const { text, label } = naming('plain');
      const conversation = pair.open({ system: 'Be brief.\nBe kind.' });
      conversation.user('Who are you?');
      conversation.assistant('I am a model.');
      conversation.user(text);
      const got = await conversation.send(false);
      expect(got.text).toBe(PLAIN_TEXT);
      const heard = pair.heard(label);
      expect(heard.system).toEqual(['Be brief.\nBe kind.']);
      expect(gist(heard.turns)).toEqual([
        ['user', 'Who are you?'],
        ['assistant', 'I am a model.'],
        ['user', text],
      ]);
    },
  },
  {
    name: 'two turns of the user, and an answer kept from before',
    run: async (pair) => {
      const first = naming('plain');
      const second = naming('plain');
      const conversation = pair.open();
      conversation.user(first.text);
      conversation.keep(await conversation.send(true));
      conversation.user('One thing more.');
      if (pair.isSameForm) conversation.assistant('Yes?'); // two neighbours are the vendor's own affair there
      conversation.user(second.text);
      expect((await conversation.send(false)).text).toBe(PLAIN_TEXT);
      const { turns } = pair.heard(first.label);
      expect(gist(turns).slice(0, 2)).toEqual([
        ['user', first.text],
        ['assistant', PLAIN_TEXT],
      ]);
      expect(gist(turns).at(-1)?.[1]).toContain(second.text);
    },
  },
  {
    name: 'an instruction in the middle of the conversation',
    leavesOut: ({ door }) => (door.hasInstructions ? null : 'its clients know none there'),
    run: async (pair) => {
      const { text, label } = naming('plain');
      const conversation = pair.open({ system: 'Be brief.' });
      conversation.user('Who are you?');
      conversation.assistant('I am a model.');
      conversation.instruct?.('Be kind, too.');
      conversation.user(text);
      expect((await conversation.send(false)).text).toBe(PLAIN_TEXT);
      const { system, turns } = pair.heard(label);
      expect(system.join('|')).toMatch(/^Be brief\.\W*Be kind, too\.$/);
      expect(gist(turns).map(([role]) => role)).toEqual(['user', 'assistant', 'user']);
    },
  },
  {
    name: 'a limit and a temperature',
    run: async (pair) => {
      const { text, label } = naming('plain');
      const conversation = pair.open({ limit: 777, temperature: 0.5 });
      conversation.user(text);
      await conversation.send(false);
      expect(pair.heard(label)).toMatchObject({ limit: 777, temperature: 0.5 });
    },
  },
  {
    name: 'a picture',
    run: async (pair) => {
      const { text, label } = naming('media');
      const conversation = pair.open({}, 'seeing');
      conversation.user(text, { image: PNG_BASE64 });
      const got = await conversation.send(true);
      expect(got.text).toMatch(/^Seen: image\/png of \d+ bytes$/);
      expect(gist(pair.heard(label).turns)).toEqual([['user', text]]);
    },
  },
  {
    name: 'a PDF',
    run: async (pair) => {
      const { text, label } = naming('media');
      const conversation = pair.open({}, 'seeing');
      conversation.user(text, { pdf: PDF_BASE64 });
      const refused = REFUSED.PDF[pair.form];
      if (refused !== undefined) return expectRefused(pair, label, conversation.send(false), refused);
      expect((await conversation.send(false)).text).toMatch(/^Seen: application\/pdf of \d+ bytes$/);
    },
  },
  {
    name: 'structured output',
    run: async (pair) => {
      const { text, label } = naming('structured');
      const [whole, streamed] = await both(() => {
        const conversation = pair.open({ schema: PERSON });
        conversation.user(text);
        return conversation;
      });
      expect(pair.heard(label).schema).not.toBeNull();
      expect(validate(JSON.parse(whole.text), structuredClone(PERSON) as object).errors).toEqual([]);
      expect(whole.finish).toBe(pair.door.endings.stop);
      expectValid(pair, whole, false);
      expectValid(pair, streamed, true);
    },
  },
];
