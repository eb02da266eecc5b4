/**
 * Reads one candidate, whole or in the pieces of a stream, into events. Pieces of text join in one part until another
 * kind of part, a signature with more text behind it, or the end closes it: so an answer says the same either way
 * (trap C9), and a signature that comes behind the text in an empty piece still belongs to it (wire 22).
 */
import { isRecord } from '../../is-record.ts';
import type { CanonicalEvent, JsonObject, Part } from '../canonical.ts';
import { listOf, recordOf, rest, textOf, textOrNull } from '../json.ts';
import { readCitations, type SaidText } from './citations.ts';
import { decodeMedia } from './decode-media.ts';
import { readFinishReason, toFinishReason } from './finish-reasons.ts';
import { readLogprobs } from './logprobs.ts';
import { PartialArgs } from './partial-args.ts';

const READ = ['content', 'finishReason', 'index', 'logprobsResult'];

interface OpenText {
  readonly kind: 'text' | 'reasoning';
  readonly part: number;
  isSigned: boolean;
}
interface OpenCall {
  readonly kind: 'call';
  readonly part: number;
  readonly args: PartialArgs;
  isEmpty: boolean;
}

export interface CandidateOptions {
  /** Makes an id for a call that has none. */
  readonly nextCallId: () => string;
  /** A whole answer: citations may go to parts that are closed. */
  readonly isWhole: boolean;
}

export class CandidateReader {
  readonly #choice: number;
  readonly #options: CandidateOptions;
  #parts = 0;
  #open: OpenText | OpenCall | null = null;
  #hasCalls = false;
  readonly #said: { part: number; pieces: string[] }[] = [];
  isFinished = false;
  /** Members that only this form knows; each as it came last. */
  details: JsonObject = {};

  constructor(choice: number, options: CandidateOptions) {
    this.#choice = choice;
    this.#options = options;
  }

  read(candidate: JsonObject): CanonicalEvent[] {
    const events: CanonicalEvent[] = [];
    const content = recordOf(candidate.content);
    for (const part of listOf(content.parts)) if (isRecord(part)) events.push(...this.#readPart(part));
    const logprobs = readLogprobs(candidate.logprobsResult);
    if (logprobs.length > 0) events.push({ type: 'logprobs', choice: this.#choice, logprobs });
    const said = Object.entries(rest(candidate, READ) ?? {}).filter(([, value]) => !isEmpty(value));
    this.details = { ...this.details, ...Object.fromEntries(said) };
    const native = readFinishReason(candidate.finishReason);
    if (native !== null && !this.isFinished) events.push(...this.finish(native));
    return events;
  }

  finish(native: string | null): CanonicalEvent[] {
    this.isFinished = true;
    const events = this.#citations();
    events.push(...this.close());
    const reason = toFinishReason(native, this.#hasCalls);
    events.push({ type: 'finish', choice: this.#choice, reason, native, stopSequence: null });
    return events;
  }

  close(): CanonicalEvent[] {
    const open = this.#open;
    this.#open = null;
    if (open === null) return [];
    const at = { choice: this.#choice, part: open.part };
    const closing = open.kind === 'call' ? open.args.end() : '';
    const text = open.kind === 'call' && open.isEmpty && closing === '' ? '{}' : closing; // wire 35
    const delta: CanonicalEvent[] = text === '' ? [] : [{ type: 'part-delta', ...at, text }];
    return [...delta, { type: 'part-end', ...at }];
  }

  #readPart(part: JsonObject): CanonicalEvent[] {
    const signature = textOrNull(part.thoughtSignature);
    if (typeof part.text === 'string') {
      return this.#readText(part.thought === true ? 'reasoning' : 'text', part.text, signature);
    }
    if (isRecord(part.functionCall)) return this.#readCall(part.functionCall, signature);
    const whole = decodeAnswerPart(part);
    if (whole === null) return [];
    const events = this.close();
    const at = { choice: this.#choice, part: this.#parts++ };
    events.push({ type: 'part-start', ...at, content: { type: 'whole', part: whole } });
    events.push({ type: 'part-end', ...at });
    return events;
  }

  #readText(kind: OpenText['kind'], text: string, signature: string | null): CanonicalEvent[] {
    if (text === '' && signature === null) return [];
    const events: CanonicalEvent[] = [];
    let open = this.#open;
    if (open?.kind !== kind || (open.isSigned && text !== '')) {
      events.push(...this.close());
      open = { kind, part: this.#parts++, isSigned: false };
      this.#open = open;
      events.push({ type: 'part-start', choice: this.#choice, part: open.part, content: { type: kind } });
      if (kind === 'text') this.#said.push({ part: open.part, pieces: [] });
    }
    const at = { choice: this.#choice, part: open.part };
    if (text !== '') events.push({ type: 'part-delta', ...at, text });
    if (kind === 'text') this.#said.at(-1)?.pieces.push(text);
    if (signature !== null) {
      open.isSigned = true;
      events.push({ type: 'signature', ...at, signature: { signer: 'google', value: signature } });
    }
    return events;
  }

  /** Whole, or streamed: only the first piece has the name, and sometimes no last one comes (wire 36). */
  #readCall(call: JsonObject, signature: string | null): CanonicalEvent[] {
    const name = textOf(call.name);
    const events: CanonicalEvent[] = [];
    if (name !== '') {
      events.push(...this.close());
      const open: OpenCall = { kind: 'call', part: this.#parts++, args: new PartialArgs(), isEmpty: true };
      this.#open = open;
      this.#hasCalls = true;
      const id = textOrNull(call.id) ?? this.#options.nextCallId(); // wire 33
      const signed = signature === null ? {} : { signature: { signer: 'google' as const, value: signature } };
      const content = { type: 'tool-call' as const, id, name, isCustom: false, ...signed };
      events.push({ type: 'part-start', choice: this.#choice, part: open.part, content });
    }
    const open = this.#open;
    if (open?.kind !== 'call') return events;
    const text = open.isEmpty && isRecord(call.args) ? JSON.stringify(call.args) : writeArgs(open.args, call);
    if (text !== '') {
      open.isEmpty = false;
      events.push({ type: 'part-delta', choice: this.#choice, part: open.part, text });
    }
    if (call.willContinue !== true) events.push(...this.close());
    return events;
  }

  #citations(): CanonicalEvent[] {
    const texts: SaidText[] = this.#said.map(({ part, pieces }) => ({ part, text: pieces.join('') }));
    return readCitations(texts, this.details)
      .filter(({ part }) => this.#options.isWhole || part === this.#open?.part)
      .map(({ part, citation }) => ({ type: 'citation', choice: this.#choice, part, citation }));
  }
}

export const writeArgs = (args: PartialArgs, call: JsonObject): string =>
  listOf(call.partialArgs)
    .filter(isRecord)
    .map((partial) => args.write(partial))
    .join('');

/** Media, or what only this form understands; `null` for a part that holds nothing. */
function decodeAnswerPart(part: JsonObject): Part | null {
  const media = part.thought === true ? null : decodeMedia(part); // drafts of the thinking are no answer
  if (media !== null) return media;
  return Object.keys(part).some((key) => key !== 'thought')
    ? { type: 'opaque', dialect: 'gemini', value: part }
    : null;
}

export const isEmpty = (value: unknown): boolean =>
  value === null ||
  (isRecord(value) && Object.keys(value).length === 0) ||
  (Array.isArray(value) && value.length === 0);
