/** What the credentials' tests share: a provider, and a token endpoint made of a function. */
import type { Transport } from '../../../../src/context.ts';
import { IsolateCache } from '../../../../src/isolate-cache.ts';
import type { AuthorizeDeps } from '../../../../src/providers/credentials/authorize.ts';
import type { OutgoingCall } from '../../../../src/providers/credentials/outgoing-call.ts';
import { providerWith } from '../../../support/provider.ts';

export const PROVIDER = providerWith();

export const CALL: OutgoingCall = {
  url: 'https://api.acme.example/v1/chat/completions',
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'application/json' },
  body: new TextEncoder().encode('{"model":"acme-1"}'),
};

export interface TokenEndpoint {
  readonly deps: AuthorizeDeps;
  readonly clock: { now: number };
  /** What was asked for, in order. */
  readonly asked: { url: string; init: RequestInit; form: URLSearchParams }[];
}

/** 2026-11-24T09:30:15Z. */
export const NOW = 1_795_512_615_000;

export function createEndpoint(
  answer: (form: URLSearchParams, count: number) => Response | Promise<Response>,
): TokenEndpoint {
  const clock = { now: NOW };
  const asked: TokenEndpoint['asked'] = [];
  const fetch: Transport = async (url, init) => {
    const form = new URLSearchParams(String(init.body));
    asked.push({ url, init, form });
    return answer(form, asked.length);
  };
  const now = () => clock.now;
  const tokens = new IsolateCache<string>({ maxEntries: 10, ttlMs: 86_400_000, now });
  return { deps: { fetch, now, tokens, signal: new AbortController().signal }, clock, asked };
}

export const nobodyToAsk = (): AuthorizeDeps =>
  createEndpoint(() => {
    throw new Error('no token endpoint here');
  }).deps;

/** The error that a promise (or a call) ends in. */
export async function failureOf(act: () => unknown): Promise<unknown> {
  try {
    await act();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
