/**
 * A vendor that keeps responses, as OpenAI does: each belongs to the key that made it, and to nobody else.
 * https://platform.openai.com/docs/api-reference/responses
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type Handler, json, type ReceivedCall, startUpstream } from '../upstream.ts';

export interface KeptResponse {
  readonly id: string;
  readonly key: string;
  readonly body: Record<string, unknown>;
  status: string;
  isDeleted: boolean;
}

export interface ResponsesVendor {
  readonly baseUrl: string;
  readonly calls: ReceivedCall[];
  /** What was made here, in order. */
  readonly kept: KeptResponse[];
  /** Answers the next calls in the place of the vendor, until `null` is given. */
  instead(handler: Handler | null): void;
  stop(): Promise<void>;
}

/** The exact text of an answer: with spaces, numbers and members that a parser would change or lose. */
export const answerText = (kept: KeptResponse): string =>
  `{ "id" : "${kept.id}", "object":"response",\n  "created_at": 1790000000, "status":"${kept.status}", "background": ${kept.body.background === true},
  "error": ${kept.status === 'failed' ? '{"code":"server_error","message":"It broke."}' : 'null'}, "incomplete_details": null, "model":"m-2026", "big": 12345678901234567890, "\\u00e9": "\\u00e9 \\/ é",
  "previous_response_id": ${JSON.stringify(kept.body.previous_response_id ?? null)},
  "output": [${kept.status === 'completed' ? `{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"I am ${kept.id}, and \\"${kept.id}\\"","annotations":[],"logprobs":[]}]}` : ''}],
  "tools":[], "parallel_tool_calls":true, "tool_choice":"auto", "metadata":{"x": 1.0},
  "usage": ${kept.status === 'completed' ? '{"input_tokens":11,"input_tokens_details":{"cached_tokens":3},"output_tokens":7,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":18}' : 'null'} }`;

/** Events from the one behind `after` on. */
export function eventsText(kept: KeptResponse, after = -1): string {
  const whole = answerText(kept).replaceAll('\n', ' ');
  const started = answerText({ ...kept, status: 'in_progress' }).replaceAll('\n', ' ');
  const events: [string, string][] = [
    ['response.created', `"response":${started}`],
    ['response.in_progress', `"response":${started}`],
    [
      'response.output_item.added',
      '"output_index":0,"item":{"id":"msg_1","type":"message","status":"in_progress","role":"assistant","content":[]}',
    ],
    [
      'response.output_text.delta',
      '"item_id":"msg_1","output_index":0,"content_index":0,"delta":"I am","response_id":"RAW"'.replace(
        'RAW',
        kept.id,
      ),
    ],
    ['response.output_text.done', '"item_id":"msg_1","output_index":0,"content_index":0,"text":"I am"'],
    ['response.completed', `"response":${whole}`],
  ];
  return events
    .map(
      ([type, rest], number) =>
        `event: ${type}\ndata: {"type":"${type}","sequence_number":${number},${rest}}\n\n`,
    )
    .slice(after + 1)
    .join('');
}

const refuse = (status: number, message: string, code: string | null, param: string | null = null): Handler =>
  json({ error: { message, type: 'invalid_request_error', param, code } }, status);

export async function startResponsesVendor(keys: readonly string[]): Promise<ResponsesVendor> {
  const kept: KeptResponse[] = [];
  let instead: Handler | null = null;
  const upstream = await startUpstream(async (call, response, request) => {
    if (instead !== null) return instead(call, response, request);
    await route(call)(call, response, request);
  });

  function route(call: ReceivedCall): Handler {
    const key = /^Bearer (.+)$/.exec(call.headers.authorization ?? '')?.[1] ?? '';
    if (!keys.includes(key)) return refuse(401, 'Incorrect API key provided.', 'invalid_api_key');
    const url = new URL(call.path, 'http://vendor');
    const [, id = '', suffix = ''] = /^\/v1\/responses(?:\/([^/]+))?(\/[a-z_]+)?$/.exec(url.pathname) ?? [];
    if (!url.pathname.startsWith('/v1/responses')) return refuse(404, `No route ${url.pathname}`, null);
    if (id === '') return create(call, key);
    const found = kept.find((one) => one.id === decodeURIComponent(id) && one.key === key && !one.isDeleted);
    if (found === undefined)
      return refuse(404, `Response with id '${decodeURIComponent(id)}' not found.`, null, 'response_id');
    if (call.body.length > 0) return refuse(400, 'A body that nobody asked for.', null);
    return about(found, call.method, suffix, url.searchParams);
  }

  function create(call: ReceivedCall, key: string): Handler {
    const body = JSON.parse(call.body.toString());
    const previous = body.previous_response_id ?? null;
    const isKnown = kept.some((one) => one.id === previous && one.key === key && !one.isDeleted);
    if (previous !== null && !isKnown) {
      const message = `Previous response with id '${previous}' not found.`;
      return refuse(400, message, 'previous_response_not_found', 'previous_response_id');
    }
    const status = body.background === true ? 'queued' : 'completed';
    const made = { id: `resp_${randomBytes(24).toString('hex')}`, key, body, status, isDeleted: false };
    kept.push(made);
    return body.stream === true ? streamed(eventsText(made)) : json(answerText(made));
  }

  function about(found: KeptResponse, method: string, suffix: string, query: URLSearchParams): Handler {
    if (method === 'GET' && suffix === '') {
      if (query.get('stream') !== 'true') return json(answerText(found));
      return streamed(eventsText(found, Number(query.get('starting_after') ?? -1)));
    }
    if (method === 'DELETE' && suffix === '') {
      found.isDeleted = true;
      return json({ id: found.id, object: 'response', deleted: true });
    }
    if (method === 'POST' && suffix === '/cancel') {
      if (found.body.background !== true)
        return refuse(400, 'Only responses created with background=true can be cancelled.', null);
      found.status = 'cancelled';
      return json(answerText(found));
    }
    if (method === 'GET' && suffix === '/input_items') {
      const item = { id: 'msg_in', type: 'message', role: 'user', content: [], response_id: found.id };
      return json({ object: 'list', data: [item], first_id: 'msg_in', last_id: 'msg_in', has_more: false });
    }
    return refuse(405, 'No such method.', null);
  }

  return {
    baseUrl: `${upstream.url}/v1`,
    calls: upstream.calls,
    kept,
    instead: (handler) => {
      instead = handler;
    },
    stop: () => upstream.stop(),
  };
}

/** Cut where it hurts: ids fall apart between writes. */
const streamed =
  (text: string): Handler =>
  async (_, response: ServerResponse) => {
    response.socket?.setNoDelay(true);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let at = 0; at < text.length; at += 97) {
      if (!response.write(text.slice(at, at + 97))) await once(response, 'drain');
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  };
