/** The way into the admin API. Its application is made when it is first asked for. */
import type { RequestContext } from '../context.ts';
import { type AdminApp, createAdminApp } from './api/admin-app.ts';
import type { AdminServices } from './api/admin-env.ts';
import { toAdminFailure } from './api/failures.ts';

export type AdminDoor = (request: Request, context: RequestContext) => Promise<Response>;

export function createAdminDoor(services: AdminServices): AdminDoor {
  let app: AdminApp | undefined;
  return async (request, context) => {
    app ??= createAdminApp();
    try {
      return await app.fetch(request, { context, services });
    } catch (thrown) {
      return toAdminFailure(thrown, context); // something that is no `Error`, which Hono does not take
    }
  };
}
