/**
 * Turns as `systemInstruction` and `contents`: roles alternate, neighbours of one role merged (trap D4), results of
 * parallel calls in one content (trap D2), empty texts and contents left out (trap D3).
 */

import { isRecord } from '../../is-record.ts';
import { namesOfCalls } from '../call-names.ts';
import type { JsonObject, Part, TextPart, ToolCallPart, ToolResultPart, Turn } from '../canonical.ts';
import type { Drops } from '../drops.ts';
import { parseExactJson } from '../json.ts';
import { refuse } from '../shape.ts';
import { toToolInput } from '../tools/tool-input.ts';
import { isInstruction } from '../turns.ts';
import { isMadeUpId } from './call-ids.ts';
import { encodeMedia } from './encode-media.ts';
import type { ModelTraits } from './model-traits.ts';

export interface Content {
  readonly role: 'user' | 'model';
  readonly parts: JsonObject[];
}

/** Tells the API not to look for a proof, where another vendor's model (or none) made the call. */
const NO_PROOF = 'skip_thought_signature_validator';

/** Instructions in order, wherever they stood. */
export function encodeSystem(turns: readonly Turn[], writer: PartWriter): readonly JsonObject[] {
  return turns.flatMap((turn, index) => {
    if (!isInstruction(turn)) return [];
    const path = `messages[${index}].content`;
    const stray = turn.parts.find(({ type }) => type === 'tool-call' || type === 'tool-result');
    if (stray !== undefined) refuse(path, 'must be text');
    return turn.parts.flatMap((part) => writer.write(part, path));
  });
}

export function encodeContents(
  turns: readonly Turn[],
  writer: PartWriter,
  traits: ModelTraits,
): readonly Content[] {
  const contents: Content[] = [];
  for (const [index, turn] of turns.entries()) {
    if (isInstruction(turn)) continue;
    const path = `messages[${index}].content`;
    const results = turn.parts.filter((part) => part.type === 'tool-result');
    const others = turn.parts.filter((part) => part.type !== 'tool-result');
    const parts = [
      ...writer.writeResults(results, `messages[${index}]`),
      ...others.flatMap((part) => writer.write(part, path)),
    ];
    if (parts.length === 0) continue;
    const role = turn.role === 'assistant' ? 'model' : 'user';
    const last = contents.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else contents.push({ role, parts });
  }
  if (contents.length === 0) refuse('messages', 'must hold at least one message with content');
  for (const { role, parts } of contents) if (role === 'user') putResponsesFirst(parts);
  if (traits.checksSignatures) excuseCalls(contents);
  return contents;
}

function putResponsesFirst(parts: JsonObject[]): void {
  const responses = parts.filter((part) => 'functionResponse' in part);
  if (responses.length === 0) return;
  const others = parts.filter((part) => !('functionResponse' in part));
  parts.splice(0, parts.length, ...responses, ...others);
}

/**
 * In the current turn, which begins with what the user said last, the first call of each step needs a proof (trap
 * D12); parallel ones behind it have none. Source: https://ai.google.dev/gemini-api/docs/thought-signatures
 */
function excuseCalls(contents: readonly Content[]): void {
  const isAsked = ({ role, parts }: Content): boolean =>
    role === 'user' && !parts.some((part) => 'functionResponse' in part);
  for (const { role, parts } of contents.slice(contents.findLastIndex(isAsked) + 1)) {
    const first = role === 'model' ? parts.findIndex((part) => 'functionCall' in part) : -1;
    const call = parts[first];
    if (call !== undefined && call.thoughtSignature === undefined)
      parts[first] = { ...call, thoughtSignature: NO_PROOF };
  }
}

/** Parts of one request. */
export class PartWriter {
  readonly #drops: Drops;
  readonly #traits: ModelTraits;
  readonly #names: ReadonlyMap<string, string>;

  constructor(turns: readonly Turn[], traits: ModelTraits, drops: Drops) {
    this.#drops = drops;
    this.#traits = traits;
    this.#names = namesOfCalls(turns);
    for (const turn of turns) {
      drops.addTurn(turn);
    }
  }

