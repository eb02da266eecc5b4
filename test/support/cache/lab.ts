/** A gateway with a response cache before a vendor whose answers are numbered, and what tests of the cache do there. */
import { expect, vi } from 'vitest';
import type { CacheOptions } from '../cache-stand.ts';
import type { ControlPlaneOptions } from '../control-plane.ts';
import { bodyOf, pathOf } from '../doors/calls.ts';
import type { DoorId } from '../doors/told-error.ts';
import { type ControlledGateway, startGateway, type TestKey } from '../gateway.ts';
import { type KeyDesk, openKeyDesk } from '../keys/desk.ts';
import { type Answer, fresh, freshLabel, PRICES, read } from '../limits/lab.ts';
import type { LogLine } from '../workerd.ts';
import { type NumberedVendor, numbersIn, startNumberedVendor } from './numbered-vendor.ts';

export { type Answer, fresh, freshLabel };

export interface CacheLab {
  readonly gateway: ControlledGateway;
  readonly vendor: NumberedVendor;
  readonly desk: KeyDesk;
  /** A fresh key of the Registry, in a project of its own unless `fields` say another. */
  mint(fields?: Record<string, unknown>): Promise<string>;
  /** Reads the answer to its end. */
  ask(options?: CacheAsk): Promise<Answer>;
  /** The same, while it is still coming. */
  open(options?: CacheAsk): Promise<Response>;
  lineOf(answer: Pick<Answer, 'headers'>): Promise<LogLine>;
  stop(): Promise<void>;
}

export interface CacheAsk {
  /** Default: OpenAI's chat. */
  readonly door?: DoorId;
  /** Default: `always`. */
  readonly model?: string;
  /** What the user says; a label (`label:…`) finds the calls at the vendor. */
  readonly text?: string;
  readonly stream?: boolean;
  /** Further members of the body. */
  readonly fields?: Record<string, unknown>;
  readonly headers?: Record<string, string>;
  /** Default: the gateway's own. */
  readonly key?: string;
  /** Default: the first isolate's. */
  readonly url?: string;
  readonly signal?: AbortSignal;
}

export interface CacheLabOptions {
  /** `models` stand beside the lab's own, `cache` is the top level's. */
  readonly config?: Record<string, unknown>;
  readonly keys?: readonly TestKey[];
  readonly vars?: Record<string, string>;
  readonly controlPlane?: ControlPlaneOptions;
  readonly cache?: CacheOptions;
  /** One that is not stopped with the lab. */
  readonly vendor?: NumberedVendor;
}

const targets = [{ provider: 'up', model: 'm' }];
/** Where a suite is about something else than slow stores, a busy machine is no failure. */
export const PATIENT = { lookup_ms: 30_000 };
const HOUR = { ttl_seconds: 3600 };

/** An alias of the vendor with these settings of the cache. */
export const kept = (cache: object): object => ({ retries: 0, targets, cache: { ...HOUR, ...cache } });

/** Aliases of every lab: of the same vendor, which speaks OpenAI's chat but for the last three. */
const MODELS = {
  plain: { retries: 0, targets },
  auto: kept({}),
  always: kept({ mode: 'always' }),
  never: kept({ mode: 'never' }),
  tools: kept({ mode: 'always', tool_calls: true }),
  shared: kept({ mode: 'always', coalesce: true }),
  ...Object.fromEntries(
    ['keeper', 'claude', 'google'].map((provider) => [
      provider,
      { ...kept({ mode: 'always' }), targets: [{ provider, model: 'm' }] },
    ]),
  ),
};

export async function startCacheLab(options: CacheLabOptions = {}): Promise<CacheLab> {
  const vendor = options.vendor ?? (await startNumberedVendor());
  const { models, providers, cache: settings, ...config } = options.config ?? {};
  const gateway = await startGateway({
    config: {
      providers: { ...vendor.providers, ...(providers as object | undefined) }, // a document's, if there are any
      models: { ...MODELS, ...(models as object | undefined) },
      prices: PRICES,
      cache: { ...PATIENT, ...(settings as object | undefined) },
      ...config,
    },
    keys: options.keys ?? [],
    ...(options.vars === undefined ? {} : { vars: options.vars }),
    ...(options.cache === undefined ? {} : { cache: options.cache }),
    controlPlane: options.controlPlane ?? true,
  });
  const desk = openKeyDesk(gateway);
  const open = (ask: CacheAsk = {}) => {
    const { path, init } = requestOf(ask, gateway.key);
    return fetch((ask.url ?? gateway.url) + path, init);
  };
  return {
    gateway,
    vendor,
    desk,
    mint: async (fields = {}) => {
      const { key } = await desk.mint({ name: fresh('key'), project: fresh('project'), ...fields });
      return key;
    },
    open,
    ask: (ask) => read(open(ask)),
    lineOf: ({ headers }) => gateway.lineOf(headers.get('x-request-id')),
    stop: async () => {
      await gateway.stop();
      if (options.vendor === undefined) await vendor.stop();
    },
  };
}

function requestOf(
  { door = 'openai-chat', model = 'always', text = 'Hello', stream = false, ...ask }: CacheAsk,
  ownKey: string,
): { readonly path: string; readonly init: RequestInit } {
  const { key = ownKey, fields = {}, headers = {}, signal } = ask;
  return {
    path: pathOf(door, model, stream),
    init: {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        ...(door === 'anthropic-messages' ? { 'anthropic-version': '2023-06-01' } : {}),
        ...headers,
      },
      body: JSON.stringify({ ...bodyOf(door, model, stream, text), ...fields }),
      ...(signal === undefined ? {} : { signal }),
    },
  };
}

/** Asks, and waits until the entry lies in KV: under which name. */
export async function write(
  lab: CacheLab,
  ask: CacheAsk,
): Promise<{ readonly answer: Answer; readonly name: string }> {
  const answer = await lab.ask(ask);
  expect(cacheOf(answer)).toBe('miss');
  const { kv } = lab.gateway.cache;
  const key = answer.headers.get('x-edgeway-cache-key') ?? 'none';
  const name = await vi.waitUntil(() => kv.names().find((one) => one.endsWith(key)), {
    timeout: 10_000,
    interval: 20,
  });
  return { answer, name };
}

/** What the headers of an answer say of the cache, `null` for what they do not say. */
export const cacheTold = ({ headers }: Pick<Answer, 'headers'>) => ({
  cache: headers.get('x-edgeway-cache'),
  age: headers.get('age'),
  cost: headers.get('x-edgeway-cost-usd'),
  attempts: headers.get('x-edgeway-attempts'),
});

/** Of a 200: how the cache says it was answered. */
export function cacheOf(answer: Answer): string | null {
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
  return answer.headers.get('x-edgeway-cache');
}

/** The one call of the vendor whose answer this is; fails for an answer that is mixed of several, or of none. */
export function callOf(answer: Answer): number {
  const numbers = numbersIn(answer.text);
  expect({ numbers, status: answer.status, text: answer.text }).toMatchObject({
    status: 200,
    numbers: [expect.any(Number)],
  });
  return numbers[0] as number; // there is one
}
