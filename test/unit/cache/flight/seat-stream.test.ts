import { expect, it } from 'vitest';
import { runAnswer } from '../../../../src/cache/flight/run-answer.ts';
import { Seat } from '../../../../src/cache/flight/seat.ts';
import { seatStream } from '../../../../src/cache/flight/seat-stream.ts';
import { turn } from '../../limits/waiting/virtual-time.ts';
import { aFailure, ControlRig } from './control-support.ts';

const aSeat = (): Seat => new Seat({ form: 'a', isLive: true, now: () => 0 });

it('a seat gives nothing before its reader asks', async () => {
  const seat = aSeat();
  const reader = seatStream(seat, () => undefined).getReader();
  seat.tell({ type: 'events', events: [] });
  await turn();
  const other = seat.take();
  expect(other).not.toBeNull();
  seat.close({ type: 'end' });
  expect((await reader.read()).value?.length).toBe(5);
  expect((await reader.read()).done).toBe(true);
});

it('a reader that is cut off sees its stream break, also while it waits', async () => {
  const [waiting, later] = [aSeat(), aSeat()];
  const reading = seatStream(waiting, () => undefined)
    .getReader()
    .read();
  await turn();
  waiting.drop();
  await expect(reading).rejects.toThrow('cut off');
  later.tell({ type: 'end' });
  later.drop();
  await expect(
    seatStream(later, () => undefined)
      .getReader()
      .read(),
  ).rejects.toThrow('cut off');
});

it('a run that was given up in the very moment of its answer lets go of its body', async () => {
  const rig = new ControlRig();
  const { reader, run } = rig.begin();
  let isCancelled = false;
  const body = new ReadableStream({
    cancel() {
      isCancelled = true;
    },
  });
  const answer = async () => {
    rig.leave(reader);
    return new Response(body);
  };
  await runAnswer(run, { answer, explain: () => aFailure(500, 'internal_error') });
  expect([run.signal.aborted, isCancelled, run.record.status]).toEqual([true, true, null]);
});
