/** What a command tells: to people as tables, to scripts as one JSON document. */
import { toSafeJson, toSafeText } from './safe-text.ts';
import { type Column, renderFields, renderTable } from './table.ts';
import type { World } from './world.ts';

export interface Output {
  readonly isJson: boolean;
  /** For scripts `value`, and for people whatever `tell` tells. */
  show(value: unknown, tell: () => void): void;
  table(columns: readonly Column[], rows: readonly (readonly string[])[]): void;
  fields(record: Readonly<Record<string, unknown>>): void;
  line(text: string): void;
  /** Text that is made of lines already, or JSON, as it is but for what a terminal would obey. */
  raw(text: string): void;
  /** The same for what comes in pieces. */
  stream(pieces: AsyncIterable<string>): Promise<void>;
  /** A remark: standard error, so that it never gets into a script's data. */
  remark(text: string): void;
}

export function createOutput(world: World, isJson: boolean): Output {
  const line = (text: string) => world.write(`${toSafeText(text)}\n`);
  return {
    isJson,
    show(value, tell) {
      if (isJson) world.write(toSafeJson(`${JSON.stringify(value, null, 2)}\n`));
      else tell();
    },
    table: (columns, rows) => world.write(renderTable(columns, rows, world)),
    fields: (record) => world.write(renderFields(record)),
    line,
    raw: (text) => world.write(toSafeJson(text)),
    stream: (pieces) => world.writeAll(toSafePieces(pieces)),
    remark: (text) => world.writeError(`${text.split('\n').map(toSafeText).join('\n')}\n`),
  };
}

export async function* toSafePieces(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const piece of pieces) yield toSafeJson(piece);
}
