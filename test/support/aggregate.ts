/**
 * Canonical events put together: what a streamed answer is when it is whole, and which rules of `canonical.ts`
 * its decoder broke on the way. For tests of every codec: `aggregate(events).answer` has to equal the answer that
 * the same provider gives without streaming. Thinking that nobody signed has the signer `other`, because a stream
 * tells signers with signatures only. Runs in Node and in workerd.
 */
import { answerToEvents } from '../../src/dialects/answer-events.ts';
import type {
  CanonicalAnswer,
  CanonicalChoice,
  CanonicalEvent,
  Citation,
  Extra,
  JsonObject,
  Part,
  Signature,
  StartedPart,
} from '../../src/dialects/canonical.ts';
import type { RawErrorFields } from '../../src/dialects/straight.ts';
import type { Usage } from '../../src/usage/usage.ts';

export interface Aggregated {
  /** `null` if no `start` came. Choices without `finish` are left out of it, as `unfinished` says. */
  readonly answer: CanonicalAnswer | null;
  /** Indexes of choices that never finished. */
  readonly unfinished: readonly number[];
  /** Parts of the choices that never finished, by index. */
  readonly unfinishedParts: Readonly<Record<number, readonly Part[]>>;
  readonly error: RawErrorFields | null;
  /** Broken rules, in words; empty if the decoder kept them all. */
  readonly mistakes: readonly string[];
}

interface OpenPart {
  readonly content: StartedPart;
  text: string;
  signature: Signature | null;
  readonly citations: Citation[];
  isOpen: boolean;
}

interface OpenChoice {
  readonly parts: OpenPart[];
  readonly logprobs: JsonObject[];
  finish: Pick<CanonicalChoice, 'finish' | 'nativeFinish' | 'stopSequence'> | null;
}

