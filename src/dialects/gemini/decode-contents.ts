/**
 * `contents` of a client, into turns. Tool results stand in turns of their own; calls and results without ids, as
 * clients of this form may send them, get ids by their order. Throws `InvalidRequest` that names the field.
 */
import { isRecord } from '../../is-record.ts';
import type { JsonObject, Part, TextPart, ToolResultPart, Turn } from '../canonical.ts';
import { rest, textOf } from '../json.ts';
import { isAbsent, list, object, oneOf, optional, refuse, text } from '../shape.ts';
import { makeCallId } from './call-ids.ts';
import { decodeMedia, toExtra } from './decode-media.ts';
import { toCamel } from './member-names.ts';
import { readProof, readReasoning } from './thought-parts.ts';

interface OpenCall {
  readonly id: string;
  readonly name: string;
}

interface OpenTurn {
  readonly role: Turn['role'];
  readonly parts: Part[];
}

export class ContentsDecoder {
  /** Calls that no response has answered yet, in their order. */
  readonly #open: OpenCall[] = [];
  #calls = 0;

  decode(contents: unknown, path: string): Turn[] {
    const found = list(contents, path);
    if (found.length === 0) refuse(path, 'must hold at least one content');
    const turns: OpenTurn[] = [];
    for (const [index, value] of found.entries()) this.#decodeContent(value, `${path}[${index}]`, turns);
    return turns;
  }

  /** Google's client keeps each chunk of a streamed answer as a content of its own: those are one turn again. */
  #decodeContent(value: unknown, path: string, turns: OpenTurn[]): void {
    const content = toCamel(object(value, path));
    const word = optional(content.role, `${path}.role`, text) ?? 'user';
    const role =
      oneOf(word, ['user', 'model', 'function'], `${path}.role`) === 'model' ? 'assistant' : 'user';
    const isContinued = role === 'assistant' && turns.at(-1)?.role === 'assistant';
    const begin = turns.length - (isContinued ? 1 : 0);
    for (const [index, item] of (optional(content.parts, `${path}.parts`, list) ?? []).entries()) {
      const part = this.#decodePart(item, `${path}.parts[${index}]`, role);
      if (part === null) continue;
      const owner = part.type === 'tool-result' ? 'tool' : role;
      const last = turns.length > begin ? turns.at(-1) : undefined;
      if (last?.role !== owner) turns.push({ role: owner, parts: [part] });
      else if (role === 'user' || !continues(last.parts, part)) last.parts.push(part);
    }
    if (turns.length === begin) turns.push({ role, parts: [] });
  }

  #decodePart(value: unknown, path: string, role: 'user' | 'assistant'): Part | null {
    const part = toCamel(object(value, path));
    if (typeof part.text === 'string') {
      return part.thought === true ? readReasoning(part) : decodeText(part);
    }
    if (!isAbsent(part.functionCall)) {
      if (role !== 'assistant') refuse(`${path}.functionCall`, 'belongs into a content of the role "model"');
      return this.#decodeCall(part, `${path}.functionCall`);
    }
    if (!isAbsent(part.functionResponse)) {
      return this.#decodeResponse(
        object(part.functionResponse, `${path}.functionResponse`),
        `${path}.functionResponse`,
      );
    }
    return decodeOther(part, path);
  }

  #decodeCall(part: JsonObject, path: string): Part {
    const call = toCamel(object(part.functionCall, path));
    const id = optional(call.id, `${path}.id`, text) || makeCallId('request', this.#calls);
    this.#calls += 1;
    const name = text(call.name, `${path}.name`);
    this.#open.push({ id, name });
    return {
      type: 'tool-call',
      id,
      name,
      input: JSON.stringify(optional(call.args, `${path}.args`, object) ?? {}),
      isCustom: false,
      ...readProof(part),
      ...toExtra(rest(part, ['functionCall', 'thoughtSignature', 'text'])),
    };
  }

  #decodeResponse(value: JsonObject, path: string): ToolResultPart {
    const response = toCamel(value);
    const name = text(response.name, `${path}.name`);
    const callId = this.#answered(optional(response.id, `${path}.id`, text), name);
    const { texts, isError } = readResponse(optional(response.response, `${path}.response`, object) ?? {});
    const media = (optional(response.parts, `${path}.parts`, list) ?? []).map((item, index) => {
      const at = `${path}.parts[${index}]`;
      const part = decodeOther(toCamel(object(item, at)), at);
      if (part.type === 'opaque') return refuse(at, 'must hold inlineData or fileData');
      return part;
    });
    return {
      type: 'tool-result',
      callId,
      name,
      content: [...texts, ...media],
      isError,
      ...toExtra(rest(response, ['id', 'name', 'response', 'parts'])),
    };
  }

  /** The call with this id, else the first open one of this name. A response to nothing keeps an id of its own. */
  #answered(id: string | null, name: string): string {
    const at = this.#open.findIndex((call) => (id ? call.id === id : call.name === name));
    const [call] = at === -1 ? [] : this.#open.splice(at, 1);
    return call?.id ?? (id || makeCallId('request', this.#calls++));
  }
}

