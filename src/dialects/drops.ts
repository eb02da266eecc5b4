/** What this form has no place for, by the client's names, in order of appearance and each once. */
import type { DialectId } from '../providers/provider-row.ts';
import type { Extra } from './canonical.ts';

export class Drops {
  readonly #names = new Set<string>();
  readonly #own: DialectId;

  /** `own`: the form that is written, whose fields are not foreign. */
  constructor(own: DialectId) {
    this.#own = own;
  }

  get names(): readonly string[] {
    return [...this.#names];
  }

  add(name: string): void {
    this.#names.add(name);
  }

  /** Fields of other forms; empty ones say nothing that could be lost. */
  addForeign(extra: Extra | undefined, prefix = '', except: readonly string[] = []): void {
    for (const [dialect, fields] of Object.entries(extra ?? {})) {
      if (dialect === this.#own) continue;
      for (const [key, value] of Object.entries(fields ?? {})) {
        if (!isEmpty(value) && !except.includes(key)) this.add(prefix + key);
      }
    }
  }
}

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || value === false || (Array.isArray(value) && value.length === 0);
