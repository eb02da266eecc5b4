/**
 * Events as chunks of `streamGenerateContent?alt=sse`: `data:` lines between CRLFs, each a `GenerateContentResponse`.
 * Calls go out whole; signatures behind their text in an empty part, as the vendor sends them. The chunks with the
 * finish reasons wait for the end, because clients read usage from the last chunk.
 */
import type { ErrorWire } from '../../errors.ts';
import type { Usage } from '../../usage/usage.ts';
import type {
  CanonicalEvent,
  CanonicalRequest,
  Extra,
  Failover,
  JsonObject,
  Signature,
  StartedPart,
  TextPart,
} from '../canonical.ts';
import type { StreamEncoder } from '../codec.ts';
import { tellFailover } from '../told-failover.ts';
import { writeCitations } from './citations.ts';
import { encodeUsage, identity, isPromptBlocked, ownMembers, ownOfCandidate } from './encode-answer.ts';
import { encodeAnswerPart, encodeCall, wantsThoughts } from './encode-parts.ts';
import { encodeEvent, encodeFailure } from './error-fields.ts';
import { fromFinishReason } from './finish-reasons.ts';
import { writeLogprobs } from './logprobs.ts';
import { writeProof } from './thought-parts.ts';

type EventOf<Type extends CanonicalEvent['type']> = Extract<CanonicalEvent, { type: Type }>;

interface OpenPart {
  readonly content: StartedPart;
  /** Of calls, and of texts for the places of their citations. */
  text: string;
  signature: Signature | null;
}

interface Choice {
  readonly parts: Map<number, OpenPart>;
  readonly said: { text: string; citations: EventOf<'citation'>['citation'][] }[];
  /** Numbers of parts that are texts, to their places in `said`. */
  readonly places: Map<number, number>;
  readonly logprobs: JsonObject[];
  finish: EventOf<'finish'> | null;
}

const NOTHING = new Uint8Array();

export class GeminiStreamEncoder implements StreamEncoder {
  readonly #showsThoughts: boolean;
  readonly #choices = new Map<number, Choice>();
  #identity: JsonObject = {};
  #usage: Usage | null = null;
  #serviceTier: string | null | undefined;
  #extra: Extra | undefined;
  #failover: readonly Failover[] = [];

  constructor(request: CanonicalRequest) {
    this.#showsThoughts = wantsThoughts(request);
  }

  encode(event: CanonicalEvent): Uint8Array {
    switch (event.type) {
      case 'start':
        this.#identity = identity(event);
        this.#usage = event.usage;
        return NOTHING;
      case 'part-start':
        return this.#startPart(event);
      case 'part-delta':
        return this.#takeDelta(event);
      case 'signature': {
        const part = this.#choice(event.choice).parts.get(event.part);
        if (part !== undefined) part.signature = event.signature;
        return NOTHING;
      }
      case 'citation': {
        const { said, places } = this.#choice(event.choice);
        said[places.get(event.part) ?? -1]?.citations.push(event.citation);
        return NOTHING;
      }
      case 'logprobs':
        this.#choice(event.choice).logprobs.push(...event.logprobs);
        return NOTHING;
      case 'part-end':
        return this.#endPart(event);
      case 'finish':
        this.#choice(event.choice).finish ??= event;
        return NOTHING;
      case 'usage':
        this.#usage = event.usage;
        return NOTHING;
      case 'about':
        if (event.serviceTier !== undefined) this.#serviceTier = event.serviceTier;
        if (event.extra !== undefined) this.#extra = event.extra;
        this.#failover = event.failover ?? this.#failover;
        return NOTHING;
      case 'ping':
      case 'error': // `fail` tells it
        return NOTHING;
      default:
        return event satisfies never;
    }
  }

