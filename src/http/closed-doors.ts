/** What answers where no door is: unknown routes, known ones that are not served, and wrong methods. */
import type { Context } from 'hono';
import { UNSERVED_SEGMENTS } from '../dialects/routes.ts';
import { InvalidApiKey, MethodNotAllowed, RouteNotFound, RouteNotSupported } from '../errors.ts';
import type { HttpEnv } from './bindings.ts';
import { answerFailure } from './failures.ts';
import { openSettlement } from './logged.ts';

/** No route has this path. */
export function answerUnknownRoute(c: Context<HttpEnv>): Response {
  const { path, method } = c.req;
  const segment = path.replace(/^\/v1(?:beta)?(?=\/)/, '').split('/')[1] ?? '';
  const isKnown = UNSERVED_SEGMENTS.includes(segment);
  try {
    if (path.startsWith('/v1')) openClosedDoor(c, '(unknown)');
    else openSettlement(c, '(unknown)');
  } catch (error) {
    return answerFailure(error, c); // Hono takes no throw from here to `onError`
  }
  return answerFailure(isKnown ? new RouteNotSupported(method, path) : new RouteNotFound(method, path), c);
}

/**
 * A request that leads nowhere is logged like any other, and learns of a refused document, or that nobody has a key,
 * before it learns what is wrong with itself.
 */
export function openClosedDoor(c: Context<HttpEnv>, route: string): void {
  openSettlement(c, route);
  const { hasNoKeys, isKeylessLocal } = c.env.services();
  if (hasNoKeys() && !isKeylessLocal) throw new InvalidApiKey();
}

/** The path exists, for other methods. */
export const answerWrongMethod =
  (allow: string, route: string) =>
  (c: Context<HttpEnv>): Response => {
    openClosedDoor(c, route);
    throw new MethodNotAllowed(c.req.method, c.req.path, allow);
  };

/** The public doors are not logged, and need no key. */
export function refuseAllButGet(c: Context<HttpEnv>): Response {
  throw new MethodNotAllowed(c.req.method, c.req.path, 'GET');
}
