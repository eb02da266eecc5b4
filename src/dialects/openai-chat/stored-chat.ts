/** How chat completions are kept and told again. */

import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf, recordOf } from '../json.ts';
import type { StoredForm } from '../stored-form.ts';
import { type ChunkForm, tellInChunks } from './stored-chunks.ts';
import { type ChoiceCollector, ChunkCollector } from './stored-collector.ts';
import { toDeltas } from './stored-deltas.ts';
import { readEnding } from './stored-endings.ts';
import { cutOrLater, joinedLists, joinInto, joinsOf } from './stored-joins.ts';
import { MessageCollector } from './stored-message.ts';

/** Read apart, or said twice: some vendors repeat the text beside the delta (wire 26). */
const OF_CHUNKS = ['index', 'delta', 'message', 'text'];
const JOINS = joinsOf({
  ...Object.fromEntries(OF_CHUNKS.map((name) => [name, null])),
  logprobs: joinedLists,
  finish_reason: cutOrLater,
});

class ChatChoiceCollector implements ChoiceCollector {
  readonly #message = new MessageCollector();
  readonly #members = new Map<string, unknown>();

  push(choice: JsonObject): boolean {
    const { delta, message } = choice;
    if (isRecord(delta)) this.#message.push(delta);
    joinInto(this.#members, choice, JOINS);
    return isRecord(delta) || message === undefined; // a message in the place of deltas says who knows what
  }

  value(): JsonObject | null {
    const { message } = this.#message;
    const members = Object.fromEntries(this.#members);
    const ending = readEnding(members, message);
    return ending === null ? null : { message, ...members, ...ending };
  }
}

const CHUNKS: ChunkForm = {
  object: 'chat.completion.chunk',
  silence: { delta: {} },
  // A filtered choice may have no message at all (wire 79).
  messageOf: ({ message, text }) => (isRecord(message) || text === undefined ? recordOf(message) : null),
  *pieces({ message }) {
    for (const delta of toDeltas(recordOf(message))) yield { delta };
  },
  told: OF_CHUNKS,
};

export const CHAT_STORED: StoredForm = {
  createCollector: () => new ChunkCollector('chat.completion', () => new ChatChoiceCollector()),
  toEvents: (body, { wantsUsage }) => tellInChunks(body, CHUNKS, wantsUsage),
  corrected: (body) => ({ ...body, choices: listOf(body.choices).map(withEnding) }),
};

const withEnding = (choice: unknown): unknown =>
  isRecord(choice) ? { ...choice, ...readEnding(choice, recordOf(choice.message)) } : choice;
