/** Names of the tools that were called, by the calls' ids: forms that repeat the name in a result need it. */
import type { Turn } from './canonical.ts';

export function namesOfCalls(turns: readonly Turn[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { parts } of turns) {
    for (const part of parts) {
      if (part.type === 'tool-call') names.set(part.id, part.name);
      else if (part.type === 'tool-result' && part.name !== null && !names.has(part.callId))
        names.set(part.callId, part.name);
    }
  }
  return names;
}
