/**
 * The admin API: `/admin/v1`. Made with the first request that needs it, because its schemas cost more than all other
 * doors together.
 */
import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { toPath } from '../../config/parse-document.ts';
import {
  InvalidRequest,
  MethodNotAllowed,
  RequestTooLarge,
  RouteNotFound,
  UnsupportedEncoding,
} from '../../errors.ts';
import type { AdminEnv } from './admin-env.ts';
import { registerAuditRoutes } from './audit-routes.ts';
import { registerCacheRoutes } from './cache-routes.ts';
import { registerConfigChangeRoutes } from './config-change-routes.ts';
import { registerConfigRoutes } from './config-routes.ts';
import { DOCUMENT_PATH, PAGE_PATH, registerDocumentation } from './documentation.ts';
import { answerAdminFailure } from './failures.ts';
import { registerKeyRoutes } from './key-routes.ts';
import { logged } from './logged.ts';
import { registerMeRoutes } from './me-routes.ts';
import { registerOrganizationRoutes } from './organization-routes.ts';
import { registerProjectRoutes } from './project-routes.ts';
import { registerRequestRoutes } from './request-routes.ts';
import { registerRoutingRoutes } from './routing-routes.ts';
import { registerSecretRoutes } from './secret-routes.ts';
import { registerUsageRoutes } from './usage-routes.ts';
import { methodsAt } from './wrong-method.ts';

/** Documents and lists of grants; nothing that is larger has a place here. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;

const BASE_PATH = '/admin/v1';

export type AdminApp = OpenAPIHono<AdminEnv>;

export function createAdminApp(): AdminApp {
  const app = new OpenAPIHono<AdminEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const [issue] = result.error.issues;
      throw new InvalidRequest(issue?.message ?? 'is not valid', issue === undefined ? null : toParam(issue));
    },
  }).basePath(BASE_PATH);
  app.onError(answerAdminFailure);
  app.notFound((c) => {
    const { method, path } = c.req;
    const methods = methodsAt(app, path.slice(BASE_PATH.length));
    const mistake =
      methods.length === 0
        ? new RouteNotFound(method, path)
        : new MethodNotAllowed(method, path, methods.join(', '));
    return answerAdminFailure(mistake, c);
  });
  app.use(logged);
  app.use(async (c, next) => {
    if (PUBLIC_PATHS.includes(c.req.path)) return next();
    c.set('actor', await c.env.services.identify(c.req.raw, c.env.context));
    const encoding = c.req.header('content-encoding');
    if (encoding !== undefined && encoding !== 'identity') throw new UnsupportedEncoding();
    const refusal = await limitBody(c, next);
    // Behind Cloudflare Access the credential is none that caches know of, so that they would keep what it opened.
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
    return refusal;
  });
  registerDocumentation(app);
  registerMeRoutes(app);
  registerKeyRoutes(app);
  registerProjectRoutes(app);
  registerOrganizationRoutes(app);
  registerRequestRoutes(app);
  registerConfigRoutes(app);
  registerConfigChangeRoutes(app);
  registerSecretRoutes(app);
  registerUsageRoutes(app);
  registerRoutingRoutes(app);
  registerCacheRoutes(app);
  registerAuditRoutes(app);
  return app;
}

/** What they say stands in the project's documentation too. */
const PUBLIC_PATHS = [DOCUMENT_PATH, PAGE_PATH].map((path) => BASE_PATH + path);

const limitBody = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => {
    throw new RequestTooLarge(MAX_BODY_BYTES);
  },
});

type Issue = {
  readonly path: readonly PropertyKey[];
  readonly code?: string;
  readonly keys?: readonly string[];
};

/** An unknown field is named itself, not the object that holds it; `null` for the body as a whole. */
function toParam({ path, keys }: Issue): string | null {
  const [unknown] = keys ?? [];
  const whole = unknown === undefined ? path : [...path, unknown];
  return whole.length === 0 ? null : toPath(whole);
}
