/** Numbers the parts of a streamed answer, and keeps the last text open while citations may still follow it. */
import type { CanonicalEvent, Citation, Part, Signature, StartedPart } from '../canonical.ts';

export class PartWriter {
  #next = 0;
  readonly #open = new Set<number>();
  /** A text whose block has ended: citations may come in blocks of their own behind it. */
  #lingering: number | null = null;
  #events: CanonicalEvent[] = [];

  /** What was written since the last call. */
  take(): readonly CanonicalEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  open(content: StartedPart): number {
    this.#endLingering();
    const part = this.#next++;
    this.#open.add(part);
    this.#events.push({ type: 'part-start', choice: 0, part, content });
    return part;
  }

  delta(part: number, text: string): void {
    if (text !== '') this.#events.push({ type: 'part-delta', choice: 0, part, text });
  }

  signature(part: number, signature: Signature): void {
    this.#events.push({ type: 'signature', choice: 0, part, signature });
  }

  cite(part: number, citations: readonly Citation[]): void {
    for (const citation of citations) this.#events.push({ type: 'citation', choice: 0, part, citation });
  }

  close(part: number): void {
    if (this.#open.delete(part)) this.#events.push({ type: 'part-end', choice: 0, part });
  }

  /** The text stays open until the next part begins. */
  linger(part: number): void {
    this.#endLingering();
    this.#lingering = part;
  }

  /** The text before, to which citations without a text of their own belong. */
  textBefore(): number {
    this.#lingering ??= this.open({ type: 'text' });
    return this.#lingering;
  }

  whole(part: Part): void {
    this.close(this.open({ type: 'whole', part }));
  }

  closeAll(): void {
    this.#lingering = null;
    for (const part of [...this.#open].sort((a, b) => a - b)) this.close(part);
  }

  #endLingering(): void {
    if (this.#lingering !== null) this.close(this.#lingering);
    this.#lingering = null;
  }
}
