/** Ids of tool calls as OpenAI takes them: up to 40 characters in chat, 64 in Responses. */
import type { Turn } from '../canonical.ts';

/**
 * New names for ids that are too long, by their order of appearance: equal conversations give equal bytes
 * (traps D19), a longer one keeps the names of its beginning, and no two ids share a name (traps D1).
 */
export function shortIds(turns: readonly Turn[], maxLength: number): ReadonlyMap<string, string> {
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
    if (id.length <= maxLength) continue;
    let name = `call_long_${count}`;
    while (ids.has(name)) name += '_';
    names.set(id, name);
    count += 1;
  }
  return names;
}
