/** What the stages are given, made by hand: a clock that a test turns, and a log that it reads. */
import type { RequestContext } from '../../../src/context.ts';
import { createServices, type Services } from '../../../src/gateway/services.ts';
import { buildSnapshot } from '../../../src/gateway/snapshot.ts';
import type { Principal } from '../../../src/keys/principal.ts';
import { providerWith } from '../../support/provider.ts';

export type LogLine = Record<string, unknown>;

export interface TestContext {
  readonly context: RequestContext;
  readonly lines: LogLine[];
  readonly clock: { now: number };
}

export function createContext(): TestContext {
  const lines: LogLine[] = [];
  const clock = { now: 1_000_000 };
  const context: RequestContext = {
    requestId: 'req_test',
    fetch: () => Promise.reject(new Error('no network here')),
    now: () => clock.now,
    random: () => 0,
    signal: new AbortController().signal,
    waitUntil: () => undefined,
    log: (line) => lines.push({ ...line }),
    arrivedAt: clock.now,
  };
  return { context, lines, clock };
}

export function createTestServices(
  document: object,
  options: { secrets?: Record<string, string>; isKeylessLocal?: boolean } = {},
): Services {
  const variables: Record<string, string> = { ...options.secrets, GATEWAY_CONFIG: JSON.stringify(document) };
  return createServices({
    snapshot: buildSnapshot((name) => variables[name]),
    isKeylessLocal: options.isKeylessLocal ?? false,
    now: () => 0,
  });
}

export const EVERYTHING: Principal = {
  keyName: 'a',
  project: 'default',
  organization: null,
  models: null,
  deniedModels: [],
  routes: null,
  ipRanges: null,
  expiresAt: null,
  isMetered: true,
};

export const PROVIDER = providerWith({
  credentials: [{ id: 'acme#1', value: 'sk-acme-0123', secrets: ['sk-acme-0123'] }],
});
