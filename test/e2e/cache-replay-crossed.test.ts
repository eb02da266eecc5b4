/**
 * One entry serves the clients of every door: whatever door it was written at, and whole or by a stream, the others
 * read the same texts, thoughts, calls, finish and usage. With the real SDKs on both sides.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  endingsOf,
  gistOf,
  questionOf,
  type ReplayLab,
  startReplayLab,
  thoughtAt,
} from '../support/cache/replay-lab.ts';
import { SCRIPT_NAMES, type ScriptedForm } from '../support/cache/scripted-vendor.ts';
import { DOORS } from '../support/matrix/doors.ts';

vi.setConfig({ maxConcurrency: 8 });

let lab: ReplayLab;
beforeAll(async () => {
  lab = await startReplayLab();
});
afterAll(() => lab.stop());

const MODES = [
  { written: 'whole', read: 'whole' },
  { written: 'whole', read: 'stream' },
  { written: 'stream', read: 'whole' },
  { written: 'stream', read: 'stream' },
] as const;

/** Providers of the writer's own form, whose bytes passed straight, and of another one. */
const FORMS: Readonly<Record<string, readonly ScriptedForm[]>> = {
  'openai-chat': ['openai-chat', 'gemini'],
  'openai-responses': ['openai-responses', 'anthropic-messages'],
  'anthropic-messages': ['anthropic-messages', 'openai-responses'],
  gemini: ['gemini', 'openai-chat'],
};

for (const writer of DOORS) {
  for (const reader of DOORS.filter(({ id }) => id !== writer.id)) {
    for (const form of FORMS[writer.id] ?? []) {
      describe.concurrent(`written at ${writer.id} from ${form}, read at ${reader.id}`, () => {
        for (const script of SCRIPT_NAMES) {
          it.each(MODES)(`${script}: written $written, read $read`, async ({ written, read }) => {
            const question = questionOf(lab, form, script);
            const first = await question.ask(writer, written === 'stream');
            const second = await question.ask(reader, read === 'stream');
            expect(first.headers.get('x-edgeway-cache')).toBe('miss');
            expect(second.headers.get('x-edgeway-cache')).toBe('hit');
            expect({ ...gistOf(second), reasoning: second.reasoning }).toEqual({
              ...gistOf(first),
              reasoning: thoughtAt(reader, script),
            });
            const endings = endingsOf(writer, first);
            expect(endings.filter((one) => endingsOf(reader, second).includes(one))).not.toEqual([]);
            expect(lab.vendors.calls(question.label)).toHaveLength(1);
          });
        }
      });
    }
  }
}
