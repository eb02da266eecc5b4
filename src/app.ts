/** The route table and `onError`. */
import { Hono } from 'hono';
import { GEMINI_METHODS, ROUTES } from './dialects/routes.ts';
import type { HttpEnv } from './http/bindings.ts';
import { CACHE_ROUTE, cacheDoor } from './http/cache-door.ts';
import { answerUnknownRoute, answerWrongMethod, refuseAllButGet } from './http/closed-doors.ts';
import { crossOrigin } from './http/cross-origin.ts';
import { EXPLAIN_ROUTE, explainDoor } from './http/explain-door.ts';
import { answerFailure } from './http/failures.ts';
import { forwardedDoor, geminiDoor, storedResponseDoor } from './http/forwarded-door.ts';
import { listModelsDoor, MODELS_ROUTE, retrieveModelDoor } from './http/models-door.ts';
import { healthDoor, landingDoor } from './http/public-doors.ts';
import { TOKEN_ROUTE, tokenDoor } from './http/token-door.ts';
import { USAGE_ROUTE, usageDoor } from './http/usage-door.ts';

/** The edge URL works as `baseURL` with and without `/v1`. */
const PREFIXES = ['/v1', ''];

/** `origins`: those whose pages may call from a browser. Without any, no request pays for the question. */
export function createApp(origins: readonly string[]): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  // Before cross-origin access: no page of another origin may call the control plane.
  app.all('/admin/v1/*', (c) => c.env.admin(c.req.raw, c.env.context));
  if (origins.length > 0) app.use(crossOrigin(origins));
  app.get('/', landingDoor);
  app.get('/healthz', healthDoor);
  app.on(['POST', 'PUT', 'PATCH', 'DELETE'], ['/', '/healthz'], refuseAllButGet);
  for (const prefix of PREFIXES) {
    for (const route of ROUTES) {
      app.post(prefix + route.path, forwardedDoor(route));
      app.all(prefix + route.path, answerWrongMethod('POST', route.name));
    }
    app.post(`${prefix}/keys/token`, tokenDoor);
    app.all(`${prefix}/keys/token`, answerWrongMethod('POST', TOKEN_ROUTE));
    app.post(`${prefix}/explain`, explainDoor);
    app.all(`${prefix}/explain`, answerWrongMethod('POST', EXPLAIN_ROUTE));
    app.get(`${prefix}/usage`, usageDoor);
    app.all(`${prefix}/usage`, answerWrongMethod('GET', USAGE_ROUTE));
    app.delete(`${prefix}/cache`, cacheDoor);
    app.all(`${prefix}/cache`, answerWrongMethod('DELETE', CACHE_ROUTE));
    const response = `${prefix}/responses/:response_id`;
    app.get(response, storedResponseDoor('GET', ''));
    app.delete(response, storedResponseDoor('DELETE', ''));
    app.post(`${response}/cancel`, storedResponseDoor('POST', '/cancel'));
    app.get(`${response}/input_items`, storedResponseDoor('GET', '/input_items'));
    // Other words in the id's place are routes of their own, which are not served.
    const named = `${prefix}/responses/:response_id{resp_[^/]+}`;
    app.all(named, answerWrongMethod('GET, DELETE', '/v1/responses'));
    app.all(`${named}/cancel`, answerWrongMethod('POST', '/v1/responses'));
    app.all(`${named}/input_items`, answerWrongMethod('GET', '/v1/responses'));
  }
  for (const prefix of [...PREFIXES, '/v1beta']) {
    app.post(`${prefix}/models/:call{.+:[A-Za-z]+}`, geminiDoor);
    for (const [method, route] of Object.entries(GEMINI_METHODS))
      app.all(`${prefix}/models/:call{.+:${method}}`, answerWrongMethod('POST', route.name));
    app.get(`${prefix}/models`, listModelsDoor);
    app.all(`${prefix}/models`, answerWrongMethod('GET', MODELS_ROUTE));
    app.get(`${prefix}/models/:model{.+}`, retrieveModelDoor);
    app.all(`${prefix}/models/:model{.+}`, answerWrongMethod('GET', MODELS_ROUTE));
  }
  app.notFound(answerUnknownRoute);
  app.onError(answerFailure);
  return app;
}
