/** CORS, for the origins that the configuration names; nobody else's browser page may call. */

import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { HttpEnv } from './bindings.ts';

const EXPOSED_HEADERS = [
  'x-request-id',
  'request-id',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'x-edgeway-provider',
  'x-edgeway-model',
  'x-edgeway-attempts',
  'x-edgeway-cache',
  'x-edgeway-cache-key',
  'age',
  'x-edgeway-cost-usd',
  'x-edgeway-dropped-params',
];

export const crossOrigin = (origins: readonly string[]): MiddlewareHandler<HttpEnv> =>
  cors({
    origin: (origin) => (origins.includes('*') || origins.includes(origin) ? origin : null),
    allowMethods: ['GET', 'POST', 'DELETE', 'OPTIONS'],
    exposeHeaders: EXPOSED_HEADERS,
    maxAge: 600,
  });
