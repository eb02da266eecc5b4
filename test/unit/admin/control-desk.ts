/** The admin API on a real Registry, with documents checked by the real snapshot and secrets sealed by the real vault. */

import { createHmac } from 'node:crypto';
import type { Actor, Role } from '../../../src/admin/actor.ts';
import { createAdminApp } from '../../../src/admin/api/admin-app.ts';
import type { AdminServices } from '../../../src/admin/api/admin-env.ts';
import type { RegistryDesk } from '../../../src/admin/registry/commands.ts';
import { createSecretVault } from '../../../src/admin/secret-vault.ts';
import type { RequestContext } from '../../../src/context.ts';
import { buildSnapshot } from '../../../src/gateway/snapshot.ts';
import { createLedgers, type TestLedgers } from './ledgers.ts';
import { createRegistry, OWNER, type TestRegistry } from './registry-support.ts';

export const MASTER_SECRET = 'a master secret of the unit tests 0123456789';

export interface AdminApi {
  readonly registry: TestRegistry;
  readonly ledgers: TestLedgers;
  /** Lines of the log. */
  readonly lines: object[];
  /** How often the isolate was told that something changed. */
  readonly notices: () => number;
  /** Below `/admin/v1`, as the role; a text is sent as it is. */
  ask(method: string, path: string, body?: unknown, options?: AskOptions): Promise<Response>;
}

export interface AskOptions {
  readonly role?: Role;
  /** Instead of somebody with `role`. */
  readonly actor?: Actor;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface AdminApiOptions {
  /** Text of the variable `GATEWAY_CONFIG`. */
  readonly variableText?: string;
  /** `null`: it is not set. Default: `MASTER_SECRET`. */
  readonly masterSecret?: string | null;
  /** Other variables and secrets of the Worker. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Default: no region has seen anything. */
  readonly regions?: AdminServices['regions'];
}

export function createAdminApi(options: AdminApiOptions = {}): AdminApi {
  const {
    variableText = '{}',
    masterSecret = MASTER_SECRET,
    variables = {},
    regions = async () => [],
  } = options;
  const registry = createRegistry();
  const vault = createSecretVault(masterSecret ?? undefined);
  const ledgers = createLedgers();
  const lines: object[] = [];
  let notices = 0;
  const servicesFor = (actor: Actor): AdminServices => ({
    registry: counting(registry.desk, () => {
      notices += 1;
    }),
    identify: async () => actor,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    config: {
      variableText: () => variableText,
      hasVariable: (name) => Object.hasOwn(variables, name),
      check: async (text, { sealed }, change) => {
        const secrets = new Map<string, string | null>();
        for (const [name, value] of Object.entries(sealed)) secrets.set(name, await vault.open(name, value));
        if (change !== undefined) secrets.set(change.name, change.value);
        return buildSnapshot((name) =>
          name === 'GATEWAY_CONFIG' ? text : (variables[name] ?? secrets.get(name) ?? undefined),
        );
      },
      fingerprint: (value) => createHmac('sha256', 'key').update(value).digest('hex').slice(0, 12),
    },
    vault,
    usage: ledgers,
    regions,
  });
  const context: RequestContext = {
    requestId: 'req_test',
    fetch: () => Promise.reject(new Error('no upstream here')),
    now: Date.now,
    random: Math.random,
    signal: new AbortController().signal,
    waitUntil: () => undefined,
    log: (line) => void lines.push(line),
    arrivedAt: Date.now(),
  };
  const app = createAdminApp();
  return {
    registry,
    ledgers,
    lines,
    notices: () => notices,
    ask: async (method, path, body, { role = 'owner', actor = { ...OWNER, role }, headers = {} } = {}) => {
      const request = new Request(`https://gateway.example/admin/v1${path}`, {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return app.fetch(request, { context, services: servicesFor(actor) });
    },
  };
}

/** What came back; no `body` is `null`. */
export async function answerOf(response: Response | Promise<Response>) {
  const answer = await response;
  const text = await answer.text();
  const { status, headers } = answer;
  return { status, etag: headers.get('etag'), body: text === '' ? null : JSON.parse(text) };
}

/** Right before writes of the routes reach the Registry, others are there: one step before each of the next writes. */
export function raceWith({ registry }: AdminApi, ...steps: (() => Promise<unknown>)[]): void {
  const { desk } = registry;
  const write: RegistryDesk['write'] = async (...args) => {
    await steps.shift()?.();
    return desk.write(...args);
  };
  Object.assign(registry, { desk: { ...desk, write } });
}

/** A test may put another desk in its place: it is looked at with each call. */
const counting = (desk: RegistryDesk, onWrite: () => void): RegistryDesk => ({
  query: (...args) => desk.query(...args),
  write: async (...args) => {
    const outcome = await desk.write(...args);
    if (outcome.ok) onWrite();
    return outcome;
  },
});
