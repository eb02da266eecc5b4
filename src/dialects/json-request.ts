/** Decodes a JSON request of the OpenAI form, and encodes it for an upstream by splicing its bytes. */
import { concat } from '../../bytes.ts';
import { InvalidRequest } from '../../errors.ts';
import { isRecord } from '../../is-record.ts';
import { type JsonMember, type JsonMembers, scanJsonMembers } from '../../json-members.ts';
import type { ClientRequest, UpstreamEdit } from '../client-request.ts';
import { checkJsonBody, checkModel } from './request-checks.ts';
import type { Route } from './routes.ts';

/** Real requests stay below 50; a hundred thousand brackets are an attack on whoever parses them recursively. */
const MAX_NESTING = 256;
const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** Throws `InvalidRequest`. */
export function decodeJsonRequest(route: Route, bytes: Uint8Array): ClientRequest {
  const scan = scanJsonMembers(bytes, MAX_NESTING);
  if (scan.tooDeepIn !== null) {
    const where = scan.tooDeepIn === '' ? null : scan.tooDeepIn;
    throw new InvalidRequest(`${where ?? 'The body'} is nested deeper than ${MAX_NESTING} levels.`, where);
  }
  const body = parseObject(bytes);
  const model = body.model ?? route.defaultModel ?? undefined;
  checkModel(model);
  const members = {
    scan,
    model: onlyMember(scan, 'model'),
    streamOptions: onlyMember(scan, 'stream_options'),
  };
  onlyMember(scan, 'stream');
  checkJsonBody(route.id, body);
  const wantsStream = streams(route, body);
  const sentModel = body.model;
  let held: Uint8Array | null = bytes; // the only reference that outlives this call: `release` drops it
  return {
    model,
    wantsStream,
    wantsUsage: isRecord(body.stream_options) && body.stream_options.include_usage === true,
    choices: typeof body.n === 'number' ? body.n : 1,
    inputCharacters: countCharacters(body.messages ?? body.prompt ?? body.input),
    contentType: 'application/json',
    isReplayable: true,
    onLateRefusal: () => undefined, // all of it was read
    release: () => {
      held = null;
    },
    encode: (edit) => {
      if (held === null) throw new Error('the body was released');
      return spliceBody(held, members, { ...edit, model: edit.model === sentModel ? null : edit.model });
    },
  };
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  let text: string;
  try {
    text = strictDecoder.decode(bytes);
  } catch {
    throw new InvalidRequest('The body is not valid UTF-8.', null);
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new InvalidRequest('The body is not valid JSON.', null);
  }
  if (!isRecord(body)) throw new InvalidRequest('The body must be a JSON object.', null);
  return body;
}

/** Speech streams as events only with `stream_format: "sse"`; the others have `stream`. */
function streams(route: Route, body: Record<string, unknown>): boolean {
  if (route.streams === 'never') return false;
  return route.id === 'audio.speech' ? body.stream_format === 'sse' : body.stream === true;
}

/** Parsers disagree about which of two equal keys counts: what we check and what is served must be one. */
function onlyMember(scan: JsonMembers, key: string): JsonMember | undefined {
  const found = scan.members.filter((member) => member.key === key);
  if (found.length > 1) throw new InvalidRequest(`\`${key}\` stands in the body more than once.`, key);
  return found[0];
}

interface Members {
  readonly scan: JsonMembers;
  readonly model: JsonMember | undefined;
  readonly streamOptions: JsonMember | undefined;
}

/** `model: null` leaves it as it is. */
function spliceBody(
  bytes: Uint8Array,
  { scan, model, streamOptions }: Members,
  edit: Omit<UpstreamEdit, 'model'> & { model: string | null },
): Uint8Array {
  const edits: { start: number; end: number; text: string }[] = [];
  const added: string[] = [];
  if (edit.model !== null) {
    const value = JSON.stringify(edit.model);
    if (model === undefined) added.push(`"model":${value}`);
    else edits.push({ ...model, text: value });
  }
  if (edit.includeUsage) {
    if (streamOptions === undefined) added.push('"stream_options":{"include_usage":true}');
    else edits.push({ ...streamOptions, text: withIncludeUsage(bytes, streamOptions) });
  }
  if (added.length > 0) {
    const separator = scan.members.length > 0 ? ',' : '';
    edits.push({ start: scan.insertAt, end: scan.insertAt, text: added.join(',') + separator });
  }
  return edits.length === 0 ? bytes : applyEdits(bytes, edits);
}

/** The client's own `stream_options` with `include_usage` on, other members kept. */
function withIncludeUsage(bytes: Uint8Array, { start, end }: JsonMember): string {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(start, end)));
  return JSON.stringify({ ...(isRecord(value) ? value : {}), include_usage: true });
}

function applyEdits(bytes: Uint8Array, edits: { start: number; end: number; text: string }[]): Uint8Array {
  const ordered = edits.sort((a, b) => a.start - b.start);
  const pieces: Uint8Array[] = [];
  let position = 0;
  for (const { start, end, text } of ordered) {
    pieces.push(bytes.subarray(position, start), encoder.encode(text));
    position = end;
  }
  pieces.push(bytes.subarray(position));
  return concat(pieces);
}

/** Characters of text in messages, prompts or inputs; four for each token given by number. */
function countCharacters(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value === 'number') return 4;
  if (Array.isArray(value)) {
    let sum = 0;
    for (const item of value) sum += countCharacters(item);
    return sum;
  }
  return isRecord(value) ? countCharacters(value.content ?? value.text) : 0;
}
