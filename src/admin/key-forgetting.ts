/** The one thing that an API key may write into the Registry: that cached answers of its project are to be forgotten. */
import { PermissionDenied } from '../errors.ts';
import type { InvalidationTarget } from '../keys/invalidations-copy.ts';
import type { Actor } from './actor.ts';
import type { RegistryDesk } from './registry/commands.ts';

/** Resolves to the number of the invalidation. Rejects with `GatewayUnavailable`. */
export const createKeyForgetting =
  (registry: Pick<RegistryDesk, 'write'>) =>
  async (
    target: InvalidationTarget,
    by: Pick<Actor, 'subject' | 'ip' | 'country' | 'requestId'>,
  ): Promise<number> => {
    const projects = target.project === null ? [] : [target.project];
    const actor: Actor = { ...by, issuer: null, role: 'developer', projects };
    const outcome = await registry.write('cache.forget', target, actor);
    if (!outcome.ok) throw new PermissionDenied(outcome.refusal.message);
    return outcome.value.generation;
  };
