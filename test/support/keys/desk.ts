/** What tests do at the admin API's keys, projects and organisations, and how they wait for a credential to end. */
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { createMintedKey } from '../../../src/keys/minted-key.ts';
import type { ControlledGateway } from '../gateway.ts';

/** What the docs promise for a change elsewhere. */
export const BOUND_MS = 5000;

export interface Minted {
  readonly id: string;
  readonly key: string;
  readonly [field: string]: unknown;
}

export interface MintedToken {
  readonly token: string;
  readonly id: string;
  readonly expires_at: string;
}

type Resource = Readonly<Record<string, unknown>> & { readonly id: string };

export interface KeyDesk {
  mint(fields?: Record<string, unknown>, headers?: Record<string, string>): Promise<Minted>;
  patch(id: string, fields: Record<string, unknown>): Promise<Resource>;
  /** `rotate` answers with a key, the others with `key: undefined`. */
  act(id: string, action: string, body?: unknown): Promise<Minted>;
  remove(id: string): Promise<void>;
  /** Makes a project or an organisation, or finds the one that a key has brought into being. */
  tenant(kind: 'projects' | 'organizations', name: string, fields?: object): Promise<Resource>;
  setTenant(kind: 'projects' | 'organizations', id: string, action: 'disable' | 'enable'): Promise<void>;
  /** From a credential, at the given isolate. */
  mintToken(credential: string, body?: object, url?: string): Promise<MintedToken>;
}

export function openKeyDesk(gateway: ControlledGateway): KeyDesk {
  const ask = async <Body>(
    status: number,
    ...call: Parameters<ControlledGateway['admin']>
  ): Promise<Body> => {
    const response = await gateway.admin(...call);
    const text = await response.text();
    expect({ call, status: response.status, text }).toMatchObject({ call, status });
    return JSON.parse(text) as Body; // the admin API's own tests hold its shapes
  };
  return {
    mint: (fields = {}, headers = {}) => ask(201, 'POST', '/keys', { name: 'app', ...fields }, headers),
    patch: (id, fields) => ask(200, 'PATCH', `/keys/${id}`, fields),
    act: (id, action, body) => ask(200, 'POST', `/keys/${id}/${action}`, body),
    remove: (id) => ask(200, 'DELETE', `/keys/${id}`),
    tenant: async (kind, name, fields = {}) => {
      const query = `/${kind}?search=${encodeURIComponent(name)}`;
      const { data } = await ask<{ data: readonly Resource[] }>(200, 'GET', query);
      const known = data.find((one) => one.name === name);
      return known ?? ask(201, 'POST', `/${kind}`, { name, ...fields });
    },
    setTenant: (kind, id, action) => ask(200, 'POST', `/${kind}/${id}/${action}`),
    mintToken: async (credential, body = {}, url = gateway.url) => {
      const response = await postToken(url, credential, body);
      const text = await response.text();
      expect({ status: response.status, text }).toMatchObject({ status: 201 });
      return JSON.parse(text) as MintedToken; // its shape has a test of its own
    },
  };
}

/** `POST /v1/keys/token`; a text is sent as it is. */
export const postToken = (
  url: string,
  credential: string,
  body: object | string = {},
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(`${url}/v1/keys/token`, {
    method: 'POST',
    headers: { ...bearer(credential), 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

export const bearer = (credential: string): { readonly authorization: string } => ({
  authorization: `Bearer ${credential}`,
});

/** A key as the admin API mints them, that it never minted. */
export const unknownKey = (): string => createMintedKey((length) => randomBytes(length));

/** The same text with another letter at this place. */
export const withTypo = (text: string, at = 10): string =>
  text.slice(0, at) + (text[at] === 'x' ? 'y' : 'x') + text.slice(at + 1);

/** The status of the cheapest request that needs a credential. */
export async function statusOf(
  url: string,
  credential: string,
  headers: Record<string, string> = {},
): Promise<number> {
  const response = await fetch(`${url}/v1/models`, { headers: { ...bearer(credential), ...headers } });
  await response.arrayBuffer();
  return response.status;
}

/** Asks until the credential gets this status, and says how long that took; gives up after three bounds. */
export async function msUntil(status: number, credential: string, url: string): Promise<number> {
  const startedAt = Date.now();
  for (;;) {
    const seen = await statusOf(url, credential);
    const elapsed = Date.now() - startedAt;
    if (seen === status) return elapsed;
    if (elapsed > 3 * BOUND_MS) throw new Error(`still ${seen}, not ${status}, after ${elapsed} ms`);
  }
}
