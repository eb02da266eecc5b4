/**
 * Recorded provider answers of the OpenAI dialect, replayed through the running Worker in writes of 1, 7, 64 and
 * 4096 bytes and in one. The recordings are not in this repository: `RECORDINGS_DIR` says where they are.
 */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { describeAnswers } from './answers.ts';
import { describeEarlyEnds } from './early-ends.ts';
import { describeErrors } from './errors.ts';
import { areHere, DIRECTORY } from './recording.ts';
import { type Stand, startStand } from './stand.ts';
import { describeStreams } from './streams.ts';
import { describeTranscriptions } from './transcription.ts';

if (areHere) {
  describe('recordings', () => {
    let stand: Stand;
    beforeAll(async () => {
      stand = await startStand();
    });
    afterAll(() => stand.stop());

    describeStreams(() => stand);
    describeTranscriptions(() => stand);
    describeAnswers(() => stand);
    describeErrors(() => stand);
    describeEarlyEnds(() => stand);
  });
} else {
  it('the recordings are not there: NOTHING was replayed', () => {
    console.warn(`No recordings at ${DIRECTORY} (set RECORDINGS_DIR): nothing was replayed.`);
  });
}
