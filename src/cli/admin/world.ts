/** What the command line touches of the world outside: handed in once, by `main.ts`. */
export interface World {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly fetch: typeof fetch;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** A fresh random name, for `Idempotency-Key`. */
  readonly newId: () => string;
  /** Everything that stands on standard input. */
  readonly readInput: () => Promise<string>;
  /** A person types there, and sees what they type. */
  readonly inputIsTerminal: boolean;
  readonly write: (text: string) => void;
  /** Takes the pieces no faster than whoever reads them. */
  readonly writeAll: (pieces: AsyncIterable<string>) => Promise<void>;
  readonly writeError: (text: string) => void;
  /** Columns of the terminal; `null` where standard output is none, and nothing is cut. */
  readonly width: number | null;
  readonly hasColour: boolean;
  /** Resolves after so many milliseconds, or when `signal` is aborted. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}
