/**
 * Keeps what goes to the client, to be read when all of it has gone: nothing is looked at on the way. Memory for it is
 * that of bodies, and taken only while there is plenty.
 */
import { concat } from '../../bytes.ts';
import type { CanonicalAnswer } from '../../dialects/canonical.ts';
import { UPSTREAM_CODECS } from '../../dialects/registry.ts';
import type { Route } from '../../dialects/routes.ts';
import { SseSplitter } from '../../streaming/sse.ts';
import type { WriteObserver } from '../../streaming/stream-writer.ts';
import type { BodyMemory } from '../body-memory.ts';
import { storedFormOf } from '../cache/replay.ts';
import { parseExactBytes } from '../opening.ts';

/** Events take some two hundred bytes a token. */
const MAX_BYTES = 1024 * 1024;

export class AnswerWatch {
  /** Resolves when the answer has gone. */
  readonly gone: Promise<void>;
  readonly #memory: BodyMemory;
  #tellGone: () => void = () => undefined;
  #chunks: Uint8Array[] = [];
  #takenBytes = 0;
  /** All of it was kept so far. */
  #isAll = true;
  #kind: 'whole' | 'stream' = 'stream';

  constructor(memory: BodyMemory) {
    this.#memory = memory;
    this.gone = new Promise((resolve) => {
      this.#tellGone = resolve;
    });
  }

  whole(bytes: Uint8Array): void {
    this.#kind = 'whole';
    this.#keep(bytes);
    this.#tellGone();
  }

  observe(): WriteObserver {
    return {
      onWrite: (bytes) => this.#keep(bytes),
      onEnd: () => undefined,
      onClosed: () => this.#tellGone(),
    };
  }

  /** In canonical form; `null` unless it came whole and well-formed. */
  answer(route: Route): CanonicalAnswer | null {
    if (!this.#isAll || this.#chunks.length === 0) return null;
    const bytes = concat(this.#chunks);
    const body = this.#kind === 'whole' ? parseExactBytes(bytes) : readStream(bytes, route);
    return UPSTREAM_CODECS[route.dialect].decodeAnswer(body);
  }

  /** Gives its memory back, once, and keeps nothing from now on. */
  release(): void {
    this.#isAll = false;
    this.#chunks = [];
    this.#memory.give(this.#takenBytes);
    this.#takenBytes = 0;
  }

  #keep(bytes: Uint8Array): void {
    if (!this.#isAll) return;
    const isTooMuch = this.#takenBytes + bytes.length > MAX_BYTES;
    if (isTooMuch || !this.#memory.takeSpare(bytes.length)) {
      this.release();
      return;
    }
    this.#takenBytes += bytes.length;
    this.#chunks.push(bytes.slice()); // whoever wrote it may use its memory again
  }
}

function readStream(bytes: Uint8Array, route: Route): unknown {
  const collector = storedFormOf(route)?.createCollector();
  for (const event of new SseSplitter().push(bytes)) collector?.push(event);
  return collector?.body() ?? null;
}
