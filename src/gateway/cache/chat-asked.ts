/**
 * What is asked of a chat model, so that equal questions are equal through whichever door they come, and no two
 * different ones are.
 *
 * Translation loses things: an encoding of bytes, the limits of a message, a member that nobody else has. A request that
 * goes straight to its vendor has them still. So the canonical form stands for a request only where it holds all of it,
 * which shows by writing it down again in the words of its door: the same body must come out. Any other body stands for
 * itself, and is shared with its own door only.
 */
import { inOrder } from '../../cache/canonical-json.ts';
import type { CanonicalRequest, JsonObject } from '../../dialects/canonical.ts';
import type { Carried } from '../../dialects/codec.ts';
import { listOf } from '../../dialects/json.ts';
import { readInstructions } from '../../dialects/openai-responses/instructions.ts';
import { DOOR_CODECS, UPSTREAM_CODECS } from '../../dialects/registry.ts';
import type { DoorDialect } from '../../dialects/routes.ts';
import { isLongNumber, isRecord } from '../../is-record.ts';
import { takeSchemas } from './chat-schemas.ts';
import { HIDDEN_THINKING, plainWords } from './chat-words.ts';
import { neutralTurns } from './neutral-turns.ts';

/** `body`: without the members that cannot change the answer, and without `model`. */
export function chatAsked(dialect: DoorDialect, body: JsonObject): JsonObject {
  const { bare, schemas } = takeSchemas(dialect, body);
  const canonical = decodeWhole(dialect, inOrder(bare).ordered); // some forms have objects where others have their text
  return canonical === null ? { dialect, body } : { canonical, schemas };
}

/** All that a vendor of the form may take: what it would not get is not written, and so is missed. */
const CARRIES: readonly Carried[] = [
  'cache_control',
  'reasoning_content',
  'thought_signature',
  'developer',
  'max_completion_tokens',
];

/** `null` where the canonical form does not hold all of it. */
function decodeWhole(dialect: DoorDialect, body: JsonObject): JsonObject | null {
  try {
    const decoded = DOOR_CODECS[dialect].decodeRequest(body);
    const written = UPSTREAM_CODECS[dialect].encodeRequest(decoded, { model: '', carries: CARRIES }).body;
    const toPlain = plainWords[dialect];
    if (!isSame(toPlain(body), { ...toPlain(written), model: null })) return null;
    return meansMore(dialect, body, decoded) ? null : toNeutral(decoded);
  } catch {
    return null; // no form of ours: whether it is an answer's worth is for the provider to say
  }
}

/**
 * What the comparison above does not see: instructions that stand among the turns, which only a mark tells from those in
 * the member of that name, and a wish for hidden thinking, which is written for who does not say it too.
 */
function meansMore(dialect: DoorDialect, body: JsonObject, { turns }: CanonicalRequest): boolean {
  if (dialect !== 'openai-responses') return false;
  const isAmongTurns = turns[0]?.role === 'system' && readInstructions(turns) === null;
  return isAmongTurns || listOf(body.include).includes(HIDDEN_THINKING);
}

/** Who asks, and how the answer is to be told, is no part of it. */
function toNeutral(request: CanonicalRequest): JsonObject {
  const { metadata: _, user: __, wantsStream: ___, wantsUsage: ____, ...asked } = request;
  return { ...asked, turns: neutralTurns(request.turns) };
}

/** JSON values, where a member that is `null` is as good as absent. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (isRecord(one) && isRecord(other)) {
    const holds = Object.keys(one).every((name) => isSame(one[name] ?? null, other[name] ?? null));
    return (
      holds && Object.keys(other).every((name) => Object.hasOwn(one, name) || (other[name] ?? null) === null)
    );
  }
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((value, index) => isSame(value, other[index]));
  return isLongNumber(one) && isLongNumber(other) && one.rawJSON === other.rawJSON;
}
