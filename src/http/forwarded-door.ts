/** The door of every route that is forwarded: hands the request to the pipeline. */
import type { Context } from 'hono';
import { type Route, routeName } from '../dialects/openai-chat/routes.ts';
import { Departure } from '../gateway/client-left.ts';
import { runPipeline } from '../gateway/pipeline.ts';
import type { HttpEnv } from './bindings.ts';
import { openSettlement } from './logged.ts';
import { isLoopback, readToken } from './request-facts.ts';

export const forwardedDoor =
  (route: Route) =>
  async (c: Context<HttpEnv>): Promise<Response> => {
    const { context, services: loadServices } = c.env;
    const settlement = openSettlement(c, routeName(route));
    const services = loadServices();
    const request = c.req.raw;
    const token = readToken(request);
    return runPipeline({
      context,
      services,
      settlement,
      route,
      token,
      clientAddress: request.headers.get('cf-connecting-ip'),
      isLoopback: isLoopback(request),
      headers: request.headers,
      incoming: request,
      departure: new Departure(context.signal),
      redact: (text) => services.snapshot.redact(text, token === null ? [] : [token]),
    });
  };
