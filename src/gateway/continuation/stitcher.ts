/**
 * Makes one answer of a text that breaks off and those that go on with it. The first part passes as it comes, and is
 * watched: only plain text can be gone on with. Of the parts behind it nothing but text goes on, in the part that was
 * open, with one beginning and one end.
 */
import type { CanonicalEvent, Failover } from '../../dialects/canonical.ts';
import { sumOfUsage, type Usage } from '../../usage/usage.ts';
import { PlainText } from './plain-text.ts';
import { Seam } from './seam.ts';

export class Stitcher {
  readonly #text = new PlainText();
  #seam: Seam | null = null;
  #usage: Usage | null = null;
  readonly #failovers: Failover[] = [];
  /** Who goes on, until something of it was told. */
  #next: Pick<Failover, 'from' | 'to'> | null = null;
  /** Numbers of parts of the running call that are texts. */
  readonly #texts = new Set<number>();
  #isUnfit = false;

  /** All that was told of it, as long as it is plain text. */
  get said(): string {
    return this.#text.said;
  }

  /** It has begun and not ended, and can be gone on with. */
  get isOpenText(): boolean {
    return this.#text.isOpen;
  }

  /** The running call does not go on with what was said, but does something else. */
  get isUnfit(): boolean {
    return this.#isUnfit || this.#seam?.hasFailed === true;
  }

  /** Nothing was told of the running call, which is not the first. */
  get isUntold(): boolean {
    return this.#next !== null;
  }

  /** What is to be told now. */
  take(events: readonly CanonicalEvent[]): readonly CanonicalEvent[] {
    const seam = this.#seam;
    if (seam === null) return this.#text.take(events);
    return events.flatMap((event) => (this.isUnfit ? [] : this.#goOn(event, seam)));
  }

  /** What was held back, where nothing more comes. */
  end(): readonly CanonicalEvent[] {
    return this.#text.end();
  }

  /** `usage`: what the call that broke off is charged with. */
  continueWith(next: Pick<Failover, 'from' | 'to'>, usage: Usage | null): void {
    // A call of which nothing was told has no place in the row.
    this.#next = { from: this.#next?.from ?? next.from, to: next.to };
    this.#seam = new Seam(this.said);
    this.#usage = usage === null ? this.#usage : sumOfUsage(this.#usage, usage);
    this.#texts.clear();
    this.#isUnfit = false;
  }

  #goOn(event: CanonicalEvent, seam: Seam): readonly CanonicalEvent[] {
    switch (event.type) {
      case 'part-start':
        if (event.content.type === 'text') this.#texts.add(event.part);
        else if (event.content.type !== 'reasoning') this.#isUnfit = true;
        return [];
      case 'part-delta':
        return this.#texts.has(event.part) ? this.#tell(seam.push(event.text)) : [];
      case 'finish': {
        const rest = seam.end();
        if (this.isUnfit) return [];
        return [...this.#tell(rest), ...this.#announce(), ...this.#text.finish(event)];
      }
      case 'usage':
        return [{ type: 'usage', usage: sumOfUsage(this.#usage, event.usage) }];
      case 'ping':
      case 'error':
        return [event];
      default:
        return []; // told of the first, or of a text that is not the one it speaks of
    }
  }

  #tell(text: string): readonly CanonicalEvent[] {
    return text === '' ? [] : [...this.#announce(), ...this.#text.add(text)];
  }

  /** Before the end is told, because that is where it stands. */
  #announce(): readonly CanonicalEvent[] {
    if (this.#next === null) return [];
    this.#failovers.push({ ...this.#next, atCharacters: this.said.length });
    this.#next = null;
    return [{ type: 'about', failover: [...this.#failovers] }];
  }
}
