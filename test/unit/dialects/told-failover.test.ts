import { describe, expect, it } from 'vitest';
import type { CanonicalEvent } from '../../../src/dialects/canonical.ts';
import { DOOR_CODECS } from '../../../src/dialects/registry.ts';
import type { DoorDialect } from '../../../src/dialects/routes.ts';
import { requestWith } from '../../support/canonical.ts';

const at = { choice: 0, part: 0 };
const EVENTS: readonly CanonicalEvent[] = [
  { type: 'start', id: 'id-1', model: 'm', created: 1, usage: null },
  { type: 'part-start', ...at, content: { type: 'text' } },
  { type: 'part-delta', ...at, text: 'Hel' },
  { type: 'about', failover: [{ from: 'a/one', to: 'b/two', atCharacters: 3 }] },
  { type: 'part-delta', ...at, text: 'lo' },
  {
    type: 'about',
    failover: [
      { from: 'a/one', to: 'b/two', atCharacters: 3 },
      { from: 'b/two', to: 'c/three', atCharacters: 5 },
    ],
  },
  { type: 'about', serviceTier: 'default' },
  { type: 'part-end', ...at },
  { type: 'finish', choice: 0, reason: 'stop', native: 'stop', stopSequence: null },
];

/** The JSON of the events that are written. */
function written(dialect: DoorDialect, events: readonly CanonicalEvent[]): Record<string, unknown>[] {
  const encoder = DOOR_CODECS[dialect].createStreamEncoder(
    requestWith({ wantsStream: true, wantsUsage: true }),
  );
  const pieces = [...events.map((event) => encoder.encode(event)), encoder.end()];
  return pieces
    .map((piece) => new TextDecoder().decode(piece))
    .join('')
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice('data: '.length)));
}

const TOLD = {
  edgeway: {
    failover: [
      { from: 'a/one', to: 'b/two', at_characters: 3 },
      { from: 'b/two', to: 'c/three', at_characters: 5 },
    ],
  },
};

/** The event that tells the end. */
const LAST: Readonly<Record<DoorDialect, object>> = {
  'openai-chat': { choices: [{ finish_reason: 'stop' }], ...TOLD },
  'anthropic-messages': { type: 'message_delta', delta: { stop_reason: 'end_turn' }, ...TOLD },
  'openai-responses': { type: 'response.completed', response: { status: 'completed', ...TOLD } },
  gemini: { candidates: [{ finishReason: 'STOP' }], ...TOLD },
};

describe.each(Object.keys(LAST) as DoorDialect[])('%s', (dialect) => {
  it('tells who went on in the event that tells the end, and in no other', () => {
    const told = written(dialect, EVENTS).filter((event) => JSON.stringify(event).includes('edgeway'));
    expect(told).toMatchObject([LAST[dialect]]);
  });

  it('tells nothing where nobody had to', () => {
    const events = EVENTS.filter((event) => !(event.type === 'about' && event.failover !== undefined));
    expect(JSON.stringify(written(dialect, events))).not.toContain('edgeway');
  });
});
