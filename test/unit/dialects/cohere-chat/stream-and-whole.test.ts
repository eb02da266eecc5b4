import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/dialects/canonical.ts';
import { aggregate } from '../../../support/aggregate.ts';
import { type Seeded, seeded } from '../../../support/seeded.ts';
import {
  callDelta,
  callEnd,
  callStart,
  citationStart,
  contentDelta,
  contentEnd,
  contentStart,
  createCodec,
  decodeStream,
  messageEnd,
  planDelta,
  start,
  toSse,
  USAGE,
} from './support.ts';

describe('stream and whole answer', () => {
  const WORDS = ['Ruby', ' is ', '🔎', 'é', '\n', '"', ' red', '.'];

  /** A message of Cohere’s, with the events that tell it. */
  function randomMessage(random: Seeded): { message: JsonObject; events: JsonObject[] } {
    const pieces = (): string[] => random.list(random.between(0, 5), () => random.pick(WORDS));
    const events: JsonObject[] = [];
    const content = random
      .list(random.between(0, 3), () => random.pick(['text', 'thinking'] as const))
      .map((type, index) => {
        const said = pieces();
        events.push(
          contentStart(index, type),
          ...said.map((piece) => contentDelta(index, { [type]: piece })),
        );
        return { type, [type]: said.join('') };
      });
    const citations = content.flatMap((block, index) => {
      const said = typeof block.text === 'string' ? block.text : '';
      if (said === '' || random.chance(0.5)) return [];
      return [
        { start: 0, end: said.length, text: said, sources: [], type: 'TEXT_CONTENT', content_index: index },
      ];
    });
    // Each behind the last piece of its text, or a little later.
    for (const citation of citations) {
      const at = events.findLastIndex(({ index }) => index === citation.content_index) + 1;
      events.splice(at, 0, citationStart(0, citation));
    }
    events.push(...content.map((_, index) => contentEnd(index)));
    const plan = random.chance(0.5) ? pieces() : [];
    events.push(...plan.map(planDelta));
    const tool_calls = random
      .list(random.between(0, 3), () => random.pick(['{}', '{"a":"é🔎"}', 'null', '']))
      .map((input, index) => {
        const id = `look_${index}`;
        events.push(
          callStart(index, id),
          ...[...input].map((piece) => callDelta(index, piece)),
          callEnd(index),
        );
        return { id, type: 'function', function: { name: 'look', arguments: input } };
      });
    return {
      message: { role: 'assistant', content, citations, tool_plan: plan.join(''), tool_calls },
      events,
    };
  }

  it('traps C9: say the same, at every chunk size', () => {
    const random = seeded(60);
    for (let round = 0; round < 200; round += 1) {
      const { message, events } = randomMessage(random);
      const whole = createCodec().decodeAnswer({
        id: 'answer-1',
        message,
        finish_reason: 'COMPLETE',
        usage: USAGE,
      });
      const body = toSse([start(), ...events, messageEnd('COMPLETE')]);
      const { answer, mistakes } = aggregate(decodeStream(body, random.pick([0, 1, 7, 64, 4096])));
      expect(mistakes, `round ${round}`).toEqual([]);
      expect(answer, `round ${round}`).toEqual(whole);
    }
  });
});
