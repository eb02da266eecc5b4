/**
 * The order of a waiting line: by priority; within a priority keys take turns, so that the crowd of one does not keep
 * another's single request waiting; within a key first come, first served. Nothing here knows of time or limits.
 */
import { PRIORITIES, type Priority } from './waiter.ts';

export interface Place {
  readonly id: string;
  readonly priority: Priority;
  readonly key: string;
}

/** The waiters of each key in the order they came; keys in the order of their turns. */
type Turns<Of> = Map<string, Of[]>;

export class WaitingLine<Of extends Place> {
  readonly #places = new Map<string, Of>();
  readonly #turns: Readonly<Record<Priority, Turns<Of>>> = {
    priority: new Map(),
    default: new Map(),
    flex: new Map(),
  };
  readonly #counts = new Map<string, number>();

  get size(): number {
    return this.#places.size;
  }

  /** Waiters of a key, of whatever priority. */
  countOf(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  find(id: string): Of | undefined {
    return this.#places.get(id);
  }

  /** At the end of its key's. A key that nobody waited for gets its turn after all others. */
  add(place: Of): void {
    const turns = this.#turns[place.priority];
    const queue = turns.get(place.key);
    if (queue === undefined) turns.set(place.key, [place]);
    else queue.push(place);
    this.#places.set(place.id, place);
    this.#counts.set(place.key, this.countOf(place.key) + 1);
  }

  /** It left. Its key keeps its turn if others wait for it. */
  remove(id: string): Of | undefined {
    const place = this.#places.get(id);
    if (place === undefined) return undefined;
    this.#places.delete(id);
    const count = this.countOf(place.key) - 1;
    if (count === 0) this.#counts.delete(place.key);
    else this.#counts.set(place.key, count);
    const turns = this.#turns[place.priority];
    const rest = (turns.get(place.key) ?? []).filter((other) => other !== place);
    if (rest.length === 0) turns.delete(place.key);
    else turns.set(place.key, rest);
    return place;
  }

  /** It got what it waited for: the next turn is another key's. */
  serve(id: string): void {
    const place = this.remove(id);
    if (place === undefined) return;
    const turns = this.#turns[place.priority];
    const rest = turns.get(place.key);
    if (rest === undefined) return;
    turns.delete(place.key);
    turns.set(place.key, rest);
  }

  /** Whose turn it is, of those that are `ready`: who is not is passed over, and keeps its place. */
  next(isReady: (place: Of) => boolean = () => true): Of | undefined {
    for (const priority of PRIORITIES)
      for (const queue of this.#turns[priority].values()) {
        const place = queue.find(isReady);
        if (place !== undefined) return place;
      }
    return undefined;
  }

  /** Whether one of this priority has to stand behind somebody. */
  isBehind(priority: Priority): boolean {
    const first = this.next();
    return first !== undefined && rank(first.priority) <= rank(priority);
  }
}

const rank = (priority: Priority): number => PRIORITIES.indexOf(priority);
