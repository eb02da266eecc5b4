import { describe, expect, it } from 'vitest';
import type { FrameReader } from '../../../../src/cache/flight/flight-client.ts';
import type { FlightRun } from '../../../../src/cache/flight/flight-run.ts';
import type { FlightFrame } from '../../../../src/cache/flight/frames.ts';
import { type ErrorWire, ProviderUnreachable, toErrorWire } from '../../../../src/errors.ts';
import { seeded } from '../../../support/seeded.ts';
import { anEntry, utf8 } from '../entries.ts';
import { delta, FORM, OTHER_FORM } from './control-support.ts';
import { readAll, TestFlight, textOf, typesOf } from './flight-support.ts';

/** A turn for everything else that is ready. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** An answer of many pieces; `before` runs before each. */
function inPieces(
  texts: readonly string[],
  run: FlightRun,
  before: (index: number) => Promise<void>,
): Response {
  let index = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await before(index);
      const text = texts[index];
      index += 1;
      if (text === undefined) {
        run.settled('complete', null);
        run.tap.finished(anEntry({}, texts.join('')), true);
        controller.close();
        return;
      }
      run.tap.events([delta(text)]);
      controller.enqueue(utf8(text));
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

const stepsOf = (frames: readonly FlightFrame[]): string =>
  frames
    .flatMap((frame) => (frame.type === 'events' ? frame.events : []))
    .map((event) => (event.type === 'part-delta' ? event.text : ''))
    .join('');

it('a thousand readers of one run, half in its form and half in another, make one call and are told the same', async () => {
  const texts = Array.from({ length: 30 }, (_, i) => `data: {"i":${i},"text":"日本 ${'x'.repeat(i)}"}\n\n`);
  const whole = texts.join('');
  let calls = 0;
  const flight = await TestFlight.create(async (_, run) => {
    calls += 1;
    return inPieces(texts, run, turn);
  });
  const formOf = (i: number) => (i % 2 === 0 ? FORM : OTHER_FORM);
  const early = Array.from({ length: 800 }, (_, i) => flight.join({ form: formOf(i) }));
  const [first, ...waiting] = await Promise.all(early);
  const [offer] = first === undefined ? [] : await readAll(first);
  const leader = await flight.leadWith(offer?.type === 'lead' ? offer.ticket : '');
  const late = Array.from({ length: 200 }, async (_, i) => flight.join({ form: formOf(i) }));
  const readers = [leader, ...waiting, ...(await Promise.all(late))];
  const told = await Promise.all(readers.map(readAll));
  const [bytes, steps] = [0, 0].map(() => new Set<string>());
  for (const frames of told) {
    const head = frames[0]?.type === 'head' ? frames[0].head : null;
    if (head?.told === 'bytes') bytes?.add(textOf(frames));
    else if (head?.storedAt === null) steps?.add(stepsOf(frames));
    expect(typesOf(frames)).toMatch(/^head (bytes|events answer|answer) end$/);
  }
  expect([told.length, calls]).toEqual([1000, 1]);
  expect([[...(bytes ?? [])], [...(steps ?? [])]]).toEqual([[whole], [whole]]);
});

describe('a crowd whose leaders die', () => {
  const BROKEN: ErrorWire = toErrorWire(new ProviderUnreachable('m'));
  const seeds = Array.from({ length: 10 }, (_, i) => i + 1);

  it.each(seeds)(
    'makes at most one further call for each death, and nobody hangs or is told of two: seed %i',
    async (seed) => {
      const random = seeded(seed);
      let [calls, deaths] = [0, 0];
      const flight = await TestFlight.create(async (_, run) => {
        calls += 1;
        const call = calls;
        const fails = call < 4 && random.chance(0.3);
        const breaksAt = call < 4 && random.chance(0.4) ? random.between(1, 15) : -1;
        if (fails) {
          deaths += 1;
          run.settled(random.pick(['upstream_error', 'rejected']), BROKEN);
          return Response.json(BROKEN.error, { status: BROKEN.status });
        }
        const texts = Array.from({ length: 20 }, (_, i) => `${call}.${i};`);
        return inPieces(texts, run, async (index) => {
          await turn();
          if (index !== breaksAt) return;
          deaths += 1;
          run.settled('upstream_error', null);
          throw new Error('upstream broke');
        });
      });

      /** As the gateway does it: joins, leads if it is told to, and comes again when a Flight breaks before its head. */
      const client = async (form: string, leavesAt: number): Promise<readonly FlightFrame[] | 'left'> => {
        for (let tries = 0; tries < 20; tries += 1) {
          const joined = await flight.join({ form });
          const [frames, reader] = await readSome(joined, leavesAt);
          const [told] = frames;
          if (told?.type === 'lead') {
            const [led] = await readSome(await flight.leadWith(told.ticket, { form }), leavesAt);
            if (led[0]?.type !== 'expired') return led.at(-1)?.type === 'bytes' ? 'left' : led;
          } else return reader === 'left' ? 'left' : frames;
        }
        throw new Error('never served');
      };

      const told = await Promise.all(
        Array.from({ length: 60 }, async (_, i) => {
          for (let turns = random.between(0, 5); turns > 0; turns -= 1) await turn();
          return client(i % 2 === 0 ? FORM : OTHER_FORM, random.chance(0.3) ? random.between(0, 10) : -1);
        }),
      );
      expect(calls).toBeLessThanOrEqual(1 + deaths);
      for (const frames of told) {
        if (frames === 'left') continue;
        expect(['end', 'failed']).toContain(frames.at(-1)?.type);
        const text = textOf(frames) || stepsOf(frames);
        const callsTold = new Set(text.split(';').map((piece) => piece.split('.')[0]));
        callsTold.delete('');
        const isRefused = frames[0]?.type === 'head' && frames[0].head.error !== null;
        if (!isRefused) expect(callsTold.size).toBeLessThanOrEqual(1);
      }
    },
  );
});

/** To the end, or until the reader leaves after so many frames; negative: it stays. */
async function readSome(
  reader: FrameReader,
  leavesAt: number,
): Promise<readonly [readonly FlightFrame[], 'stayed' | 'left']> {
  const frames: FlightFrame[] = [];
  for (let frame = await reader.next(); frame !== null; frame = await reader.next()) {
    frames.push(frame);
    if (frames.length === leavesAt && frame.type === 'bytes') {
      await reader.cancel();
      return [frames, 'left'];
    }
  }
  return [frames, 'stayed'];
}
