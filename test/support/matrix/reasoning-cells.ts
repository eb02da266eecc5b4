/** Thinking: what is shown of it, and whether its proof comes back to the vendor that issued it (traps D12, D13). */
import { expect } from 'vitest';
import { THOUGHT } from '../stand-ins/script.ts';
import { naming, TOOLS } from './asks.ts';
import type { Cell } from './cell.ts';
import { HIDES_AT_WILL, hidesThoughts, PROOFS } from './exceptions.ts';
import { both, expectValid, usageOf } from './expectations.ts';
import type { Pair } from './pair.ts';

export const REASONING_CELLS: readonly Cell[] = [
  {
    name: 'thinking before a text',
    run: async (pair) => {
      const { text } = naming('reasoning');
      const answers = await both(() => {
        const conversation = pair.open({ thinks: true }, 'thinking');
        conversation.user(text);
        return conversation;
      });
      for (const [index, got] of answers.entries()) {
        expect(got.text).toBe('The answer is 4.');
        expect(got.reasoning).toBe(thoughtOf(pair));
        expect(got.usage).toEqual(usageOf(pair, 49, 38));
        expectValid(pair, got, index === 1);
      }
    },
  },
  ...[false, true].flatMap((stream) =>
    (['reasoning-tool', 'reasoning-parallel'] as const).map(
      (scenario): Cell => ({
        name: `${scenario === 'reasoning-tool' ? 'a call' : 'parallel calls'} out of thought, sent back with results, ${stream ? 'streamed' : 'whole'}`,
        run: (pair) => sendBack(pair, scenario, stream),
      }),
    ),
  ),
  ...[false, true].map(
    (stream): Cell => ({
      name: `an answer out of thought, sent back with a question, ${stream ? 'streamed' : 'whole'}`,
      run: async (pair) => {
        const first = naming('reasoning');
        const conversation = pair.open({ thinks: true }, 'thinking');
        conversation.user(first.text);
        const got = await conversation.send(stream);
        expect(got.reasoning).toBe(thoughtOf(pair));
        conversation.keep(got);
        conversation.user(naming('reasoning').text);
        expect((await conversation.send(stream)).text).toBe('The answer is 4.');
        const texts = pair.heard(first.label).turns.filter(({ role }) => role === 'assistant');
        expect(texts.flatMap((turn) => turn.texts).join('')).toBe('The answer is 4.');
      },
    }),
  ),
  ...[false, true].map(
    (stream): Cell => ({
      name: `a thought that only the vendor can read, ${stream ? 'streamed' : 'whole'}`,
      leavesOut: ({ form }) => (HIDES_AT_WILL.includes(form) ? null : 'it hides none'),
      run: async (pair) => {
        const { text, label } = naming('reasoning-hidden');
        const conversation = pair.open({ tools: TOOLS, thinks: true }, 'thinking');
        conversation.user(text);
        const got = await conversation.send(stream);
        expect(got.reasoning).toBe('');
        expectValid(pair, got, stream);
        conversation.keep(got);
        conversation.results(got.calls.map((call) => ({ call, text: 'r0' })));
        expect((await conversation.send(stream)).text).toBe('Results: r0');
        expect(proofsIn(pair, label)).toBe(1);
      },
    }),
  ),
  {
    name: 'thinking within a small limit',
    run: async (pair) => {
      const { text } = naming('reasoning');
      const conversation = pair.open({ thinks: true, limit: 3000 }, 'thinking');
      conversation.user(text);
      expect((await conversation.send(false)).text).toBe('The answer is 4.');
    },
  },
  {
    name: 'a call that is forced while thinking (traps D6)',
    leavesOut: ({ isSameForm, form }) =>
      isSameForm ? 'the vendor’s own affair' : form === 'ollama-chat' ? 'it forces none' : null,
    run: async (pair) => {
      const { text, label } = naming('reasoning-tool');
      const conversation = pair.open({ tools: TOOLS, thinks: true, choice: 'required' }, 'thinking');
      conversation.user(text);
      const got = await conversation.send(true);
      expect(got.calls.length).toBe(1);
      const { toolChoice, thinks } = pair.heard(label);
      if (toolChoice === 'required') return;
      expect([toolChoice, thinks]).toEqual(['auto', true]);
      expect(got.headers.get('x-edgeway-dropped-params')).toMatch(/tool_choice/);
    },
  },
];

const thoughtOf = ({ door, form }: Pair): string => (hidesThoughts(door.id, form) ? '' : THOUGHT);

async function sendBack(
  pair: Pair,
  scenario: 'reasoning-tool' | 'reasoning-parallel',
  stream: boolean,
): Promise<void> {
  const { text, label } = naming(scenario);
  const conversation = pair.open({ tools: TOOLS, thinks: true }, 'thinking');
  conversation.user(text);
  const got = await conversation.send(stream);
  expect(got.reasoning).toBe(thoughtOf(pair));
  expect(got.calls.length).toBe(scenario === 'reasoning-tool' ? 1 : 3);
  expect(got.finish).toBe(pair.door.endings.calls);
  expectValid(pair, got, stream);
  conversation.keep(got);
  conversation.results(got.calls.map((call, index) => ({ call, text: `r${index}` })));
  const next = await conversation.send(stream);
  expect(next.text).toBe(`Results: ${got.calls.map((_, index) => `r${index}`).join(' | ')}`);
  expect(proofsIn(pair, label)).toBe(PROOFS[pair.form]);
  expect(pair.heard(label).thinks).toBe(true);
  // And on: the whole of it stands in the history of a further question.
  conversation.keep(next);
  conversation.user(naming('reasoning').text);
  expect((await conversation.send(stream)).text).toBe('The answer is 4.');
}

const proofsIn = (pair: Pair, label: string): number =>
  pair.heard(label).turns.reduce((sum, { proofs }) => sum + proofs, 0);
