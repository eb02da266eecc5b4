/** A whole answer, told as the stream that it might have been: for clients that wait for one. */
import type { CanonicalAnswer, CanonicalChoice, CanonicalEvent, Part, StartedPart } from './canonical.ts';

/** Text, thinking and calls come as deltas, one a part; parts that have no deltas come whole. */
export function answerToEvents(answer: CanonicalAnswer): CanonicalEvent[] {
  const { id, model, created, choices, usage, serviceTier, extra } = answer;
  const about = {
    ...(serviceTier === undefined ? {} : { serviceTier }),
    ...(extra === undefined ? {} : { extra }),
  };
  return [
    { type: 'start', id, model, created, usage },
    ...(Object.keys(about).length === 0 ? [] : [{ type: 'about' as const, ...about }]),
    ...choices.flatMap(choiceEvents),
    ...(usage === null ? [] : [{ type: 'usage' as const, usage }]),
  ];
}

function choiceEvents(choice: CanonicalChoice): CanonicalEvent[] {
  const { index, parts, logprobs, finish, nativeFinish, stopSequence } = choice;
  const events = parts.flatMap((part, number) => partEvents(part, { choice: index, part: number }));
  if (logprobs !== undefined) events.push({ type: 'logprobs', choice: index, logprobs });
  const said = { native: nativeFinish, stopSequence: stopSequence ?? null };
  events.push({ type: 'finish', choice: index, reason: finish, ...said });
  return events;
}

function partEvents(part: Part, at: { readonly choice: number; readonly part: number }): CanonicalEvent[] {
  const events: CanonicalEvent[] = [{ type: 'part-start', ...at, content: toStarted(part) }];
  const text = streamedText(part);
  if (text !== '') events.push({ type: 'part-delta', ...at, text });
  if (part.type === 'text') {
    for (const citation of part.citations ?? []) events.push({ type: 'citation', ...at, citation });
    if (part.signature !== undefined) {
      events.push({ type: 'signature', ...at, signature: part.signature });
    }
  }
  if (part.type === 'reasoning' && part.redacted === null && part.signature !== null) {
    const signature = { signer: part.signer, value: part.signature };
    events.push({ type: 'signature', ...at, signature });
  }
  events.push({ type: 'part-end', ...at });
  return events;
}

function toStarted(part: Part): StartedPart {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { type: part.type };
    case 'reasoning':
      return part.redacted === null ? { type: 'reasoning' } : { type: 'whole', part };
    case 'tool-call': {
      const { id, name, isCustom, signature } = part;
      return { type: 'tool-call', id, name, isCustom, ...(signature === undefined ? {} : { signature }) };
    }
    default:
      return { type: 'whole', part };
  }
}

function streamedText(part: Part): string {
  if (part.type === 'text' || part.type === 'refusal') return part.text;
  if (part.type === 'reasoning') return part.redacted === null ? part.text : '';
  return part.type === 'tool-call' ? part.input : '';
}
