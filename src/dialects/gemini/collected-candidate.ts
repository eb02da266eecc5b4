/**
 * One candidate as the chunks of a stream tell it, put together as the whole answer has it. Texts join as
 * `candidate-reader.ts` joins them, but never within one chunk: there the vendor says that they are two. A signature
 * that comes behind its text in an empty piece belongs to that text (wire 22).
 */
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf, parseExactJson, rest, textOf, textOrNull } from '../json.ts';
import { isEmpty, writeArgs } from './candidate-reader.ts';
import { readFinishReason } from './finish-reasons.ts';
import { PartialArgs } from './partial-args.ts';

type Growing = Record<string, unknown>;

interface OpenText {
  readonly kind: 'text';
  readonly json: Growing;
  readonly isThought: boolean;
}
interface OpenCall {
  readonly kind: 'call';
  readonly json: Growing;
  readonly args: PartialArgs;
  text: string;
}

const TEXT_MEMBERS = ['text', 'thought', 'thoughtSignature'];

/** A part that is text and nothing else, which may be cut into pieces. */
export const isPlainText = (part: JsonObject): part is JsonObject & { readonly text: string } =>
  typeof part.text === 'string' && rest(part, TEXT_MEMBERS) === null;

export class CollectedCandidate {
  #members: JsonObject = {};
  #content: JsonObject | null = null;
  #parts: JsonObject[] | null = null;
  /** A text without anything in it, which counts where there is nothing else. */
  #empty: JsonObject | null = null;
  #logprobs: JsonObject | null = null;
  #open: OpenText | OpenCall | null = null;
  #isUnreadable = false;
  isFinished = false;

  read({ content, finishReason, logprobsResult, ...own }: JsonObject): void {
    this.#members = overwrite(this.#members, own);
    if (readFinishReason(finishReason) !== null) {
      this.isFinished = true;
      this.#members = { ...this.#members, finishReason };
    }
    if (isRecord(logprobsResult)) this.#logprobs = joinLogprobs(this.#logprobs ?? {}, logprobsResult);
    if (!isRecord(content)) return;
    const { parts, ...beside } = content;
    this.#content = { ...this.#content, ...beside };
    if (!Array.isArray(parts)) return;
    this.#parts ??= [];
    for (const [place, part] of parts.entries()) if (isRecord(part)) this.#add(part, place === 0);
  }

  /** `null`: a call's arguments are no JSON. */
  toJson(): JsonObject | null {
    if (this.#open?.kind === 'call') this.#close();
    if (this.#isUnreadable) return null;
    const said = this.#parts?.length === 0 && this.#empty !== null ? [this.#empty] : this.#parts;
    const parts = said === null ? {} : { parts: said };
    return {
      ...(this.#content === null ? {} : { content: { ...parts, ...this.#content } }),
      ...this.#members,
      ...(this.#logprobs === null ? {} : { logprobsResult: this.#logprobs }),
    };
  }

  #add(part: JsonObject, isFirst: boolean): void {
    if (isPlainText(part)) {
      this.#addText(part, isFirst);
      return;
    }
    const { functionCall: call } = part;
    if (isRecord(call) && textOf(call.name) === '') {
      this.#addToCall(call);
      return;
    }
    this.#close();
    const json = { ...part };
    this.#parts?.push(json);
    if (!isRecord(call) || (call.willContinue !== true && call.partialArgs === undefined)) return;
    this.#open = { kind: 'call', json, args: new PartialArgs(), text: '' };
    this.#addToCall(call);
  }

  #addText(part: JsonObject & { readonly text: string }, isFirst: boolean): void {
    const { text } = part;
    const signature = textOrNull(part.thoughtSignature);
    if (text === '' && signature === null) {
      this.#empty ??= part;
      return;
    }
    const isThought = part.thought === true;
    const open = this.#open;
    const goesOn = isFirst && open?.kind === 'text' && open.isThought === isThought;
    if (!goesOn || open.json.thoughtSignature !== undefined) {
      this.#close();
      const json = { ...part };
      this.#parts?.push(json);
      this.#open = { kind: 'text', json, isThought };
      return;
    }
    open.json.text = textOf(open.json.text) + text;
    if (signature !== null) open.json.thoughtSignature = signature;
  }

  /** Only the first piece of a streamed call has its name, and sometimes no last one comes (wire 36). */
  #addToCall(call: JsonObject): void {
    const open = this.#open;
    if (open?.kind !== 'call') return;
    const isWhole = open.text === '' && isRecord(call.args);
    open.text += isWhole ? JSON.stringify(call.args) : writeArgs(open.args, call);
    if (call.willContinue !== true) this.#close();
  }

  #close(): void {
    const open = this.#open;
    this.#open = null;
    if (open?.kind !== 'call') return;
    const args = parseExactJson(open.text + open.args.end() || '{}');
    if (!isRecord(args)) this.#isUnreadable = true;
    const { functionCall } = open.json;
    const named = isRecord(functionCall) ? rest(functionCall, ['willContinue', 'partialArgs']) : null;
    open.json.functionCall = { ...named, args };
  }
}

/** Later members replace earlier ones, but empty ones take nothing back. */
export const overwrite = (known: JsonObject, said: JsonObject): JsonObject => ({
  ...known,
  ...Object.fromEntries(Object.entries(said).filter(([key, value]) => !isEmpty(value) || !(key in known))),
});

/** Each chunk has those of its own tokens. */
function joinLogprobs(known: JsonObject, said: JsonObject): JsonObject {
  const joined = ['chosenCandidates', 'topCandidates']
    .filter((name) => name in known || name in said)
    .map((name) => [name, [...listOf(known[name]), ...listOf(said[name])]]);
  return { ...known, ...said, ...Object.fromEntries(joined) };
}
