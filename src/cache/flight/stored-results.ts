/**
 * A result in the object's storage: a row for each two megabytes of its frames, so mostly one, and an alarm that clears
 * it: two rows written. Of SQLite only the key-value side is used, because a table costs two more, and after its time
 * nothing is left: an object for each request must leave nothing behind that costs.
 */
import { concat } from '../../bytes.ts';
import type { FrameSource } from './frame-log.ts';
import type { KeptAbout, KeptResult, KeptResults } from './kept-results.ts';

/** A row takes 2 MB, its key and its other fields included. */
const MAX_PIECE_BYTES = 1_900_000;
/** Larger results are read piece by piece each time, and not held. */
const MAX_HELD_BYTES = 8 * 1024 * 1024;
/** Of the frames and of all fields. What another version wrote is as good as nothing. */
const VERSION = 1;

export type ResultStorage = Pick<DurableObjectStorage, 'kv' | 'transactionSync' | 'setAlarm' | 'deleteAll'>;

/** Of the first piece; the others have their frames only. Written last. */
interface FirstPiece {
  readonly version: number;
  readonly about: KeptAbout;
  readonly pieces: number;
  readonly bytes: number;
  readonly frames: Uint8Array;
}

interface Kept {
  readonly about: KeptAbout;
  readonly pieces: number;
  /** `null`: too large to be held. */
  readonly held: readonly Uint8Array[] | null;
}

export class StoredResults implements KeptResults {
  readonly #storage: ResultStorage;
  readonly #waitUntil: (work: Promise<unknown>) => void;
  /** `undefined`: not read yet. */
  #kept: Kept | null | undefined;

  constructor(storage: ResultStorage, waitUntil: (work: Promise<unknown>) => void) {
    this.#storage = storage;
    this.#waitUntil = waitUntil;
  }

  current(): KeptResult | null {
    if (this.#kept === undefined) this.#kept = this.#read();
    const kept = this.#kept;
    return kept === null ? null : { about: kept.about, open: () => this.#open(kept) };
  }

  keep(about: KeptAbout, frames: Iterable<Uint8Array>): void {
    this.#kept = undefined;
    const { kv } = this.#storage;
    this.#kept = this.#storage.transactionSync(() => {
      const held: Uint8Array[] = [];
      let [pieces, bytes] = [0, 0];
      for (const piece of cut(frames)) {
        if (pieces > 0) kv.put(pieceKey(pieces), { frames: piece });
        pieces += 1;
        bytes += piece.length;
        if (pieces === 1 || bytes <= MAX_HELD_BYTES) held.push(piece);
      }
      const first: FirstPiece = {
        version: VERSION,
        about,
        pieces,
        bytes,
        frames: held[0] ?? new Uint8Array(0),
      };
      kv.put(pieceKey(0), first);
      return { about, pieces, held: bytes <= MAX_HELD_BYTES ? held : null };
    });
    this.#waitUntil(this.#storage.setAlarm(about.expiresAt));
  }

  /** Further pieces mean nothing without the first: they go with the alarm. */
  clear(): void {
    if (this.current() !== null) this.#storage.kv.delete(pieceKey(0));
    this.#kept = null;
  }

  /** The alarm rings: nothing is left of what has expired. */
  async expire(now: number): Promise<void> {
    const expiresAt = this.current()?.about.expiresAt ?? now;
    if (expiresAt > now) return this.#storage.setAlarm(expiresAt);
    this.#kept = null;
    await this.#storage.deleteAll();
  }

  #read(): Kept | null {
    const first = this.#storage.kv.get<FirstPiece>(pieceKey(0));
    if (first?.version !== VERSION) return null;
    const { about, pieces, bytes } = first;
    const isHeld = bytes <= MAX_HELD_BYTES;
    return { about, pieces, held: isHeld ? Array.from({ length: pieces }, (_, i) => this.#piece(i)) : null };
  }

  #open(kept: Kept): FrameSource {
    let next = 0;
    return {
      take: () => {
        if (next === kept.pieces) return [];
        // What was kept since is another answer.
        if (kept.held === null && this.#kept !== kept) throw new Error('the result is no longer kept');
        const piece = kept.held?.[next] ?? this.#piece(next);
        next += 1;
        return [piece];
      },
      get hasMore() {
        return next < kept.pieces;
      },
      close: () => undefined,
    };
  }

  /** Throws if it is not there. */
  #piece(index: number): Uint8Array {
    const piece = this.#storage.kv.get<Pick<FirstPiece, 'frames'>>(pieceKey(index));
    if (piece === undefined) throw new Error('a part of the result is missing');
    return piece.frames;
  }
}

const pieceKey = (index: number): string => `result/${index}`;

/** The same bytes in pieces that fit a row. */
function* cut(frames: Iterable<Uint8Array>): Generator<Uint8Array> {
  let piece: Uint8Array[] = [];
  let room = MAX_PIECE_BYTES;
  for (let frame of frames) {
    while (frame.length > room) {
      yield copyOf([...piece, frame.subarray(0, room)]);
      frame = frame.subarray(room);
      piece = [];
      room = MAX_PIECE_BYTES;
    }
    piece.push(frame);
    room -= frame.length;
  }
  yield copyOf(piece);
}

/** In memory of its own: of a view, all that it looks at would be stored. */
const copyOf = (pieces: readonly Uint8Array[]): Uint8Array => concat([new Uint8Array(0), ...pieces]);
