/**
 * Recorded provider answers, replayed through the running Worker: through the door of their own form in writes of 1, 7,
 * 64 and 4096 bytes and in one, through every other door in writes of 7 bytes and in one. The recordings are not in this repository: `RECORDINGS_DIR` says where they are.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeAnswers } from './answers.ts';
import { describeEarlyEnds } from './early-ends.ts';
import { describeErrors } from './errors.ts';
import { describeForeignDoors } from './foreign-doors.ts';
import { areHere, DIRECTORY } from './manifest.ts';
import { conversations } from './recording.ts';
import { READERS } from './said/readers.ts';
import { type Stand, startStand } from './stand.ts';
import { describeStraightDoors } from './straight-doors.ts';
import { describeStreams } from './streams.ts';
import { describeTranscriptions } from './transcription.ts';

/** With the number of their conversations. */
const FORMS = Object.keys(READERS);
const AT_LEAST = [80, 34, 36, 39, 34, 13, 2];

if (areHere) {
  describe('recordings', () => {
    let stand: Stand;
    beforeAll(async () => {
      stand = await startStand();
    });
    afterAll(() => stand.stop());

    it('has conversations of every form, of every kind', () => {
      const kinds = conversations.map(({ form, kind }) => `${form} ${kind}`);
      const counts = FORMS.map((form) => kinds.filter((one) => one.startsWith(form)).length);
      expect(counts.map((count, index) => count >= (AT_LEAST[index] ?? 0))).not.toContain(false);
      expect(new Set(kinds).size).toBe(20); // Ollama's have no error
    });

    describeStreams(() => stand);
    describeTranscriptions(() => stand);
    describeAnswers(() => stand);
    describeErrors(() => stand);
    describeEarlyEnds(() => stand);
    describeStraightDoors(() => stand);
    describeForeignDoors(() => stand);
  });
} else {
  it('the recordings are not there: NOTHING was replayed', () => {
    console.warn(`No recordings at ${DIRECTORY} (set RECORDINGS_DIR): nothing was replayed.`);
  });
}
