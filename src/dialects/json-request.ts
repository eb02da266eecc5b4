/** Decodes a JSON request as far as every form needs it, and encodes it for an upstream of the same form by splicing. */
import { concat } from '../bytes.ts';
import { InvalidRequest } from '../errors.ts';
import { parseExact } from '../exact-json.ts';
import { isRecord } from '../is-record.ts';
import { type JsonMember, type JsonMembers, scanJsonMembers } from '../json-members.ts';
import type { RequestEstimate } from '../usage/usage.ts';
import { alsoNamedModels } from './also-named.ts';
import type { ClientRequest, UpstreamEdit } from './client-request.ts';
import { checkDecidingMembers, onlyMember } from './deciding-members.ts';
import { estimateByLength, estimateJson, quantitiesOf } from './estimates/estimate-json.ts';
import { DOOR_CODECS } from './registry.ts';
import { checkJsonBody, checkModel, checkRepeatedModel, REPEATING_MEMBERS } from './request-checks.ts';
import type { Route } from './routes.ts';
import { mayHoldMarks } from './signatures.ts';

/** Real requests stay below 50; a hundred thousand brackets are an attack on whoever parses them recursively. */
export const MAX_NESTING = 256;
const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** What a form says in the path that others say in the body. */
export interface PathCall {
  readonly model: string;
}

/** Throws `InvalidRequest`. `inPath`: for forms that name the model there. */
export function decodeJsonRequest(
  route: Route,
  bytes: Uint8Array,
  inPath: PathCall | null = null,
): ClientRequest {
  const scan = scanJsonMembers(bytes, MAX_NESTING);
  if (scan.tooDeepIn !== null) {
    const where = scan.tooDeepIn === '' ? null : scan.tooDeepIn;
    throw new InvalidRequest(`${where ?? 'The body'} is nested deeper than ${MAX_NESTING} levels.`, where);
  }
  const text = decodeText(bytes);
  const body = parseObject(text);
  const sentModel = body.model;
  const model = inPath?.model ?? sentModel ?? route.defaultModel ?? undefined;
  checkModel(model);
  const { members } = scan;
  checkDecidingMembers({ bytes, members, body }, inPath === null ? [] : REPEATING_MEMBERS);
  checkJsonBody(route.id, body);
  if (inPath !== null) checkRepeatedModel(model, body);
  const wantsStream = streams(route, body);
  let held: Uint8Array | null = bytes; // the only reference that outlives this call: `release` drops it
  let estimate: RequestEstimate | null = null;
  const quantities = quantitiesOf(route.id, body);
  const inputCharacters = countCharacters(body.messages ?? body.prompt ?? body.input ?? body.contents);
  const holding = (): Uint8Array => {
    if (held === null) throw new Error('the body was released');
    return held;
  };
  return {
    model,
    alsoNames: alsoNamedModels(body),
    wantsStream,
    wantsUsage: isRecord(body.stream_options) && body.stream_options.include_usage === true,
    choices: typeof body.n === 'number' ? body.n : 1,
    inputCharacters,
    endUser: endUserOf(body),
    serviceTier: textOf(body.service_tier),
    isBackground: route.id === 'responses' && body.background === true,
    estimate: () => {
      // Parsed anew: only requests under token or money limits are reckoned, and the others would be held twice.
      estimate ??=
        held === null
          ? estimateByLength(inputCharacters)
          : estimateJson(route.id, parseObject(decodeText(held)));
      return estimate;
    },
    quantities: () => quantities,
    sent: () => held,
    contentType: 'application/json',
    isReplayable: true,
    holdsForeignProofs: mayHoldMarks(text) && DOOR_CODECS[route.dialect].holdsForeignProofs(body),
    previousResponseId:
      route.id === 'responses' && typeof body.previous_response_id === 'string'
        ? body.previous_response_id
        : null,
    onLateRefusal: () => undefined, // all of it was read
    release: () => {
      held = null;
    },
    parse: () => parseObject(decodeText(holding()), parseExact), // anew: most requests never need it, and a large one would be held twice
    encode: (edit) => spliceBody(holding(), scan, edit, inPath === null ? sentModel : edit.model),
  };
}

function decodeText(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    throw new InvalidRequest('The body is not valid UTF-8.', null);
  }
}

function parseObject(text: string, parse: (text: string) => unknown = JSON.parse): Record<string, unknown> {
  let body: unknown;
  try {
    body = parse(text);
  } catch {
    throw new InvalidRequest('The body is not valid JSON.', null);
  }
  if (!isRecord(body)) throw new InvalidRequest('The body must be a JSON object.', null);
  return body;
}

/** Speech streams as events only with `stream_format: "sse"`; the others have `stream`, or a path of its own. */
function streams(route: Route, body: Record<string, unknown>): boolean {
  if (route.streams === 'never') return false;
  if (route.dialect === 'gemini') return true; // the path says so
  return route.id === 'audio.speech' ? body.stream_format === 'sse' : body.stream === true;
}

/** `sentModel`: what stands in the body, or what need not stand there. */
function spliceBody(
  bytes: Uint8Array,
  scan: JsonMembers,
  { model, includeUsage, set = {}, modelBecomes }: UpstreamEdit,
  sentModel: unknown,
): Uint8Array {
  const edits: { start: number; end: number; text: string }[] = [];
  const added: string[] = [];
  const write = (key: string, value: string) => {
    const member = onlyMember(scan.members, key);
    if (member === undefined) added.push(`${JSON.stringify(key)}:${value}`);
    else edits.push({ ...member, text: value });
  };
  if (modelBecomes !== undefined) {
    const member = onlyMember(scan.members, 'model');
    const text = `${JSON.stringify(modelBecomes.key)}:${JSON.stringify(modelBecomes.value)}`;
    if (member === undefined) added.push(text);
    else edits.push({ start: member.keyStart, end: member.end, text });
  } else if (model !== sentModel) write('model', JSON.stringify(model));
  for (const key of Object.keys(set)) write(key, JSON.stringify(set[key]));
  if (includeUsage) {
    const member = onlyMember(scan.members, 'stream_options');
    write(
      'stream_options',
      member === undefined ? '{"include_usage":true}' : withIncludeUsage(bytes, member),
    );
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

function endUserOf({ safety_identifier, user, metadata }: Record<string, unknown>): string | null {
  return textOf(safety_identifier) ?? textOf(user) ?? (isRecord(metadata) ? textOf(metadata.user_id) : null);
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** Characters of text in messages, prompts or inputs; four for each token given by number. */
function countCharacters(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value === 'number') return 4;
  if (Array.isArray(value)) {
    let sum = 0;
    for (const item of value) sum += countCharacters(item);
    return sum;
  }
  return isRecord(value) ? countCharacters(value.content ?? value.parts ?? value.text) : 0;
}
