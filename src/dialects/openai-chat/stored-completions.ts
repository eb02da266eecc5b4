/** How legacy text completions are kept and told again. https://platform.openai.com/docs/api-reference/completions */

import type { JsonObject } from '../canonical.ts';
import { textOf } from '../json.ts';
import { piecesOf } from '../pieces.ts';
import type { StoredForm } from '../stored-form.ts';
import { type ChunkForm, tellInChunks } from './stored-chunks.ts';
import { type ChoiceCollector, ChunkCollector } from './stored-collector.ts';
import { readEnding } from './stored-endings.ts';
import { cutOrLater, joinedLists, joinedText, joinInto, joinsOf } from './stored-joins.ts';

const OBJECT = 'text_completion';
/** Probabilities stand in lists beside each other, an entry a token each. */
const JOINS = joinsOf({ index: null, text: joinedText, logprobs: joinedLists, finish_reason: cutOrLater });

class TextChoiceCollector implements ChoiceCollector {
  readonly #members = new Map<string, unknown>([['text', '']]);

  push(choice: JsonObject): boolean {
    joinInto(this.#members, choice, JOINS);
    return choice.delta === undefined && choice.message === undefined; // another form's
  }

  value(): JsonObject | null {
    const members = Object.fromEntries(this.#members);
    const ending = readEnding(members, {});
    return ending === null ? null : { ...members, ...ending };
  }
}

const CHUNKS: ChunkForm = {
  object: OBJECT,
  silence: { text: '' },
  messageOf: ({ text }) => (typeof text === 'string' ? {} : null),
  *pieces({ text }) {
    for (const piece of piecesOf(textOf(text))) yield { text: piece };
  },
  told: ['text'],
};

export const TEXT_COMPLETIONS_STORED: StoredForm = {
  createCollector: () => new ChunkCollector(OBJECT, () => new TextChoiceCollector()),
  toEvents: (body, { wantsUsage }) => tellInChunks(body, CHUNKS, wantsUsage),
};
