/**
 * A streamed answer in canonical form, put together: the way back from `answerToEvents` (`answer-events.ts`). Knows no
 * wire form.
 */
import type { Usage } from '../usage/usage.ts';
import type {
  CanonicalAnswer,
  CanonicalChoice,
  CanonicalEvent,
  Citation,
  JsonObject,
  Part,
  Signature,
  StartedPart,
} from './canonical.ts';

type EventOf<Type extends CanonicalEvent['type']> = Extract<CanonicalEvent, { readonly type: Type }>;

export class EventCollector {
  #start: EventOf<'start'> | null = null;
  #usage: Usage | null = null;
  #about: Pick<CanonicalAnswer, 'serviceTier' | 'extra'> = {};
  readonly #choices = new Map<number, CollectedChoice>();
  #hasFailed = false;

  push(events: readonly CanonicalEvent[]): void {
    for (const event of events) this.#read(event);
  }

  /** `null` unless every choice that began has finished, and nothing failed. */
  answer(): CanonicalAnswer | null {
    if (this.#start === null || this.#hasFailed || this.#choices.size === 0) return null;
    const { id, model, created } = this.#start;
    const choices: CanonicalChoice[] = [];
    for (const [index, choice] of [...this.#choices].sort(([a], [b]) => a - b)) {
      const value = choice.toChoice(index);
      if (value === null) return null;
      choices.push(value);
    }
    return { id, model, created, choices, usage: this.#usage, ...this.#about };
  }

  #read(event: CanonicalEvent): void {
    switch (event.type) {
      case 'start':
        this.#start ??= event;
        this.#usage = event.usage ?? this.#usage;
        break;
      case 'usage':
        this.#usage = event.usage;
        break;
      case 'about':
        this.#readAbout(event);
        break;
      case 'error':
        this.#hasFailed = true;
        break;
      case 'ping':
        break;
      default:
        this.#choiceAt(event.choice).read(event);
    }
  }

  #readAbout({ serviceTier, extra }: EventOf<'about'>): void {
    const about = this.#about;
    this.#about = {
      ...about,
      ...(serviceTier === undefined ? {} : { serviceTier }),
      ...(extra === undefined ? {} : { extra: { ...about.extra, ...extra } }),
    };
  }

  #choiceAt(index: number): CollectedChoice {
    const known = this.#choices.get(index);
    if (known !== undefined) return known;
    const choice = new CollectedChoice();
    this.#choices.set(index, choice);
    return choice;
  }
}

type ChoiceEvent = EventOf<
  'part-start' | 'part-delta' | 'signature' | 'citation' | 'part-end' | 'logprobs' | 'finish'
>;

class CollectedChoice {
  readonly #parts = new Map<number, CollectedPart>();
  #logprobs: JsonObject[] | null = null;
  #finish: EventOf<'finish'> | null = null;

  read(event: ChoiceEvent): void {
    switch (event.type) {
      case 'part-start':
        this.#parts.set(event.part, new CollectedPart(event.content));
        break;
      case 'logprobs':
        this.#logprobs ??= [];
        for (const entry of event.logprobs) this.#logprobs.push(entry);
        break;
      case 'finish':
        this.#finish ??= event;
        break;
      default:
        this.#parts.get(event.part)?.read(event);
    }
  }

  toChoice(index: number): CanonicalChoice | null {
    if (this.#finish === null) return null;
    const { reason, native, stopSequence } = this.#finish;
    return {
      index,
      parts: [...this.#parts].sort(([a], [b]) => a - b).map(([, part]) => part.toPart()),
      finish: reason,
      nativeFinish: native,
      ...(this.#logprobs === null ? {} : { logprobs: this.#logprobs }),
      ...(stopSequence === null ? {} : { stopSequence }),
    };
  }
}

class CollectedPart {
  readonly #content: StartedPart;
  #text = '';
  #signature: Signature | null = null;
  readonly #citations: Citation[] = [];

  constructor(content: StartedPart) {
    this.#content = content;
  }

  read(event: EventOf<'part-delta' | 'signature' | 'citation' | 'part-end'>): void {
    if (event.type === 'part-delta') this.#text += event.text;
    if (event.type === 'signature') this.#signature = event.signature;
    if (event.type === 'citation') this.#citations.push(event.citation);
  }

  toPart(): Part {
    const content = this.#content;
    const text = this.#text;
    const signature = this.#signature === null ? {} : { signature: this.#signature };
    const citations = this.#citations.length === 0 ? {} : { citations: this.#citations };
    switch (content.type) {
      case 'whole':
        return content.part.type === 'text' ? { ...content.part, ...citations } : content.part;
      case 'text':
        return { type: 'text', text, ...citations, ...signature };
      case 'refusal':
        return { type: 'refusal', text };
      case 'reasoning': {
        // Who made unsigned thinking, nobody can tell any more.
        const { value = null, signer = 'other' } = this.#signature ?? {};
        return { type: 'reasoning', text, signature: value, redacted: null, signer };
      }
      case 'tool-call':
        return { ...content, input: text, ...signature };
    }
  }
}
