/** Tools: calls, results, choices, ids and schemas. */
import { expect } from 'vitest';
import { WEATHER } from '../stand-ins/script.ts';
import { naming, TOOLS, WEATHER_TOOL, WILD_TOOL } from './asks.ts';
import type { Cell } from './cell.ts';
import type { GotCall } from './door.ts';
import { REFUSED } from './exceptions.ts';
import { both, expectRefused, expectValid } from './expectations.ts';
import type { Pair } from './pair.ts';

const PARALLEL = [
  ['get_weather', WEATHER],
  ['get_weather', { city: 'Oslo', days: 1, note: '' }],
  ['get_time', {}],
];

export const TOOL_CELLS: readonly Cell[] = [
  {
    name: 'one tool call',
    run: async (pair) => {
      const { text, label } = naming('one-tool');
      const answers = await both(() => {
        const conversation = pair.open({ tools: TOOLS });
        conversation.user(text);
        return conversation;
      });
      for (const [index, got] of answers.entries()) {
        expect(got.calls).toEqual([{ id: expect.stringMatching(/./), name: 'get_weather', args: WEATHER }]);
        expect(got).toMatchObject({ text: '', finish: pair.door.endings.calls });
        expectValid(pair, got, index === 1);
      }
      expect(pair.heard(label).tools).toEqual(['get_weather', 'get_time']);
    },
  },
  {
    name: 'a text before a call, and a turn that goes on from both',
    run: async (pair) => {
      const { text } = naming('text-and-tool');
      const begin = () => {
        const conversation = pair.open({ tools: TOOLS });
        conversation.user(text);
        return conversation;
      };
      const [whole] = await both(begin);
      // Cohere calls it the model's plan: it is shown as thinking, at Gemini's door only to those who ask.
      const isHidden = pair.form === 'cohere-chat' && pair.door.id === 'gemini';
      expect(whole.text + whole.reasoning).toBe(isHidden ? '' : 'Let me look.');
      expect(whole.finish).toBe(pair.door.endings.calls);
      for (const stream of [false, true]) await goOn(pair, text, stream);
    },
  },
  ...[false, true].map(
    (stream): Cell => ({
      name: `parallel calls and their results, ${stream ? 'streamed' : 'whole'}`,
      run: async (pair) => {
        const { text, label } = naming('parallel-tools');
        const conversation = pair.open({ tools: TOOLS });
        conversation.user(text);
        const got = await conversation.send(stream);
        expect(got.calls.map(({ name, args }) => [name, args])).toEqual(PARALLEL);
        expect(new Set(got.calls.map(({ id }) => id).filter((id) => id !== '')).size).toBe(3);
        expect(got.finish).toBe(pair.door.endings.calls);
        expectValid(pair, got, stream);
        conversation.keep(got);
        conversation.results(got.calls.map((call, index) => ({ call, text: `result ${index} ✓` })));
        const next = await conversation.send(stream);
        expect(next.text).toBe('Results: result 0 ✓ | result 1 ✓ | result 2 ✓');
        expect(next.finish).toBe(pair.door.endings.stop);
        const { turns } = pair.heard(label);
        const calls = turns.flatMap((turn) => turn.calls);
        expect(calls.map(({ name, args }) => [name, args])).toEqual(PARALLEL);
        const results = turns.flatMap((turn) => turn.results);
        expect(results.map(({ id }) => id)).toEqual(calls.map(({ id }) => id));
      },
    }),
  ),
  {
    name: 'calls that another model made, with ids that others refuse',
    leavesOut: ({ isSameForm }) => (isSameForm ? 'the ids are the vendor’s own affair there' : null),
    run: async (pair) => {
      const { text, label } = naming('one-tool');
      const calls: GotCall[] = [
        { id: 'functions.get_weather:0', name: 'get_weather', args: WEATHER },
        { id: 'functions_get_weather_0', name: 'get_weather', args: { city: 'Oslo', days: 1, note: 'x' } },
        { id: `call_${'x'.repeat(70)}`, name: 'get_time', args: {} },
      ].map((call) =>
        pair.door.id === 'anthropic-messages' ? { ...call, id: call.id.replace(/[.:]/g, '-') } : call,
      );
      const conversation = pair.open({ tools: TOOLS });
      conversation.user(text);
      conversation.assistant('', calls);
      conversation.results(calls.map((call, index) => ({ call, text: `r${index}` })));
      expect((await conversation.send(true)).text).toBe('Results: r0 | r1 | r2');
      const { turns } = pair.heard(label);
      const heard = turns.flatMap((turn) => turn.calls);
      expect(heard.map(({ name, args }) => [name, args])).toEqual(
        calls.map(({ name, args }) => [name, args]),
      );
      const ids = heard.map(({ id }) => id).filter((id) => id !== null);
      expect(new Set(ids).size).toBe(ids.length);
    },
  },
  {
    name: 'results whose tools are offered no more',
    leavesOut: ({ isSameForm, door }) => (isSameForm ? `${door.id} alone decides` : null),
    run: async (pair) => {
      const { text } = naming('one-tool');
      const call = { id: 'call_1', name: 'get_weather', args: WEATHER };
      const conversation = pair.open();
      conversation.user(text);
      conversation.assistant('Let me see.', [call]);
      conversation.results([{ call, text: 'fine' }]);
      expect((await conversation.send(false)).text).toBe('Results: fine');
    },
  },
  {
    name: 'a tool that has to be called',
    run: async (pair) => {
      const { text, label } = naming('one-tool');
      const conversation = pair.open({ tools: TOOLS, choice: { name: 'get_weather' } });
      conversation.user(text);
      const refused = REFUSED['forced tool'][pair.form];
      if (refused !== undefined) return expectRefused(pair, label, conversation.send(false), refused);
      expect((await conversation.send(false)).calls).toMatchObject([{ name: 'get_weather' }]);
      const { tools, toolChoice } = pair.heard(label);
      // Who has no word for one tool offers that tool alone.
      expect(toolChoice === 'required' ? tools : [toolChoice]).toEqual(['get_weather']);
    },
  },
  {
    name: 'any tool that has to be called',
    run: async (pair) => {
      const { text, label } = naming('one-tool');
      const conversation = pair.open({ tools: TOOLS, choice: 'required' });
      conversation.user(text);
      const refused = REFUSED['required tool'][pair.form];
      if (refused !== undefined) return expectRefused(pair, label, conversation.send(false), refused);
      await conversation.send(false);
      expect(pair.heard(label)).toMatchObject({ toolChoice: 'required', tools: ['get_weather', 'get_time'] });
    },
  },
  {
    name: 'tools that must not be called',
    run: async (pair) => {
      const { text, label } = naming('plain');
      const conversation = pair.open({ tools: TOOLS, choice: 'none' });
      conversation.user(text);
      await conversation.send(false);
      const { tools, toolChoice } = pair.heard(label);
      expect(toolChoice === 'none' || tools.length === 0).toBe(true);
    },
  },
  {
    name: 'schemas of tools as MCP servers write them (traps D9)',
    run: async (pair) => {
      const { text, label } = naming('one-tool');
      const conversation = pair.open({ tools: [WILD_TOOL] });
      conversation.user(text);
      expect((await conversation.send(false)).calls).toMatchObject([{ name: WEATHER_TOOL.name }]);
      expect(pair.heard(label).tools).toEqual([WILD_TOOL.name]);
    },
  },
];

async function goOn(pair: Pair, text: string, stream: boolean): Promise<void> {
  const conversation = pair.open({ tools: TOOLS });
  conversation.user(text);
  const got = await conversation.send(stream);
  conversation.keep(got);
  conversation.results(got.calls.map((call) => ({ call, text: 'sun' })));
  expect((await conversation.send(stream)).text).toBe('Results: sun');
}
