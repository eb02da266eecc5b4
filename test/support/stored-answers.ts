/** Whole answers of a door's form, put together from streams and told as streams. Runs in Node and in workerd. */
import { concat } from '../../src/bytes.ts';
import type { CanonicalAnswer, JsonObject, Part } from '../../src/dialects/canonical.ts';
import type { Codec } from '../../src/dialects/codec.ts';
import { parseExactJson } from '../../src/dialects/json.ts';
import type { StoredForm } from '../../src/dialects/stored-form.ts';
import { type SseEvent, SseSplitter } from '../../src/streaming/sse.ts';
import { aggregate } from './aggregate.ts';
import { decodeStream } from './codec-streams.ts';
import { inPieces } from './seeded.ts';

/** The events of a stream that arrives in pieces of `size` bytes (0: at once). */
export function eventsOf(stream: string | Uint8Array, size = 0): SseEvent[] {
  const bytes = typeof stream === 'string' ? new TextEncoder().encode(stream) : stream;
  const splitter = new SseSplitter();
  const events = inPieces(bytes, size || bytes.length || 1).flatMap((piece) => splitter.push(piece));
  const rest = splitter.flush();
  return rest === null ? events : [...events, rest];
}

/** What the collector makes of a stream. */
export function collect(form: StoredForm, stream: string | Uint8Array, size = 0): JsonObject | null {
  const collector = form.createCollector();
  for (const event of eventsOf(stream, size)) collector.push(event);
  return collector.body();
}

/** The events of a stream that tells `body`. */
export function retell(form: StoredForm, body: JsonObject): readonly Uint8Array[] {
  const events = form.toEvents(body, { wantsUsage: true });
  if (events === null) throw new Error(`no whole answer: ${JSON.stringify(body).slice(0, 200)}`);
  return events;
}

export const retellBytes = (form: StoredForm, body: JsonObject): Uint8Array => concat(retell(form, body));

/** What a provider of the form would tell by this stream; throws unless it is whole and sound. */
export function heardFrom(codec: Codec, stream: Uint8Array): CanonicalAnswer {
  const { answer, error, mistakes, unfinished } = aggregate(decodeStream(codec, stream));
  if (answer === null || error !== null || mistakes.length > 0 || unfinished.length > 0) {
    throw new Error(JSON.stringify({ error, mistakes, unfinished }));
  }
  return answer;
}

/** As it goes over the wire and comes back: what JSON has no word for is gone, long integers have their digits. */
export const asWritten = (body: JsonObject | null): unknown => parseExactJson(JSON.stringify(body));

/**
 * What an answer says, whatever parts its texts are cut into and however its arguments are written, without what only
 * its own form understands.
 */
export function contentOf(answer: CanonicalAnswer | null): unknown {
  return answer?.choices.map(({ index, parts, finish, nativeFinish }) => ({
    index,
    parts: joined(parts).map(withMeaning),
    finish,
    nativeFinish,
  }));
}

const withMeaning = (part: Part): unknown =>
  part.type === 'tool-call' && !part.isCustom ? { ...part, input: parseExactJson(part.input) } : part;

function joined(parts: readonly Part[]): Part[] {
  const found: Part[] = [];
  for (const { extra: _, ...part } of parts) {
    const last = found.at(-1);
    const isNext = last?.type === 'text' && last.signature === undefined && part.type === 'text';
    if (isNext) found[found.length - 1] = join(last, part);
    else if (part.type !== 'text' || part.text !== '' || part.signature !== undefined) found.push(part);
  }
  return found;
}

type TextPart = Extract<Part, { type: 'text' }>;

/** With the citations of both, their places in the whole. */
function join(first: TextPart, second: TextPart): TextPart {
  const offset = first.text.length;
  const moved = (second.citations ?? []).map((citation) => {
    const { span } = citation;
    return {
      ...citation,
      span: span === null ? null : { start: span.start + offset, end: span.end + offset },
    };
  });
  const citations = [...(first.citations ?? []), ...moved];
  const cited = citations.length > 0 ? { citations } : {};
  return { ...first, ...second, text: first.text + second.text, ...cited };
}
