/**
 * One entry serves every client of a door: written whole or by a stream, read whole or as a stream, with the real SDKs
 * on both sides. What the second client puts together is what the first one did.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { turnOf, withoutBlanks } from '../support/cache/native-turns.ts';
import {
  envelopeOf,
  gistOf,
  questionOf,
  type ReplayLab,
  startReplayLab,
} from '../support/cache/replay-lab.ts';
import { SCRIPT_NAMES, SCRIPTED_FORMS } from '../support/cache/scripted-vendor.ts';
import type { Got } from '../support/matrix/door.ts';
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

for (const door of DOORS) {
  for (const form of SCRIPTED_FORMS) {
    describe.concurrent(`at ${door.id}, from a provider of the form ${form}`, () => {
      for (const script of SCRIPT_NAMES) {
        it.each(MODES)(`${script}: written $written, read $read`, async ({ written, read }) => {
          const question = questionOf(lab, form, script);
          const first = await question.ask(door, written === 'stream');
          const second = await question.ask(door, read === 'stream');
          expect(first.headers.get('x-edgeway-cache')).toBe('miss');
          expect(second.headers.get('x-edgeway-cache')).toBe('hit');
          const told = (got: Got) => ({ ...gistOf(got), reasoning: got.reasoning, finish: got.finish });
          expect(told(second)).toEqual(told(first));
          expect(withoutBlanks(envelopeOf(door, second.raw))).toEqual(
            withoutBlanks(envelopeOf(door, first.raw)),
          );
          expect(turnOf(door, second)).toEqual(turnOf(door, first));
          if (written === 'whole' && read === 'whole') expect(second.raw).toEqual(first.raw);
          expect(lab.vendors.calls(question.label)).toHaveLength(1);
        });
      }
    });
  }
}
