/** Keys that the admin API mints, and what becomes of whoever uses them. */
import { createHash } from 'node:crypto';
import { expect, vi } from 'vitest';
import type { ControlledGateway } from './gateway.ts';

export const SIMULATED_MODEL = 'simulator/sim-fast';

export interface MintedKey {
  readonly id: string;
  /** What the client sends. */
  readonly key: string;
}

/** What became of a request; of a refusal also its code and its whole body. */
export interface Usage {
  readonly status: number;
  readonly code: string | null;
  readonly body: string | null;
}

/** The body, of an answer that has this status. */
export async function bodyOf<Value>(answer: Promise<Response>, status: number): Promise<Value> {
  const response = await answer;
  const text = await response.text();
  expect({ status: response.status, text }).toEqual({ status, text: expect.any(String) });
  return JSON.parse(text) as Value; // the test says what it expects
}

export const mintKey = (gateway: ControlledGateway, fields: object = {}): Promise<MintedKey> =>
  bodyOf(gateway.admin('POST', '/keys', { name: 'app', ...fields }), 201);

/** `rotate`, `disable`, `enable`, `revoke`. */
export const changeKey = (
  gateway: ControlledGateway,
  { id }: Pick<MintedKey, 'id'>,
  action: string,
): Promise<unknown> => bodyOf(gateway.admin('POST', `/keys/${id}/${action}`), 200);

export async function mintNarrowToken(url: string, { key }: Pick<MintedKey, 'key'>): Promise<string> {
  const init = { method: 'POST', headers: { authorization: `Bearer ${key}` } };
  return (await bodyOf<{ token: string }>(fetch(`${url}/v1/keys/token`, init), 201)).token;
}

/** Asks the simulator for a chat. */
export async function useKey(
  key: string,
  url: string,
  { path = '/v1/chat/completions', model = SIMULATED_MODEL } = {},
): Promise<Usage> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
  });
  const body = await response.text();
  if (response.status === 200) return { status: 200, code: null, body: null };
  return { status: response.status, code: JSON.parse(body).error.code, body };
}

/** The names of its copies in KV. */
export const copiesOf = ({ id, key }: MintedKey): [byHash: string, byId: string] => [
  `key/${createHash('sha256').update(key).digest('hex')}`,
  `key-id/${id}`,
];

/** Both its copies are in KV. */
export const untilPublished = ({ kv }: ControlledGateway, key: MintedKey): Promise<void> =>
  vi.waitFor(() => expect(copiesOf(key).map((name) => kv.read(name))).not.toContain(null), 10_000);
