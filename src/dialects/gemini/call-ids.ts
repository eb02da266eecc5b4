/**
 * Ids of function calls where the vendor gives none (wire 33). Made from the response's id, so that they differ
 * between the turns of a conversation and are equal however the answer came; and known by their beginning, so that
 * they are not sent to a vendor that never gave them.
 */
import { freshId } from '../identifiers.ts';

const PREFIX = 'ewcall_';
const MAX_SEED_LENGTH = 24; // OpenAI refuses ids of more than 40 characters

/** `seed`: the response's id. `count`: of calls without an id before this one in the answer. */
export const makeCallId = (seed: string, count: number): string => `${PREFIX}${seed}_${count}`;

/** `responseId` cut to what every form takes in an id; random if there is none. */
export function toSeed(responseId: string): string {
  const seed = responseId.replace(/[^A-Za-z0-9_-]/g, '');
  return (seed === '' ? freshId() : seed).slice(0, MAX_SEED_LENGTH);
}

export const isMadeUpId = (id: string): boolean => id.startsWith(PREFIX);
