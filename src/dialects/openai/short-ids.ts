/** Ids of tool calls as OpenAI takes them: not longer than 40 characters. */
import type { Turn } from '../canonical.ts';

const MAX_ID_LENGTH = 40;

/**
 * New names for ids that are too long, by their order of appearance: equal conversations give equal bytes
 * (traps D19), a longer one keeps the names of its beginning, and no two ids share a name (traps D1).
 */
export function shortIds(turns: readonly Turn[]): ReadonlyMap<string, string> {
  const ids = new Set<string>();
  for (const { parts } of turns) {
    for (const part of parts) {
      if (part.type === 'tool-call') ids.add(part.id);
      else if (part.type === 'tool-result') ids.add(part.callId);
    }
  }
  const names = new Map<string, string>();
  let count = 0;
  for (const id of ids) {
    if (id.length <= MAX_ID_LENGTH) continue;
    let name = `call_long_${count}`;
    while (ids.has(name)) name += '_';
    names.set(id, name);
    count += 1;
  }
  return names;
}
