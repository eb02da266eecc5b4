/** An answer of a Gemini upstream: the events of its only chunk, put together. */
import { isRecord } from '../../is-record.ts';
import type {
  CanonicalAnswer,
  CanonicalChoice,
  CanonicalEvent,
  Citation,
  JsonObject,
  Part,
  Signature,
  StartedPart,
} from '../canonical.ts';
import { listOf, recordOf } from '../json.ts';
import { errorIn } from './error-fields.ts';
import { readBlockReason } from './finish-reasons.ts';
import { ResponseReader } from './response-reader.ts';
import { readUsage } from './usage.ts';

/** `null` if the body is no answer of this form: no candidate, and no reason why there is none. */
export function decodeAnswer(body: unknown): CanonicalAnswer | null {
  const value = Array.isArray(body) && body.length === 1 ? body[0] : body;
  if (!isRecord(value) || errorIn(value) !== null) return null;
  const feedback = recordOf(value.promptFeedback);
  const isBlocked = readBlockReason(feedback.blockReason) !== null;
  if (!isBlocked && !listOf(value.candidates).some(isRecord)) return null;
  const reader = new ResponseReader(true);
  return assemble([...reader.read(value), ...reader.end()], value);
}

interface Building {
  readonly content: StartedPart;
  text: string;
  signature: Signature | null;
  readonly citations: Citation[];
}

function assemble(events: readonly CanonicalEvent[], body: JsonObject): CanonicalAnswer {
  const parts = new Map<number, Building[]>();
  const logprobs = new Map<number, readonly JsonObject[]>();
  const choices: CanonicalChoice[] = [];
  let head = { id: '', model: '', created: null as number | null };
  let about = {};
  for (const event of events) {
    switch (event.type) {
      case 'start':
        head = { id: event.id, model: event.model, created: event.created };
        break;
      case 'part-start': {
        const list = parts.get(event.choice) ?? [];
        list[event.part] = { content: event.content, text: '', signature: null, citations: [] };
        parts.set(event.choice, list);
        break;
      }
      case 'part-delta': {
        const part = parts.get(event.choice)?.[event.part];
        if (part !== undefined) part.text += event.text;
        break;
      }
      case 'signature': {
        const part = parts.get(event.choice)?.[event.part];
        if (part !== undefined) part.signature = event.signature;
        break;
      }
      case 'citation':
        parts.get(event.choice)?.[event.part]?.citations.push(event.citation);
        break;
      case 'logprobs':
        logprobs.set(event.choice, event.logprobs);
        break;
      case 'finish': {
        const entries = logprobs.get(event.choice);
        choices.push({
          index: event.choice,
          parts: (parts.get(event.choice) ?? []).map(toPart),
          finish: event.reason,
          nativeFinish: event.native,
          ...(entries === undefined ? {} : { logprobs: entries }),
        });
        break;
      }
      case 'about': {
        const { type: _, ...said } = event;
        about = said;
        break;
      }
    }
  }
  choices.sort((a, b) => a.index - b.index);
  return { ...head, choices, usage: readUsage(body.usageMetadata), ...about };
}

function toPart({ content, text, signature, citations }: Building): Part {
  const signed = signature === null ? {} : { signature };
  switch (content.type) {
    case 'whole':
      return content.part;
    case 'text':
      return { type: 'text', text, ...(citations.length > 0 ? { citations } : {}), ...signed };
    case 'refusal':
      return { type: 'refusal', text };
    case 'reasoning':
      return {
        type: 'reasoning',
        text,
        signature: signature?.value ?? null,
        redacted: null,
        signer: signature?.signer ?? 'other', // unsigned thinking is nobody's proof
      };
    case 'tool-call':
      return { ...content, input: text, ...signed };
    default:
      return content satisfies never;
  }
}
