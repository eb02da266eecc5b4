/** The doors of everything that is forwarded: they hand the request to the pipeline. */
import type { Context } from 'hono';
import { GEMINI_METHODS, ROUTES, type Route } from '../dialects/routes.ts';
import { RouteNotSupported } from '../errors.ts';
import type { Exchange } from '../gateway/exchange.ts';
import { runPipeline, runStoredPipeline, type StoredQuestion } from '../gateway/pipeline.ts';
import type { HttpEnv } from './bindings.ts';
import { openClosedDoor } from './closed-doors.ts';
import { GEMINI_CALL } from './door-dialect.ts';
import { toJsonArray } from './json-array-stream.ts';
import { openSettlement } from './logged.ts';
import { decodePathSegment } from './path-segment.ts';
import { REQUEST_ID_HEADERS } from './request-facts.ts';
import { toExchange } from './to-exchange.ts';

export const forwardedDoor =
  (route: Route) =>
  async (c: Context<HttpEnv>): Promise<Response> => {
    const response = await runPipeline(openExchange(c, route, null));
    const name = REQUEST_ID_HEADERS[route.dialect];
    if (name !== undefined) response.headers.set(name, c.env.context.requestId);
    return response;
  };

/** `POST …/models/{model}:{method}`. */
export async function geminiDoor(c: Context<HttpEnv>): Promise<Response> {
  const [, model = '', method = ''] = GEMINI_CALL.exec(c.req.path) ?? [];
  const route = Object.hasOwn(GEMINI_METHODS, method) ? GEMINI_METHODS[method] : undefined;
  if (route === undefined) {
    openClosedDoor(c, '/v1beta/models');
    throw new RouteNotSupported(c.req.method, c.req.path);
  }
  const response = await runPipeline(openExchange(c, route, { model: decodePathSegment(model) }));
  // Without `alt=sse` Google streams one JSON array.
  const wantsArray = route.streams !== 'never' && c.req.query('alt') !== 'sse' && c.env.flight === null;
  return wantsArray ? toJsonArray(response) : response;
}

const RESPONSES = ROUTES.find(({ id }) => id === 'responses') as Route; // it stands in the table

/** What may be asked of a stored response. */
export const storedResponseDoor =
  (method: StoredQuestion['method'], suffix: string) =>
  (c: Context<HttpEnv>): Promise<Response> => {
    const { search, searchParams } = new URL(c.req.url);
    const wantsStream = method === 'GET' && suffix === '' && searchParams.get('stream') === 'true';
    const sealedId = decodePathSegment(c.req.param('response_id') ?? '');
    const question = { method, sealedId, suffix, query: search, wantsStream };
    return runStoredPipeline(openExchange(c, RESPONSES, null), question);
  };

const openExchange = (c: Context<HttpEnv>, route: Route, inPath: Exchange['inPath']): Exchange =>
  toExchange(c, { settlement: openSettlement(c, route.name), route, inPath, headers: c.req.raw.headers });
