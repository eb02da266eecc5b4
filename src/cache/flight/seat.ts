/** A reader's place: what it is still to be told, taken at its own pace. */
import { concat } from '../../bytes.ts';
import type { FrameSource } from './frame-log.ts';
import { encodeFrame, type FlightFrame, type ReaderForm } from './frames.ts';

/** As much as goes to a reader at once, where more is there: a slow one holds no more in its own stream. */
const MAX_TAKE_BYTES = 64 * 1024;

export interface SeatParts {
  readonly form: ReaderForm;
  /** Told as it comes; else when all of it is there. */
  readonly isLive: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

export class Seat {
  readonly form: ReaderForm;
  readonly isLive: boolean;
  readonly #now: () => number;
  /** Told before what the source has. */
  #own: Uint8Array[] = [];
  #source: FrameSource | null = null;
  /** Told after it; `null`: nothing but the end. */
  #last: Uint8Array | null = null;
  #state: 'open' | 'closing' | 'over' | 'broken' = 'open';
  /** Until it takes something, when it came. */
  #lastTakenAt: number;
  #wake: () => void = () => undefined;

  constructor({ form, isLive, now }: SeatParts) {
    this.form = form;
    this.isLive = isLive;
    this.#now = now;
    this.#lastTakenAt = now();
  }

  /** All was taken, and nothing more comes. */
  get isOver(): boolean {
    return this.#state === 'over';
  }

  /** What this reader has not taken is lost to it. */
  get isBroken(): boolean {
    return this.#state === 'broken';
  }

  /** Something is there for it, and it has taken nothing since. */
  isStalled(since: number): boolean {
    return this.#lastTakenAt <= since && (this.#own.length > 0 || this.#source?.hasMore === true);
  }

  tell(...frames: readonly (FlightFrame | Uint8Array)[]): void {
    for (const frame of frames) this.#own.push(frame instanceof Uint8Array ? frame : encodeFrame(frame));
    this.wake();
  }

  /** Behind what was told so far. `open` gets what is to be called when the source has more. */
  follow(open: (wake: () => void) => FrameSource): void {
    this.#source = open(() => this.wake());
    this.wake();
  }

  /** Nothing comes behind `last`. */
  close(last: FlightFrame | null): void {
    if (this.#state !== 'open') return;
    this.#last = last === null ? null : encodeFrame(last);
    this.#state = 'closing';
    this.wake();
  }

  /** The reader left, or is cut off. */
  drop(): void {
    if (this.#state === 'over') return;
    this.#state = 'broken';
    this.#own = [];
    this.#letGo();
    this.wake();
  }

  /** Frames that are there, as many as go at once; `null`: none now, or none ever again. */
  take(): Uint8Array | null {
    if (this.isBroken || this.isOver) return null;
    const pieces = this.#own.splice(0);
    let bytes = 0;
    while (this.#source !== null && bytes < MAX_TAKE_BYTES) {
      const more = this.#source.take(MAX_TAKE_BYTES - bytes);
      if (more.length === 0 && this.#state === 'closing') this.#letGo();
      if (more.length === 0) break;
      for (const frame of more) bytes += frame.length;
      pieces.push(...more);
    }
    if (this.#state === 'closing' && this.#source === null) {
      if (this.#last !== null) pieces.push(this.#last);
      this.#state = 'over';
    }
    if (pieces.length === 0) return null;
    this.#lastTakenAt = this.#now();
    return concat(pieces);
  }

  /** Resolves when it is worth while to take again. */
  readable(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  wake(): void {
    this.#wake();
  }

  #letGo(): void {
    this.#source?.close();
    this.#source = null;
  }
}