function decodeText(part: JsonObject): TextPart {
  const beside = rest(part, ['text', 'thought', 'thoughtSignature']);
  return { type: 'text', text: textOf(part.text), ...readProof(part), ...toExtra(beside) };
}

/**
 * Google's client sends an answer back as all the parts of all its chunks: pieces of one text, or of one thought, are
 * one again, and a proof that came behind them in an empty part is theirs (wire 22). A signed piece is whole.
 */
function continues(parts: Part[], part: Part): boolean {
  const last = parts.at(-1);
  if (part.type === 'text' && last?.type === 'text') {
    if (last.signature !== undefined || last.extra !== undefined || part.extra !== undefined) return false;
    parts[parts.length - 1] = { ...last, ...part, text: last.text + part.text };
    return true;
  }
  if (part.type !== 'reasoning' || last?.type !== 'reasoning') return false;
  if (last.signature !== null || last.redacted !== null || part.redacted !== null) return false;
  if (last.extra !== undefined || part.extra !== undefined) return false;
  parts[parts.length - 1] = { ...part, text: last.text + part.text };
  return true;
}

/** Media, or what only this form understands. */
function decodeOther(
  part: JsonObject,
  path: string,
): Exclude<ToolResultPart['content'][number], TextPart> | OtherPart {
  if (isRecord(part.inlineData)) {
    const inlineData = toCamel(part.inlineData);
    text(inlineData.mimeType, `${path}.inlineData.mimeType`);
    text(inlineData.data, `${path}.inlineData.data`);
    const media = decodeMedia({ ...part, inlineData });
    if (media !== null) return media;
  }
  if (isRecord(part.fileData)) {
    const { fileUri, mimeType } = toCamel(part.fileData);
    const url = text(fileUri, `${path}.fileData.fileUri`);
    const source = { kind: 'url', url } as const;
    const type = optional(mimeType, `${path}.fileData.mimeType`, text);
    const extra = toExtra({ ...(type === null ? {} : { mimeType: type }), ...rest(part, ['fileData']) });
    if (type?.startsWith('image/')) return { type: 'image', source, ...extra };
    return { type: 'file', source, name: null, ...extra };
  }
  return { type: 'opaque', dialect: 'gemini', value: part };
}

type OtherPart = Extract<Part, { type: 'opaque' }>;

/** `output` and `error` are the names that the API knows; anything else is the whole result. */
function readResponse(response: JsonObject): { texts: TextPart[]; isError: boolean } {
  const [only, ...others] = Object.keys(response);
  const isNamed = others.length === 0 && (only === 'output' || only === 'error');
  const value = isNamed ? response[only] : response;
  const said = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  const isNothing = only === undefined;
  return { texts: isNothing ? [] : [{ type: 'text', text: said }], isError: isNamed && only === 'error' };
}