  write(part: Part, path: string): JsonObject[] {
    this.#note(part);
    const own = part.extra?.gemini ?? {};
    switch (part.type) {
      case 'text': {
        const proof = this.#proofOf(part);
        if (part.text === '' && proof.thoughtSignature === undefined) return [];
        if ((part.citations?.length ?? 0) > 0) this.#drops.add('messages.annotations');
        return [{ text: part.text, ...proof, ...own }];
      }
      case 'refusal':
        return part.text === '' ? [] : [{ text: part.text }];
      case 'reasoning': {
        if (part.signer !== 'google' || part.redacted !== null) {
          this.#drops.add('messages.reasoning_content');
          return [];
        }
        const proof = part.signature === null ? {} : { thoughtSignature: part.signature };
        return [{ text: part.text, thought: true, ...proof }];
      }
      case 'tool-call': {
        const call = { ...idOf(part.id), name: part.name, args: toToolInput(part) };
        return [{ functionCall: call, ...this.#proofOf(part), ...own }];
      }
      case 'image':
      case 'audio':
      case 'file':
        return [encodeMedia(part, path, this.#drops)];
      case 'opaque':
        if (part.dialect === 'gemini') return [part.value];
        this.#drops.addOpaque(part);
        return [];
      case 'tool-result':
        return this.writeResults([part], path);
      default:
        return part satisfies never;
    }
  }

  /** Responses first; what cannot stand inside them comes behind all of them. */
  writeResults(results: readonly ToolResultPart[], path: string): JsonObject[] {
    const behind: JsonObject[] = [];
    const responses = results.map((part) => {
      this.#note(part);
      const name = part.name ?? this.#names.get(part.callId);
      if (name === undefined) refuse(`${path}.tool_call_id`, 'answers no tool call of an earlier message');
      const inside: JsonObject[] = [];
      for (const content of part.content) {
        if (content.type === 'text') continue;
        this.#note(content);
        const media = encodeMedia(content, `${path}.content`, this.#drops);
        // The Developer API takes bytes inside a response, not references; Vertex takes both from its own clients.
        const fits = 'inlineData' in media || content.extra?.gemini !== undefined;
        if (this.#traits.takesMediaInResults && fits) inside.push(media);
        else behind.push(media);
      }
      const functionResponse = {
        ...idOf(part.callId),
        name,
        response: toResponse(part),
        ...(inside.length > 0 ? { parts: inside } : {}),
        ...part.extra?.gemini,
      };
      return { functionResponse };
    });
    return [...responses, ...behind];
  }

  /** Only the vendor's own go back to it (trap D13). */
  #proofOf(part: TextPart | ToolCallPart): { readonly thoughtSignature?: string } {
    if (part.signature?.signer === 'google') return { thoughtSignature: part.signature.value };
    this.#drops.addProof(part);
    return {};
  }

  #note(part: Part): void {
    if (part.cacheMarker !== undefined) this.#drops.add('cache_control');
    this.#drops.addPartFields(part);
  }
}

const idOf = (id: string): JsonObject => (id === '' || isMadeUpId(id) ? {} : { id });

/**
 * An object as it is, anything else under the names that the API knows. Source:
 * https://ai.google.dev/api/caching#FunctionResponse
 */
function toResponse({ content, isError }: ToolResultPart): JsonObject {
  const texts = content.filter((part) => part.type === 'text').map((part) => part.text);
  if (texts.length === 0) return isError ? { error: '' } : content.length > 0 ? {} : { output: '' };
  const text = texts.join('\n');
  if (isError) return { error: text };
  const value = parseExactJson(text);
  return isRecord(value) && !hasReference(text) ? value : { output: text };
}

/** `$ref` inside a response refers to its media, and a schema among results is refused for that (trap D10). */
const hasReference = (text: string): boolean => /"\$(ref|defs)"/.test(text);