export function aggregate(events: Iterable<CanonicalEvent>): Aggregated {
  const mistakes: string[] = [];
  const choices = new Map<number, OpenChoice>();
  let start: Extract<CanonicalEvent, { type: 'start' }> | null = null;
  let usage: Usage | null = null;
  let serviceTier: string | null | undefined;
  let extra: Extra | undefined;
  let error: RawErrorFields | null = null;

  const choiceAt = (index: number): OpenChoice => {
    const known = choices.get(index);
    if (known !== undefined) return known;
    const fresh: OpenChoice = { parts: [], logprobs: [], finish: null };
    choices.set(index, fresh);
    return fresh;
  };
  const openPart = (event: { type: string; choice: number; part: number }): OpenPart | null => {
    const part = choiceAt(event.choice).parts[event.part];
    if (part?.isOpen) return part;
    mistakes.push(`${event.type} for part ${event.part} of choice ${event.choice}, which is not open`);
    return null;
  };

  for (const event of events) {
    if (error !== null) mistakes.push(`${event.type} after error`);
    if (start === null && !['start', 'ping', 'error', 'usage'].includes(event.type)) {
      mistakes.push(`${event.type} before start`);
    }
    switch (event.type) {
      case 'start':
        if (start !== null) mistakes.push('start twice');
        start = event;
        usage = event.usage ?? usage;
        break;
      case 'part-start': {
        const { parts } = choiceAt(event.choice);
        if (event.part !== parts.length) mistakes.push(`part ${event.part} where ${parts.length} is next`);
        parts[event.part] = {
          content: event.content,
          text: '',
          signature: null,
          citations: [],
          isOpen: true,
        };
        break;
      }
      case 'part-delta': {
        const part = openPart(event);
        if (part?.content.type === 'whole') mistakes.push('part-delta for a whole part');
        if (part !== null) part.text += event.text;
        break;
      }
      case 'signature': {
        const part = openPart(event);
        if (part === null) break;
        if (part.content.type === 'whole' || part.content.type === 'refusal') {
          mistakes.push(`signature for a part of type ${part.content.type}`);
        }
        part.signature = event.signature;
        break;
      }
      case 'citation':
        openPart(event)?.citations.push(event.citation);
        break;
      case 'logprobs':
        choiceAt(event.choice).logprobs.push(...event.logprobs);
        if (choiceAt(event.choice).finish !== null) mistakes.push('logprobs after finish');
        break;
      case 'about':
        if (event.serviceTier !== undefined) serviceTier = event.serviceTier;
        if (event.extra !== undefined) extra = { ...extra, ...event.extra };
        break;
      case 'part-end': {
        const part = openPart(event);
        if (part !== null) part.isOpen = false;
        break;
      }
      case 'finish': {
        const choice = choiceAt(event.choice);
        if (choice.finish !== null) mistakes.push(`finish of choice ${event.choice} twice`);
        if (choice.parts.some((part) => part.isOpen)) {
          mistakes.push(`finish of choice ${event.choice} with an open part`);
        }
        choice.finish = {
          finish: event.reason,
          nativeFinish: event.native,
          ...(event.stopSequence === null ? {} : { stopSequence: event.stopSequence }),
        };
        break;
      }
      case 'usage':
        usage = event.usage;
        break;
      case 'error':
        error = event.error;
        break;
      case 'ping':
        break;
    }
  }

  const finished: CanonicalChoice[] = [];
  const unfinished: number[] = [];
  const unfinishedParts: Record<number, readonly Part[]> = {};
  for (const [index, choice] of [...choices].sort(([a], [b]) => a - b)) {
    const parts = choice.parts.map(toPart);
    if (error === null && choice.parts.some((part) => part.isOpen)) {
      mistakes.push(`choice ${index} ends with an open part`);
    }
    if (choice.finish === null) {
      unfinished.push(index);
      unfinishedParts[index] = parts;
    } else {
      const logprobs = choice.logprobs.length === 0 ? {} : { logprobs: choice.logprobs };
      finished.push({ index, parts, ...choice.finish, ...logprobs });
    }
  }
  const answer =
    start === null
      ? null
      : {
          id: start.id,
          model: start.model,
          created: start.created,
          choices: finished,
          usage,
          ...(serviceTier === undefined ? {} : { serviceTier }),
          ...(extra === undefined ? {} : { extra }),
        };
  return { answer, unfinished, unfinishedParts, error, mistakes };
}

function toPart({ content, text, signature, citations }: OpenPart): Part {
  const cited = citations.length > 0 ? { citations } : {};
  switch (content.type) {
    case 'whole':
      return content.part.type === 'text' ? { ...content.part, ...cited } : content.part;
    case 'text':
      return { type: 'text', text, ...cited, ...(signature === null ? {} : { signature }) };
    case 'refusal':
      return { type: 'refusal', text };
    case 'reasoning':
      return {
        type: 'reasoning',
        text,
        signature: signature?.value ?? null,
        redacted: null,
        signer: signature?.signer ?? 'other',
      };
    case 'tool-call': {
      const { signature: early, ...call } = content;
      const proof = signature ?? early;
      return { ...call, input: text, ...(proof === undefined ? {} : { signature: proof }) };
    }
  }
}

/**
 * The way back: an answer told in events, its texts cut into pieces of `size` characters (0: one piece). For tests
 * that give a stream encoder and `encodeAnswer` the same answer.
 */
export function toEvents(answer: CanonicalAnswer, size = 0): CanonicalEvent[] {
  return answerToEvents(answer).flatMap((event): CanonicalEvent[] =>
    event.type === 'part-delta' ? pieces(event.text, size).map((text) => ({ ...event, text })) : [event],
  );
}

/** Whole characters: half a surrogate pair is no text. */
function pieces(text: string, size: number): string[] {
  if (size === 0) return [text];
  const characters = [...text];
  const cut: string[] = [];
  for (let at = 0; at < characters.length; at += size) cut.push(characters.slice(at, at + size).join(''));
  return cut;
}
