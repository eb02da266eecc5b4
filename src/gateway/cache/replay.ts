/** A kept answer in the form of whoever asks now: whole or as a stream, at any door. */
import { encodeJson } from '../../bytes.ts';
import type { CacheEntry } from '../../cache/entry.ts';
import type { CanonicalAnswer, CanonicalRequest, JsonObject } from '../../dialects/canonical.ts';
import { TEXT_COMPLETIONS_STORED } from '../../dialects/openai-chat/stored-completions.ts';
import { DOOR_CODECS } from '../../dialects/registry.ts';
import type { Route } from '../../dialects/routes.ts';
import type { StoredForm } from '../../dialects/stored-form.ts';
import { isRecord } from '../../is-record.ts';
import type { AnswerBody } from '../answer.ts';
import { parseExactBytes } from '../opening.ts';

/** How answers of a route are put together from their stream; `null` where streams are not kept. */
export function storedFormOf({ operation, dialect, id }: Route): StoredForm | null {
  if (operation === 'chat') return DOOR_CODECS[dialect].stored;
  return id === 'completions' ? TEXT_COMPLETIONS_STORED : null;
}

/** Its answers repeat what their request said. */
export const repeatsRequest = ({ dialect }: Route): boolean => dialect === 'openai-responses';

/** What the reader asks for. */
export interface Reader {
  readonly route: Route;
  readonly wantsStream: boolean;
  readonly wantsUsage: boolean;
  /** In canonical form, for entries of other doors; `null` where it cannot be told so. */
  readonly canonical: () => CanonicalRequest | null;
  /** The request, where answers repeat it. */
  readonly body: JsonObject | null;
  /** At the pace at which it first came. */
  readonly isPaced: boolean;
}

/** `null` if the entry is none that this route can give. Throws what a codec does of a broken one. */
export function replay(entry: CacheEntry, reader: Reader): AnswerBody | null {
  const { head } = entry;
  const { route, wantsStream } = reader;
  if (head.kind === 'chat' ? route.operation !== 'chat' : route.operation === 'chat') return null;
  const ownBytes = head.kind !== 'chat' || head.door === route.dialect;
  const isEchoed = repeatsRequest(route);
  if (!wantsStream && ownBytes && !isEchoed)
    return { kind: 'whole', bytes: entry.body, usage: null, contentType: head.contentType };
  const told = ownBytes ? parseExactBytes(entry.body) : translated(entry, reader);
  if (!isRecord(told)) return null;
  const body = isEchoed ? { ...told, ...echoOf(told, reader) } : told;
  if (!wantsStream) return { kind: 'whole', bytes: encodeJson(body), usage: null };
  const events = tell(body, reader);
  if (events === null) return null;
  return { kind: 'told', events, usage: null, ...(reader.isPaced ? { overMs: head.totalMs } : {}) };
}

/** Responses repeat what their request said of itself; who asked first is not the business of who asks now. */
function echoOf(told: JsonObject, { body }: Reader): JsonObject {
  const said = ECHOED.filter(({ name }) => Object.hasOwn(told, name));
  return Object.fromEntries(said.map(({ name, none }) => [name, body?.[name] ?? none]));
}

/** The members of a request that are in the answer and not in its key. */
const ECHOED: readonly { readonly name: string; readonly none: unknown }[] = [
  { name: 'metadata', none: {} },
  { name: 'user', none: null },
  { name: 'safety_identifier', none: null },
  { name: 'prompt_cache_key', none: null },
];

function tell(body: JsonObject, { route, wantsUsage }: Reader): readonly Uint8Array[] | null {
  return storedFormOf(route)?.toEvents(body, { wantsUsage }) ?? null;
}

function translated({ canonical }: CacheEntry, { route, canonical: read }: Reader): JsonObject | null {
  const request = read();
  if (canonical === null || request === null) return null;
  const answer = parseExactBytes(canonical);
  if (!isRecord(answer) || !Array.isArray(answer.choices)) return null;
  // Only this gateway writes entries, and `entry-bytes.ts` has looked at the frame.
  return DOOR_CODECS[route.dialect].encodeAnswer(answer as unknown as CanonicalAnswer, request);
}
