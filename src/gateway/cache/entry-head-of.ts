/** What an entry says of the answer that it holds. */
import type { EntryHead } from '../../cache/entry.ts';
import type { Exchange } from '../exchange.ts';
import type { Recording } from './answer-recorder.ts';

/** `null` while nobody has answered. */
export function entryHead(
  { route, context, settlement }: Exchange,
  { subjects, generation, freshMs, staleMs }: Recording,
  { kind, contentType }: Pick<EntryHead, 'kind' | 'contentType'>,
): EntryHead | null {
  const { target, outcome, firstTokenMs } = settlement;
  if (target === null) return null;
  const now = context.now();
  const totalMs = now - context.arrivedAt;
  return {
    kind,
    door: kind === 'chat' ? route.dialect : null,
    contentType,
    provider: target.provider,
    model: target.model,
    about: subjects,
    generation,
    storedAt: now,
    freshUntil: now + freshMs,
    keptUntil: now + freshMs + staleMs,
    usage: outcome?.usage ?? null,
    dropped: settlement.droppedParams,
    firstContentMs: firstTokenMs ?? totalMs,
    totalMs,
  };
}