  /** A provider that never gives a finish reason has none to tell; clients wait for one all the same. */
  end(): Uint8Array {
    if (isPromptBlocked(this.#extra)) return this.#chunk(ownMembers(this.#extra));
    const candidates = [...this.#choices].map(([index, choice]) => this.#lastOf(index, choice));
    return this.#chunk({ candidates, ...ownMembers(this.#extra), ...tellFailover(this.#failover) });
  }

  fail(error: ErrorWire): Uint8Array {
    return encodeFailure(error);
  }

  #lastOf(index: number, { said, logprobs, finish }: Choice): JsonObject {
    const texts = said.map((one): TextPart => ({ type: 'text', ...one }));
    const { reason, native } = finish ?? { reason: 'stop', native: null };
    return {
      content: { parts: [{ text: '' }], role: 'model' },
      finishReason: fromFinishReason(reason, native),
      index,
      ...writeCitations(texts),
      ...(logprobs.length > 0 ? { logprobsResult: writeLogprobs(logprobs) } : {}),
      ...ownOfCandidate(this.#extra, index),
    };
  }

  #choice(index: number): Choice {
    const known = this.#choices.get(index);
    if (known !== undefined) return known;
    const fresh: Choice = { parts: new Map(), said: [], places: new Map(), logprobs: [], finish: null };
    this.#choices.set(index, fresh);
    return fresh;
  }

  #startPart({ choice: index, part, content }: EventOf<'part-start'>): Uint8Array {
    const choice = this.#choice(index);
    choice.parts.set(part, { content, text: '', signature: null });
    const made = content.type === 'whole' ? content.part : content;
    if (made.type === 'text') choice.places.set(part, choice.said.push({ text: '', citations: [] }) - 1);
    if (content.type !== 'whole') return NOTHING;
    if (content.part.type === 'text') {
      choice.said[choice.said.length - 1] = {
        text: content.part.text,
        citations: [...(content.part.citations ?? [])],
      };
    }
    const encoded = encodeAnswerPart(content.part, this.#showsThoughts);
    return encoded === null ? NOTHING : this.#partChunk(index, encoded);
  }

  #takeDelta({ choice: index, part, text }: EventOf<'part-delta'>): Uint8Array {
    const choice = this.#choice(index);
    const open = choice.parts.get(part);
    if (open === undefined || text === '') return NOTHING;
    switch (open.content.type) {
      case 'text': {
        const said = choice.said[choice.places.get(part) ?? -1];
        if (said !== undefined) said.text += text;
        return this.#partChunk(index, { text });
      }
      case 'refusal':
        return this.#partChunk(index, { text });
      case 'reasoning':
        return this.#showsThoughts ? this.#partChunk(index, { text, thought: true }) : NOTHING;
      case 'tool-call':
        open.text += text;
        return NOTHING;
      default:
        return NOTHING;
    }
  }

  #endPart({ choice: index, part }: EventOf<'part-end'>): Uint8Array {
    const { parts } = this.#choice(index);
    const open = parts.get(part);
    parts.delete(part);
    if (open === undefined) return NOTHING;
    const { content, text, signature } = open;
    if (content.type === 'tool-call') {
      const signed = signature === null ? {} : { signature };
      return this.#partChunk(index, encodeCall({ ...content, input: text, ...signed }));
    }
    if (signature === null || content.type === 'whole' || content.type === 'refusal') return NOTHING;
    if (content.type === 'text') return this.#partChunk(index, { text: '', ...writeProof(signature) });
    return this.#showsThoughts
      ? this.#partChunk(index, { text: '', thought: true, ...writeProof(signature) })
      : NOTHING;
  }

  #partChunk(index: number, part: JsonObject): Uint8Array {
    return this.#chunk({ candidates: [{ content: { parts: [part], role: 'model' }, index }] });
  }

  #chunk(members: JsonObject): Uint8Array {
    const usage = encodeUsage(this.#usage, this.#serviceTier, this.#extra);
    return encodeEvent({ ...members, ...usage, ...this.#identity });
  }
}
