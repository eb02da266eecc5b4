/** The client has gone: nobody reads the answer, and no further upstream call is made. */
export class ClientLeft extends Error {}

/** What nginx and others log for a client that left before its answer. */
export const CLIENT_LEFT_STATUS = 499;

/** Tells whoever waits that the client left. One listener on the request's signal, whose listeners are dear. */
export class Departure {
  #hasLeft = false;
  #callbacks: (() => void)[] = [];

  constructor(signal: AbortSignal) {
    const leave = () => {
      this.#hasLeft = true;
      for (const callback of this.#callbacks.splice(0)) callback();
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  }

  /** Runs `callback` when the client leaves; at once if it has left. */
  onLeave(callback: () => void): void {
    if (this.#hasLeft) callback();
    else this.#callbacks.push(callback);
  }

  /** Nobody has to be told any more. */
  forget(): void {
    this.#callbacks = [];
  }
}
