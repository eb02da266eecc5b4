/**
 * YAML of others. Anchors and merge keys are resolved; a document that blows up (an alias of aliases of aliases) is
 * refused, and no message tells a piece of it, because configurations hold keys.
 */
import { LineCounter, parseDocument } from 'yaml';
import { UnreadableFile } from './note.ts';

/** Larger than any configuration that somebody wrote. */
const MAX_CHARACTERS = 8 * 1024 * 1024;
/** How often one anchor may be used, counted through others. */
const MAX_ALIASES = 1000;
/** Values in all, those behind aliases counted each time. An anchor that holds itself has no end, and ends here. */
const MAX_VALUES = 1_000_000;

/** Throws `UnreadableFile`. */
export function readYaml(text: string): unknown {
  if (text.length > MAX_CHARACTERS) throw new UnreadableFile('it is larger than 8 MiB');
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      merge: true,
      prettyErrors: false,
      lineCounter: lines,
      logLevel: 'error',
    });
    const [error] = document.errors;
    if (error !== undefined)
      throw new UnreadableFile(`it is not YAML: ${error.code} in line ${lines.linePos(error.pos[0]).line}`);
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    refuseEndless(value);
    return value;
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    throw new UnreadableFile('its anchors and aliases have no end, or it is nested too deeply');
  }
}

function refuseEndless(value: unknown): void {
  const waiting: unknown[] = [value];
  for (let count = 0; waiting.length > 0; count += 1) {
    if (count > MAX_VALUES) throw new RangeError('too many values');
    const next = waiting.pop();
    if (typeof next === 'object' && next !== null)
      for (const member of Object.values(next)) waiting.push(member);
  }
}
