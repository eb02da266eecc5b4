/** An event stream as one JSON array, which is how Google streams to clients that do not ask for events. */
import { SseSplitter } from '../streaming/sse.ts';

const encoder = new TextEncoder();

/** Other answers pass as they are. */
export function toJsonArray(response: Response): Response {
  const type = response.headers.get('content-type') ?? '';
  if (response.body === null || !type.includes('text/event-stream')) return response;
  const headers = new Headers(response.headers);
  headers.set('content-type', 'application/json');
  return new Response(response.body.pipeThrough(arrayOfEvents()), { status: response.status, headers });
}

function arrayOfEvents(): TransformStream<Uint8Array, Uint8Array> {
  const splitter = new SseSplitter();
  let separator = '[';
  return new TransformStream({
    transform(chunk, controller) {
      for (const { data } of splitter.push(chunk)) {
        if (data === null) continue;
        controller.enqueue(encoder.encode(separator + data));
        separator = ',\r\n';
      }
    },
    flush(controller) {
      controller.enqueue(encoder.encode(separator === '[' ? '[]' : ']'));
    },
  });
}
