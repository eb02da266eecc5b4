/** A seat as the body of a response. Nothing is taken before the reader asks for it. */
import type { Seat } from './seat.ts';

/** `leave` is called when the reader goes before the end. */
export const seatStream = (seat: Seat, leave: () => void): ReadableStream<Uint8Array> =>
  new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let bytes = seat.take();
        while (bytes === null && !seat.isOver && !seat.isBroken) {
          await seat.readable();
          bytes = seat.take();
        }
        if (bytes !== null) controller.enqueue(bytes);
        if (seat.isBroken) controller.error(new Error('this reader was cut off'));
        else if (seat.isOver) controller.close();
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
