/** The turn that a client gets, put together from what came over the wire with nothing left out, in a form of its own. */
import { isRecord } from '../../../src/is-record.ts';
import type { Door, Got } from '../matrix/door.ts';

type Json = Record<string, unknown>;

/** Members that come in pieces; others come whole. */
const IN_PIECES = ['content', 'refusal', 'reasoning_content', 'text', 'arguments', 'input', 'signature'];

/**
 * With what says nothing left out: `null`, empty lists, empty texts in a list of parts. Chats are put together from
 * their chunks, Google's parts joined where a text goes on; the other doors' clients have done it themselves.
 */
export function turnOf({ id }: Door, { raw, native }: Got): unknown {
  if (id === 'openai-chat') return withoutBlanks(chatTurn(raw as Json[])); // bodies of this door are objects
  return withoutBlanks(id === 'gemini' ? joined(native as Json[]) : native); // Google's turns are lists of parts
}

interface ChatChoice {
  readonly message?: Json;
  readonly delta?: Json;
}

function chatTurn(raw: readonly Json[]): unknown {
  const choices = raw.flatMap(({ choices: some }) => (some ?? []) as readonly ChatChoice[]);
  return choices.reduce<unknown>((turn, { message, delta }) => grown(turn, message ?? delta, 'delta'), {});
}

/** `value` with `more` of it, as chunks tell it: lists by the `index` of their members. */
function grown(value: unknown, more: unknown, name: string): unknown {
  if (value === undefined || value === null) return Array.isArray(more) ? grown([], more, name) : more;
  if (more === undefined || more === null) return value;
  if (Array.isArray(more) && Array.isArray(value)) {
    const list = [...value];
    for (const one of more) {
      const at = isRecord(one) && typeof one.index === 'number' ? one.index : list.length;
      list[at] = grown(list[at], one, name);
    }
    return list;
  }
  if (isRecord(value) && isRecord(more)) {
    const members = Object.entries(more).map(([member, one]) => [member, grown(value[member], one, member)]);
    return { ...value, ...Object.fromEntries(members) };
  }
  return typeof value === 'string' && IN_PIECES.includes(name) ? value + String(more) : more;
}

function joined(parts: readonly Json[]): readonly Json[] {
  const all: Json[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    const isMore = typeof part.text === 'string' && typeof last?.text === 'string';
    if (isMore && part.thought === last.thought)
      Object.assign(last, part, { text: `${last.text}${part.text}` });
    else if (part.text !== '' || Object.keys(part).length > 1) all.push({ ...part });
  }
  return all;
}

export function withoutBlanks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutBlanks);
  if (!isRecord(value)) return value;
  const said = Object.entries(value).filter(
    ([name, one]) => one !== null && name !== 'index' && !(Array.isArray(one) && one.length === 0),
  );
  return Object.fromEntries(said.map(([name, one]) => [name, withoutBlanks(one)]));
}
