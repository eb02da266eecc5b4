/** Turns of a conversation, without the differences that only come from the forms they were written in. */
import type { Part, Turn } from '../../dialects/canonical.ts';

/**
 * - Instructions are a system turn, whichever member they stood in.
 * - A result repeats the name of its call in some forms only.
 * - Results of parallel calls stand in one message in some forms, in one each in others.
 */
export function neutralTurns(turns: readonly Turn[]): readonly Turn[] {
  const names = namesByCall(turns);
  const neutral: Turn[] = [];
  for (const turn of turns) {
    const parts = turn.parts.map((part) => withoutName(part, names));
    const last = neutral.at(-1);
    if (last !== undefined && isPlainTool(turn) && isPlainTool(last))
      neutral[neutral.length - 1] = { ...last, parts: [...last.parts, ...parts] };
    else neutral.push({ ...withoutEmptyExtra(turn), parts });
  }
  return neutral;
}

/** Of calls alone: a result that answers none has to keep its name. */
function namesByCall(turns: readonly Turn[]): ReadonlyMap<string, string> {
  const calls = turns.flatMap(({ parts }) => parts.filter((part) => part.type === 'tool-call'));
  return new Map(calls.map(({ id, name }) => [id, name]));
}

const isPlainTool = ({ role, name, extra }: Turn): boolean =>
  role === 'tool' && name === undefined && extra === undefined;

const withoutName = (part: Part, names: ReadonlyMap<string, string>): Part =>
  part.type === 'tool-result' && part.name !== null && part.name === names.get(part.callId)
    ? { ...part, name: null }
    : part;

/** Marks of the codecs are symbols: to JSON an object with nothing else in it is empty. */
function withoutEmptyExtra({ extra, ...turn }: Turn): Turn {
  const said = Object.values(extra ?? {}).some((fields) => Object.keys(fields).length > 0);
  return extra !== undefined && said ? { ...turn, extra } : turn;
}
