/** A gateway with Ledgers before a vendor that bills what a test wants, and what tests of limits do there. */
import { randomUUID } from 'node:crypto';
import { expect, vi } from 'vitest';
import type { ControlPlaneOptions } from '../control-plane.ts';
import { type ControlledGateway, makeKey, startGateway, type TestKey } from '../gateway.ts';
import { type KeyDesk, openKeyDesk } from '../keys/desk.ts';
import type { LogLine } from '../workerd.ts';
import { type BillingVendor, startBillingVendor } from './billing-vendor.ts';
import { type CallOptions, CHAT, type RouteCall, requestOf } from './route-calls.ts';

/** Nano-dollars that a token of the model `m` costs, in and out, at every provider of the lab. */
export const NANO_PER_TOKEN = 1000;
/** The same, as the configuration has it. */
export const PRICES = { '*/m': { input: 1, output: 1 } };

/** An answer that was read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The error object of a door of OpenAI's form; empty for others. */
  readonly error: Readonly<Record<string, unknown>>;
}

export interface LimitLab {
  readonly gateway: ControlledGateway;
  readonly vendor: BillingVendor;
  readonly desk: KeyDesk;
  /** A fresh key of the Registry, in a project of its own. */
  mint(fields?: Record<string, unknown>): Promise<string>;
  /** Activates the lab's document with these members in place of its own. */
  configure(members: Record<string, unknown>): Promise<void>;
  ask(key: string, options?: AskOptions): Promise<Answer>;
  lineOf(answer: Pick<Answer, 'headers'>): Promise<LogLine>;
  stop(): Promise<void>;
}

export interface AskOptions extends CallOptions {
  /** Default: a chat. */
  readonly call?: RouteCall;
  /** Default: the first isolate's. */
  readonly url?: string;
}

export interface LabOptions {
  readonly config?: Record<string, unknown>;
  readonly keys?: readonly TestKey[];
  readonly controlPlane?: ControlPlaneOptions;
}

export async function startLimitLab({
  config = {},
  keys = [],
  controlPlane,
}: LabOptions = {}): Promise<LimitLab> {
  const vendor = await startBillingVendor();
  const { providers: others, ...members } = config;
  const providers = { ...vendor.providers, ...(others as object | undefined) }; // a document's, if there are any
  const document = { providers, prices: PRICES, ...members };
  const gateway = await startGateway({ config: document, keys, controlPlane: controlPlane ?? true });
  const desk = openKeyDesk(gateway);
  return {
    gateway,
    vendor,
    desk,
    mint: async (fields = {}) => {
      const { key } = await desk.mint({ name: fresh('key'), project: fresh('project'), ...fields });
      return key;
    },
    configure: async (changes) => {
      const keyEntries = keys.map(({ entry }) => entry);
      const response = await gateway.admin('PUT', '/config', { ...document, keys: keyEntries, ...changes });
      const text = await response.text();
      expect({ status: response.status, text }).toMatchObject({ status: 200 });
    },
    ask: (key, { call = CHAT, url = gateway.url, ...options } = {}) => {
      const { path, init } = requestOf(call, key, options);
      return read(fetch(url + path, init));
    },
    lineOf: ({ headers }) => gateway.lineOf(headers.get('x-request-id')),
    stop: async () => {
      await gateway.stop();
      await vendor.stop();
    },
  };
}

/** A name that no other test has. */
export const fresh = (word: string): string => `${word}-${randomUUID().slice(0, 8)}`;

/** Finds a request's handler at the vendor. */
export const freshLabel = (): string => `label:${randomUUID()}`;

/** A key of the document, to be made before the gateway starts. */
export const documentKey = (fields: Record<string, unknown>): TestKey => makeKey(fresh('document'), fields);

export async function read(response: Promise<Response>): Promise<Answer> {
  const { status, headers, text } = await response.then(async (answer) => ({
    status: answer.status,
    headers: answer.headers,
    text: await answer.text(),
  }));
  return { status, headers, text, error: errorIn(text) };
}

function errorIn(text: string): Readonly<Record<string, unknown>> {
  try {
    return (JSON.parse(text) as { error?: Record<string, unknown> }).error ?? {};
  } catch {
    return {}; // a stream, or sound
  }
}

/** Asks one after the other until somebody is refused, at most `most` times; how many passed, and the refusal. */
export async function askUntilRefused(
  ask: () => Promise<Answer>,
  most: number,
): Promise<{ readonly passed: readonly Answer[]; readonly refused: Answer }> {
  const passed: Answer[] = [];
  for (;;) {
    const answer = await ask();
    if (answer.status === 429) return { passed, refused: answer };
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
    passed.push(answer);
    if (passed.length >= most) throw new Error(`${most} requests passed`);
  }
}

/** How many answers had each status. */
export function countStatuses(answers: readonly { readonly status: number }[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** What a Ledger says of a scope, read at `GET /v1/usage`. */
export interface ScopeUsage {
  readonly kind: string;
  readonly total: {
    readonly requests: number;
    readonly input_tokens: number;
    readonly output_tokens: number;
    readonly cost_usd: number;
    readonly estimated_requests: number;
  };
  readonly budgets: readonly { readonly spent_usd: number; readonly reserved_usd: number }[];
  readonly concurrency: { readonly limit: number; readonly in_flight: number } | null;
}

/** What the credential may read of itself, by kind of scope. */
export async function usageOf(url: string, key: string, kind = 'key'): Promise<ScopeUsage> {
  const response = await fetch(`${url}/v1/usage`, { headers: { authorization: `Bearer ${key}` } });
  const text = await response.text();
  expect({ status: response.status, text }).toMatchObject({ status: 200 });
  const { scopes } = JSON.parse(text) as { scopes: readonly ScopeUsage[] };
  const scope = scopes.find((one) => one.kind === kind);
  if (scope === undefined) throw new Error(`no ${kind} in ${text}`);
  return scope;
}

/** Money and places that somebody still holds. */
export const heldIn = ({ budgets, concurrency }: ScopeUsage): { usd: number; inFlight: number } => ({
  usd: budgets.reduce((sum, { reserved_usd }) => sum + reserved_usd, 0),
  inFlight: concurrency?.in_flight ?? 0,
});

/** Waits until nothing is held any more, and returns what was used. */
export const untilNothingIsHeld = (url: string, key: string, kind?: string): Promise<ScopeUsage> =>
  vi.waitFor(
    async () => {
      const usage = await usageOf(url, key, kind);
      expect(heldIn(usage)).toEqual({ usd: 0, inFlight: 0 });
      return usage;
    },
    { timeout: 15_000, interval: 100 },
  );

/** Dollars as a Ledger keeps them. */
export const toNano = (usd: number): number => Math.round(usd * 1e9);
