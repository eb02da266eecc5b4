/**
 * What a run has told so far, as encoded frames, for readers that begin whenever they come and read as fast as they can.
 * Up to a bound all of it is kept; beyond, only what somebody has still to read.
 */
import type { FlightHead } from './frames.ts';

export type Told = FlightHead['told'];

/** What a seat reads from. */
export interface FrameSource {
  /** The next frames; none where nothing is there yet, or ever again. `maxBytes`: where more than one is taken. */
  take(maxBytes: number): readonly Uint8Array[];
  /** Something is there to be taken. */
  readonly hasMore: boolean;
  /** Nobody reads on. */
  close(): void;
}

interface Item {
  readonly told: Told;
  readonly frame: Uint8Array;
  readonly weight: number;
}

/** Empty places are cut off once they are so many, and half of all. */
const CUT_AT = 1024;

export class FrameLog {
  readonly #maxBytes: number;
  /** What was let go leaves its place empty, until many places are. */
  #items: (Item | undefined)[] = [];
  /** How many items stood before `#items[0]`. */
  #cut = 0;
  /** Number of the first item that is kept. */
  #first = 0;
  #heldBytes = 0;
  #isWhole = true;
  readonly #cursors = new Set<LogCursor>();
  #relieve: (() => void)[] = [];

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Everything that was ever told is here. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Readers have left more unread than may be held: nothing more is to be brought for now. */
  get isPressed(): boolean {
    return this.#heldBytes > this.#maxBytes;
  }

  /** Number that the next item gets. */
  get end(): number {
    return this.#cut + this.#items.length;
  }

  /** `weight`: of the bytes that are held for this alone. */
  append(told: Told, frame: Uint8Array, weight = frame.length): void {
    this.#items.push({ told, frame, weight });
    this.#heldBytes += weight;
    if (this.isPressed) this.#isWhole = false;
    this.#trim();
    for (const cursor of this.#cursors) if (cursor.told === told) cursor.wake();
  }

  /** Resolves when the log is no longer pressed, which it is not without readers. */
  relief(): Promise<void> {
    return this.isPressed ? new Promise((resolve) => this.#relieve.push(resolve)) : Promise.resolve();
  }

  /** From the first item on, which is only the beginning while the log is whole. */
  open(told: Told, wake: () => void): LogCursor {
    const cursor = new LogCursor(this, told, wake, this.#first);
    this.#cursors.add(cursor);
    return cursor;
  }

  /** All that was told so. */
  *frames(told: Told): Generator<Uint8Array> {
    for (const item of this.#items) if (item?.told === told) yield item.frame;
  }

  at(index: number): Item | undefined {
    return this.#items[index - this.#cut];
  }

  /** `from`: where it stood before it moved. */
  moved(from: number): void {
    if (!this.#isWhole && from <= this.#first) this.#trim();
  }

  closed(cursor: LogCursor): void {
    this.#cursors.delete(cursor);
    this.#trim();
  }

  /** Lets go of what all have read. */
  #trim(): void {
    if (this.#isWhole) return;
    let needed = this.end;
    for (const cursor of this.#cursors) needed = Math.min(needed, cursor.skip());
    for (; this.#first < needed; this.#first += 1) {
      this.#heldBytes -= this.at(this.#first)?.weight ?? 0;
      this.#items[this.#first - this.#cut] = undefined;
    }
    const dropped = this.#first - this.#cut;
    if (dropped >= CUT_AT && dropped * 2 >= this.#items.length) {
      this.#items = this.#items.slice(dropped);
      this.#cut = this.#first;
    }
    if (!this.isPressed) for (const resolve of this.#relieve.splice(0)) resolve();
  }
}

export class LogCursor implements FrameSource {
  readonly told: Told;
  readonly wake: () => void;
  readonly #log: FrameLog;
  /** Number of the next item to look at. */
  #position: number;

  constructor(log: FrameLog, told: Told, wake: () => void, position: number) {
    this.#log = log;
    this.told = told;
    this.wake = wake;
    this.#position = position;
  }

  take(maxBytes: number): readonly Uint8Array[] {
    const from = this.#position;
    const frames: Uint8Array[] = [];
    let bytes = 0;
    for (;;) {
      const item = this.#log.at(this.skip());
      if (item === undefined || (frames.length > 0 && bytes + item.frame.length > maxBytes)) break;
      frames.push(item.frame);
      bytes += item.frame.length;
      this.#position += 1;
    }
    if (this.#position > from) this.#log.moved(from);
    return frames;
  }

  get hasMore(): boolean {
    return this.skip() < this.#log.end;
  }

  /** Passes over what is not for this reader; the number of its next item. */
  skip(): number {
    while (this.#position < this.#log.end && this.#log.at(this.#position)?.told !== this.told)
      this.#position += 1;
    return this.#position;
  }

  close(): void {
    this.#log.closed(this);
  }
}
