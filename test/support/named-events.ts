/** Server-sent events whose names are the types of their payloads, as Anthropic and OpenAI's Responses write them. */
import type { JsonObject } from '../../src/dialects/canonical.ts';

/** The stream's bytes as text. */
export const sse = (...events: JsonObject[]): string =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');

/** The events in what was written; their two names must be one. */
export function readEvents(written: string): JsonObject[] {
  return written
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => {
      const [name, data] = block.split('\n');
      const event = JSON.parse(String(data).replace(/^data: /, ''));
      if (name !== `event: ${event.type}`) throw new Error(`"${name}" names another event than ${data}`);
      return event;
    });
}
