/** Which route `POST /v1/explain` is asked about. */
import type { PathCall } from '../dialects/json-request.ts';
import { GEMINI_METHODS, ROUTES, type Route } from '../dialects/routes.ts';
import { InvalidRequest } from '../errors.ts';
import { GEMINI_CALL } from './door-dialect.ts';
import { decodePathSegment } from './path-segment.ts';

export interface ExplainedRoute {
  readonly route: Route;
  readonly inPath: PathCall | null;
}

/**
 * `name`: as keys' `routes` have it, with or without `/v1`, `POST ` before it, or the slash; or the short name of the route
 * (`chat.completions`). Gemini's with the model in the path. A query counts for nothing. Throws `InvalidRequest`.
 */
export function findRoute(name: string): ExplainedRoute {
  const path = name.replace(/\?.*$/s, '').replace(/^(?:POST +)?\/?/, '/');
  const found = geminiRoute(path) ?? openAiRoute(path, name);
  if (found === null)
    throw new InvalidRequest(
      `\`route\` is none that can be explained: it is the path of a route that goes to a provider, such as ${example(ROUTES)}.`,
      'route',
    );
  if (found.route.body === 'multipart')
    throw new InvalidRequest(
      `${found.route.name} takes a form, and only routes that take JSON can be explained.`,
      'route',
    );
  return found;
}

const example = ([first]: readonly Route[]): string => first?.name ?? '';

function geminiRoute(path: string): ExplainedRoute | null {
  const [, model = '', method = ''] = GEMINI_CALL.exec(path) ?? [];
  const route = Object.hasOwn(GEMINI_METHODS, method) ? GEMINI_METHODS[method] : undefined;
  return route === undefined ? null : { route, inPath: { model: decodePathSegment(model) } };
}

function openAiRoute(path: string, name: string): ExplainedRoute | null {
  const below = path.replace(/^\/v1(?=\/)/, '');
  const route = ROUTES.find((one) => one.path === below || one.id === name);
  return route === undefined ? null : { route, inPath: null };
}
