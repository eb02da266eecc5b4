/**
 * Responses that a provider keeps: who made one is asked about it, with the credential that made it, and only its own
 * tenant may name it. Two providers, three credentials, and one whose form keeps nothing.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { collect, openAi } from '../support/clients.ts';
import {
  answerText,
  eventsText,
  type KeptResponse,
  type ResponsesVendor,
  startResponsesVendor,
} from '../support/doors/responses-vendor.ts';
import { readError } from '../support/doors/told-error.ts';
import { startVendor, type Vendor } from '../support/doors/vendors.ts';
import { type Gateway, makeKey, startGateway } from '../support/gateway.ts';
import { dataOf } from '../support/streaming.ts';
import { json } from '../support/upstream.ts';

const [FIRST, SECOND, BETA] = ['sk-alpha-first-0001', 'sk-alpha-second-002', 'sk-beta-0000000003'];
const keys = {
  mate: makeKey('mate'),
  otherProject: makeKey('other-project', { project: 'other' }),
  otherOrganization: makeKey('other-organization', { organization: 'elsewhere' }),
  denied: makeKey('denied', { denied_models: ['alpha/*'] }),
  routed: makeKey('routed', { routes: ['/v1/chat/completions'] }),
};

let alpha: ResponsesVendor;
let beta: ResponsesVendor;
let claude: Vendor;
let gateway: Gateway;

const config = () => ({
  providers: {
    alpha: {
      dialect: 'openai-responses',
      base_url: alpha.baseUrl,
      api_keys: [FIRST, SECOND],
      allow_insecure: true,
    },
    beta: { dialect: 'openai-responses', base_url: beta.baseUrl, api_keys: [BETA], allow_insecure: true },
    claude: {
      dialect: 'anthropic-messages',
      base_url: claude.baseUrl,
      api_keys: ['sk-claude'],
      allow_insecure: true,
    },
  },
  models: {
    main: {
      retries: 0,
      targets: [
        { provider: 'alpha', model: 'm-alpha' },
        { provider: 'beta', model: 'm-beta' },
      ],
    },
    'only-alpha': { retries: 0, targets: [{ provider: 'alpha', model: 'm-alpha' }] },
    'only-beta': { retries: 0, targets: [{ provider: 'beta', model: 'm-beta' }] },
    mixed: {
      retries: 0,
      targets: [
        { provider: 'claude', model: 'c' },
        { provider: 'beta', model: 'm-beta' },
      ],
    },
    translated: { retries: 0, targets: [{ provider: 'claude', model: 'c' }] },
  },
});

beforeAll(async () => {
  [alpha, beta] = [await startResponsesVendor([FIRST, SECOND]), await startResponsesVendor([BETA])];
  claude = await startVendor('anthropic-messages', 'from claude');
  gateway = await startGateway({ config: config(), keys: Object.values(keys) });
});
afterAll(async () => {
  for (const one of [gateway, alpha, beta, claude]) await one.stop();
});
beforeEach(() => {
  for (const vendor of [alpha, beta]) {
    vendor.instead(null);
    vendor.calls.length = 0;
  }
});

const PATH = '/v1/responses';
const keyOf = ({ headers }: { headers: Record<string, unknown> }) => headers.authorization;
const as = (key: string) => ({ authorization: `Bearer ${key}` });
const at = (id: string, rest = '') => `${PATH}/${encodeURIComponent(id)}${rest}`;

const create = (fields: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  gateway.post(PATH, { model: 'main', input: 'hi', ...fields }, headers);

interface Made {
  readonly sealed: string;
  readonly kept: KeptResponse;
}

/** A response of alpha, or of beta. */
async function make(vendor: ResponsesVendor = alpha, fields: Record<string, unknown> = {}): Promise<Made> {
  const response = await create({ model: vendor === alpha ? 'only-alpha' : 'only-beta', ...fields });
  expect(response.status).toBe(200);
  const { id } = await response.json();
  vendor.calls.length = 0;
  return { sealed: id, kept: vendor.kept.at(-1) as KeptResponse }; // just made
}

/** What the client should read: the vendor's bytes, with the client's ids in the place of the vendor's. */
const resealed = (text: string, ...pairs: readonly Made[]): string =>
  pairs.reduce((shown, { kept, sealed }) => shown.replaceAll(`"${kept.id}"`, `"${sealed}"`), text);

async function expectNotFound(response: Response) {
  const requestId = response.headers.get('x-request-id');
  expect(response.status).toBe(404);
  const error = readError('openai-responses', 404, await response.text(), requestId);
  expect(error.code).toBe('response_not_found');
  expect(alpha.calls.length + beta.calls.length).toBe(0);
  expect(await gateway.lineOf(requestId)).toMatchObject({ ending: 'rejected', status: 404, attempts: 0 });
}

async function expectBadRequest(response: Response, param: string) {
  const requestId = response.headers.get('x-request-id');
  const text = await response.text();
  expect([response.status, text]).toEqual([400, expect.any(String)]);
  const error = readError('openai-responses', 400, text, requestId);
  expect(error).toMatchObject({ code: 'invalid_request', param });
  expect(error.message).toContain(param);
  expect(alpha.calls.length + beta.calls.length).toBe(0);
}

describe('a new response', () => {
  it('has a sealed id wherever its id stands, and all other bytes as they came', async () => {
    const response = await create();
    const text = await response.text();
    const kept = alpha.kept.at(-1) as KeptResponse; // just made
    const sealed: string = JSON.parse(text).id;
    expect(sealed).toMatch(/^resp_[A-Za-z0-9_-]{60,}$/);
    expect(text).toBe(resealed(answerText(kept), { sealed, kept }));
    expect(response.headers.get('x-edgeway-provider')).toBe('alpha');
    expect(await gateway.lineOf(response.headers.get('x-request-id'))).toMatchObject({
      ending: 'complete',
      route: PATH,
      usage: {
        input_tokens: 11,
        output_tokens: 7,
        cache_read_tokens: 3,
        reasoning_tokens: 2,
        estimated: false,
      },
    });
  });

  it('has one in each event of a stream, and all other bytes as they came', async () => {
    const response = await create({ stream: true });
    const text = await response.text();
    const kept = alpha.kept.at(-1) as KeptResponse; // just made
    const first = JSON.parse(dataOf(text)[0] ?? '');
    const sealed: string = first.response.id;
    expect(sealed).toMatch(/^resp_/);
    expect(sealed).not.toBe(kept.id);
    expect(text).toBe(resealed(eventsText(kept), { sealed, kept }));
    expect(await gateway.lineOf(response.headers.get('x-request-id'))).toMatchObject({
      ending: 'complete',
      usage: { input_tokens: 11, output_tokens: 7, estimated: false },
    });
  });

  it('whose stream breaks off is told as failed under the sealed id', async () => {
    alpha.instead((_, response) => {
      const kept = { id: 'resp_raw_0001', key: '', body: {}, status: 'completed', isDeleted: false };
      const events = eventsText(kept).split('event: response.completed')[0];
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(events);
    });
    const response = await create({ model: 'only-alpha', stream: true });
    const text = await response.text();
    const [first, last] = [dataOf(text).at(0) ?? '', dataOf(text).at(-1) ?? ''].map((data) =>
      JSON.parse(data),
    );
    expect(last).toMatchObject({ type: 'response.failed', response: { status: 'failed' } });
    expect(last.response.id).toBe(first.response.id);
    expect(text).not.toContain('"resp_raw_0001"');
  });

  it('of a translated target has an id that leads nowhere', async () => {
    const response = await create({ model: 'translated' });
    const { id } = await response.json();
    expect(id).toMatch(/^resp_/);
    await expectNotFound(await gateway.request(at(id)));
  });

  it('sends the client’s OpenAI-Beta on, and nothing of its key', async () => {
    await create({}, { 'openai-beta': 'responses=v1', 'x-other': 'no' });
    const { headers } = alpha.calls[0] as { headers: Record<string, unknown> }; // it was called
    expect(headers['openai-beta']).toBe('responses=v1');
    expect(headers['x-other']).toBeUndefined();
    expect(JSON.stringify(headers)).not.toContain(gateway.key);
  });
});

describe('a stored response', () => {
  it('is read where it was made, again and again, under one id', async () => {
    const made = await make();
    for (const _ of [1, 2]) {
      const response = await gateway.request(at(made.sealed));
      expect(await response.text()).toBe(resealed(answerText(made.kept), made));
      expect(response.headers.get('x-edgeway-provider')).toBe('alpha');
      expect(response.headers.get('x-edgeway-model')).toBe('m-alpha');
      expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    }
    expect(alpha.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /v1/responses/${made.kept.id}`,
      `GET /v1/responses/${made.kept.id}`,
    ]);
    expect(beta.calls).toHaveLength(0);
  });

  it.each(['', '/v1'])('is read at %s/responses, its query passed on as it is', async (prefix) => {
    const made = await make();
    const query = '?include[]=reasoning.encrypted_content&include%5B%5D=a%20b&x=1';
    const response = await gateway.request(`${prefix}/responses/${made.sealed}${query}`);
    expect(response.status).toBe(200);
    expect(alpha.calls[0]?.path).toBe(`/v1/responses/${made.kept.id}${query}`);
  });

  it('costs nothing once more', async () => {
    const made = await make();
    for (const [path, method] of [
      [at(made.sealed), 'GET'],
      [at(made.sealed, '?stream=true'), 'GET'],
      [at(made.sealed, '/input_items'), 'GET'],
      [at(made.sealed), 'DELETE'],
    ] as const) {
      const response = await gateway.request(path, { method });
      expect(response.status).toBe(200);
      await response.text();
      const line = await gateway.lineOf(response.headers.get('x-request-id'));
      expect(line).toMatchObject({ ending: 'complete', status: 200, attempts: 1, usage: null });
    }
  });

  it.each(['?stream=true', '?stream=true&starting_after=2'])('is streamed again with %s', async (query) => {
    const made = await make();
    const response = await gateway.request(at(made.sealed, query));
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const after = Number(new URLSearchParams(query).get('starting_after') ?? -1);
    expect(await response.text()).toBe(resealed(eventsText(made.kept, after), made));
    expect(alpha.calls[0]?.path).toBe(`/v1/responses/${made.kept.id}${query}`);
  });

  it('has input items, a page at a time', async () => {
    const made = await make();
    const query = '?limit=2&after=msg_0&order=asc';
    const response = await gateway.request(at(made.sealed, `/input_items${query}`));
    const body = await response.json();
    expect(body).toMatchObject({ object: 'list', first_id: 'msg_in', has_more: false });
    expect(JSON.stringify(body)).not.toContain(made.kept.id);
    expect(alpha.calls[0]?.path).toBe(`/v1/responses/${made.kept.id}/input_items${query}`);
  });

  it('is deleted under the client’s id, and then it is gone', async () => {
    const made = await make();
    const response = await gateway.request(at(made.sealed), { method: 'DELETE' });
    expect(await response.json()).toEqual({ id: made.sealed, object: 'response', deleted: true });
    expect(alpha.calls[0]?.method).toBe('DELETE');
    const again = await gateway.request(at(made.sealed));
    expect(again.status).toBe(404);
    const text = await again.text();
    readError('openai-responses', 404, text, again.headers.get('x-request-id'));
    expect(text).not.toContain(made.kept.id);
  });

  it('in the background is asked for, watched and cancelled', async () => {
    const made = await make(alpha, { background: true });
    const queued = await (await gateway.request(at(made.sealed))).json();
    expect(queued).toMatchObject({ id: made.sealed, status: 'queued', background: true });
    const cancel = await gateway.request(at(made.sealed, '/cancel'), { method: 'POST' });
    expect(cancel.status).toBe(200);
    expect(await cancel.text()).toBe(resealed(answerText(made.kept), made));
    expect(made.kept.status).toBe('cancelled');
    expect(alpha.calls.at(-1)).toMatchObject({
      method: 'POST',
      path: `/v1/responses/${made.kept.id}/cancel`,
    });
    const after = await gateway.request(at(made.sealed));
    expect(after.status).toBe(200);
    expect(await after.json()).toMatchObject({ status: 'cancelled' });
  });

  it('that failed is shown as it is', async () => {
    const made = await make();
    made.kept.status = 'failed';
    const response = await gateway.request(at(made.sealed));
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(resealed(answerText(made.kept), made));
    const line = await gateway.lineOf(response.headers.get('x-request-id'));
    expect(line).toMatchObject({ ending: 'complete', status: 200, usage: null });
  });

  it('that is not to be cancelled is told so in the provider’s words', async () => {
    const made = await make();
    const response = await gateway.request(at(made.sealed, '/cancel'), { method: 'POST' });
    expect(response.status).toBe(400);
    expect((await response.json()).error.message).toContain('background=true');
  });

  it('goes to the credential that made it, though another comes first', async () => {
    alpha.instead((call, ...rest) => {
      alpha.instead(null);
      return json({ error: { message: 'slow down', code: 'rate_limit_exceeded' } }, 429)(call, ...rest);
    });
    const response = await create({ model: 'only-alpha' });
    expect(response.headers.get('x-edgeway-attempts')).toBe('2');
    const { id } = await response.json();
    const [refused, maker] = alpha.calls.map(keyOf);
    expect(maker).toBe(`Bearer ${alpha.kept.at(-1)?.key}`);
    expect(maker).not.toBe(refused);
    alpha.calls.length = 0;
    for (const [path, method] of [
      [at(id), 'GET'],
      [at(id, '/input_items'), 'GET'],
      [at(id), 'DELETE'],
    ] as const) {
      expect((await gateway.request(path, { method })).status).toBe(200);
    }
    expect(alpha.calls.map(keyOf)).toEqual([maker, maker, maker]);
  });

  it('goes to the provider that made it, though another comes first', async () => {
    alpha.instead(json({ error: { message: 'broken' } }, 500));
    const response = await create();
    expect(response.headers.get('x-edgeway-provider')).toBe('beta');
    const { id } = await response.json();
    alpha.instead(null);
    alpha.calls.length = 0;
    beta.calls.length = 0;
    const read = await gateway.request(at(id));
    expect((await read.json()).id).toBe(id);
    expect(read.headers.get('x-edgeway-provider')).toBe('beta');
    expect([alpha.calls.length, beta.calls.map(keyOf)]).toEqual([0, [`Bearer ${BETA}`]]);
  });

  it.each([
    ['429', 429, 429],
    ['500', 500, 500],
    ['401', 401, 502],
  ])('is asked of nobody else when its provider answers %s', async (_, status, shown) => {
    const made = await make();
    alpha.instead(json({ error: { message: 'not now', type: 't', param: null, code: 'c' } }, status));
    const response = await gateway.request(at(made.sealed));
    expect(response.status).toBe(shown);
    readError('openai-responses', shown, await response.text(), response.headers.get('x-request-id'));
    expect(new Set(alpha.calls.map(keyOf))).toEqual(new Set([`Bearer ${made.kept.key}`]));
    expect(beta.calls).toHaveLength(0);
  });

  it('survives a restart of the gateway with the same configuration', async () => {
    const made = await make();
    const again = await startGateway({ config: config(), keys: Object.values(keys) });
    try {
      const response = await again.request(at(made.sealed));
      expect(await response.text()).toBe(resealed(answerText(made.kept), made));
    } finally {
      await again.stop();
    }
  });

  it('is nobody’s once its credential is gone from the configuration', async () => {
    const made = await make();
    const { alpha: _, ...providers } = config().providers;
    const { 'only-beta': onlyBeta } = config().models;
    const poorer = await startGateway({ config: { providers, models: { 'only-beta': onlyBeta } } });
    try {
      const response = await poorer.request(at(made.sealed));
      expect(response.status).toBe(404);
      expect((await response.json()).error.code).toBe('response_not_found');
    } finally {
      await poorer.stop();
    }
  });

  it('is there for OpenAI’s own client', async () => {
    const client = openAi(gateway);
    const made = await client.responses.create({ model: 'only-alpha', input: 'hi', background: true });
    expect((await client.responses.retrieve(made.id)).id).toBe(made.id);
    const items = await client.responses.inputItems.list(made.id, { limit: 1 });
    expect(items.data).toHaveLength(1);
    const events = await collect(
      await client.responses.retrieve(made.id, { stream: true, starting_after: 3 }),
    );
    expect(events.map(({ type }) => type)).toEqual(['response.output_text.done', 'response.completed']);
    expect((await client.responses.cancel(made.id)).status).toBe('cancelled');
    await client.responses.delete(made.id);
    await expect(client.responses.retrieve(made.id)).rejects.toMatchObject({ status: 404 });
  });
});

describe('an id', () => {
  const CALLS = [
    ['GET', ''],
    ['GET', '?stream=true'],
    ['DELETE', ''],
    ['POST', '/cancel'],
    ['GET', '/input_items'],
  ] as const;

  it.each(CALLS)('is good for another key of the project (%s %s)', async (method, rest) => {
    const made = await make(alpha, { background: true });
    const response = await gateway.request(at(made.sealed, rest), { method, headers: as(keys.mate.key) });
    expect(response.status).toBe(200);
    await response.text();
  });

  it.each(CALLS)('is nothing for other tenants (%s %s)', async (method, rest) => {
    const made = await make();
    for (const { key } of [keys.otherProject, keys.otherOrganization]) {
      await expectNotFound(await gateway.request(at(made.sealed, rest), { method, headers: as(key) }));
    }
  });

  it.each(CALLS)('of a model that the key may not use is refused (%s %s)', async (method, rest) => {
    const made = await make();
    const response = await gateway.request(at(made.sealed, rest), { method, headers: as(keys.denied.key) });
    expect(response.status).toBe(403);
    const text = await response.text();
    const error = readError('openai-responses', 403, text, response.headers.get('x-request-id'));
    expect(error.code).toBe('model_not_allowed');
    expect(text).not.toContain(made.kept.id);
    expect(alpha.calls).toHaveLength(0);
  });

  it('is not looked at for a key that may not use the route, or for none', async () => {
    const made = await make();
    const path = at(made.sealed);
    expect((await gateway.request(path, { headers: as(keys.routed.key) })).status).toBe(403);
    expect((await fetch(gateway.url + path)).status).toBe(401);
    expect((await fetch(`${gateway.url}${path}?api_key=${gateway.key}`)).status).toBe(401);
    expect(alpha.calls).toHaveLength(0);
  });

  it('that was changed anywhere is nobody’s', async () => {
    const { sealed } = await make();
    const last = sealed.length - 1;
    for (const place of [5, 6, 7, 15, 20, 30, 60, Math.floor(sealed.length / 2), last - 4]) {
      const other = sealed[place] === 'A' ? 'B' : 'A';
      const forged = sealed.slice(0, place) + other + sealed.slice(place + 1);
      await expectNotFound(await gateway.request(at(forged)));
    }
    for (const forged of [sealed.slice(0, -4), `${sealed}AAAA`, sealed.toLowerCase(), sealed.slice(5)]) {
      await expectNotFound(await gateway.request(at(forged)));
    }
  });

  it.each([
    'resp_',
    'resp_abc',
    'x',
    'resp_!!!!',
    '..%2f..',
    `resp_${'A'.repeat(5000)}`,
    `resp_${'-_'.repeat(60)}`,
    'resp_é',
    '%00',
    '{"a":1}',
  ])('%s is nobody’s', async (id) => {
    for (const [method, rest] of CALLS) {
      const response = await gateway.request(at(id, rest), { method });
      await expectNotFound(response);
    }
  });

  it('of the provider itself is nobody’s', async () => {
    const made = await make();
    await expectNotFound(await gateway.request(at(made.kept.id)));
  });

  it.each([
    ['PUT', '', ['GET', 'DELETE']],
    ['PATCH', '', ['GET', 'DELETE']],
    ['POST', '', ['GET', 'DELETE']],
    ['GET', '/cancel', ['POST']],
    ['DELETE', '/cancel', ['POST']],
    ['POST', '/input_items', ['GET']],
  ])('has no %s %s', async (method, rest, allowed) => {
    const made = await make();
    const response = await gateway.request(at(made.sealed, rest), { method });
    expect(response.status).toBe(405);
    expect((response.headers.get('allow') ?? '').split(/, */).toSorted()).toEqual(allowed.toSorted());
    readError('openai-responses', 405, await response.text(), response.headers.get('x-request-id'));
    expect(alpha.calls).toHaveLength(0);
  });
});

describe('previous_response_id', () => {
  it.each([false, true])('leads to where the response was made (stream: %s)', async (stream) => {
    const made = await make(beta);
    const response = await create({ previous_response_id: made.sealed, stream });
    const text = await response.text();
    expect(response.status).toBe(200);
    const kept = beta.kept.at(-1) as KeptResponse; // just made
    expect(kept.body).toEqual({
      model: 'm-beta',
      input: 'hi',
      stream,
      previous_response_id: made.kept.id,
    });
    expect([alpha.calls.length, beta.calls.map(keyOf)]).toEqual([0, [`Bearer ${BETA}`]]);
    const body = JSON.parse(stream ? (dataOf(text).at(-1) ?? '') : text);
    const answer = stream ? body.response : body;
    expect(answer.previous_response_id).toBe(made.sealed);
    const wanted = stream ? eventsText(kept) : answerText(kept);
    expect(text).toBe(resealed(wanted, { sealed: answer.id, kept }, made));
    expect(await gateway.lineOf(response.headers.get('x-request-id'))).toMatchObject({
      alias: 'main',
      provider: 'beta',
      usage: { input_tokens: 11 },
    });
  });

  it('leads to the credential that made the response', async () => {
    alpha.instead((call, ...rest) => {
      alpha.instead(null);
      return json({ error: { message: 'slow down' } }, 429)(call, ...rest);
    });
    const { id } = await (await create({ model: 'only-alpha' })).json();
    const [refused, maker] = alpha.calls.map(keyOf);
    expect(maker).not.toBe(refused);
    alpha.calls.length = 0;
    const response = await create({ previous_response_id: id });
    expect(response.status).toBe(200);
    expect(alpha.calls.map(keyOf)).toEqual([maker]);
    expect((await response.json()).previous_response_id).toBe(id);
  });

  it('goes on and on', async () => {
    let previous: string | null = null;
    for (let turn = 0; turn < 4; turn += 1) {
      const response = await create({ model: 'only-alpha', previous_response_id: previous });
      const body = await response.json();
      expect(response.status).toBe(200);
      expect(body.previous_response_id).toBe(previous);
      previous = body.id;
    }
    const read = await (await gateway.request(at(previous ?? ''))).json();
    expect(read.id).toBe(previous);
    // Nothing of the provider's own comes out.
    expect(JSON.stringify(read).includes(alpha.kept.at(-2)?.id ?? 'none')).toBe(false);
    expect(read.previous_response_id).toMatch(/^resp_/);
  });

  it('of null asks for nothing', async () => {
    expect((await create({ previous_response_id: null })).status).toBe(200);
    expect((await create({ previous_response_id: null, model: 'translated' })).status).toBe(200);
  });

  it.each([
    ['of nobody', () => 'resp_abc'],
    ['of the provider itself', (made: Made) => made.kept.id],
    ['that was changed', ({ sealed }: Made) => `${sealed.slice(0, -4)}AAAA`],
    ['that is empty', () => ''],
  ])('%s is refused', async (_, idOf) => {
    const made = await make();
    for (const model of ['main', 'translated', 'alpha/m-alpha']) {
      const response = await create({ model, previous_response_id: idOf(made) });
      await expectBadRequest(response, 'previous_response_id');
    }
  });

  it('of another tenant is refused', async () => {
    const made = await make();
    for (const { key } of [keys.otherProject, keys.otherOrganization]) {
      const response = await create({ previous_response_id: made.sealed }, as(key));
      await expectBadRequest(response, 'previous_response_id');
    }
  });

  it('of a provider to which the model does not lead is refused', async () => {
    const made = await make(alpha);
    const before = claude.calls('').length;
    for (const model of ['only-beta', 'mixed', 'translated', 'beta/m-beta', 'claude/c']) {
      const response = await create({ model, previous_response_id: made.sealed });
      await expectBadRequest(response, 'previous_response_id');
    }
    expect(claude.calls('')).toHaveLength(before);
  });

  it('of a model that the key may not use is refused', async () => {
    const made = await make(alpha);
    const response = await create({ previous_response_id: made.sealed }, as(keys.denied.key));
    expect([400, 403]).toContain(response.status);
    expect(alpha.calls.length + beta.calls.length).toBe(0);
  });

  it('passes over a target of another form that comes first', async () => {
    const made = await make(beta);
    const response = await create({ model: 'mixed', previous_response_id: made.sealed });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-edgeway-provider')).toBe('beta');
    expect(beta.kept.at(-1)?.body.previous_response_id).toBe(made.kept.id);
  });

  it.each([429, 500, 529])(
    'is never gone on from elsewhere, though its provider answers %i',
    async (status) => {
      const made = await make(alpha);
      alpha.instead(json({ error: { message: 'not now', type: 't', param: null, code: null } }, status));
      const response = await create({ previous_response_id: made.sealed });
      expect(response.status).toBe(status);
      expect((await response.json()).error.code).toBe('provider_error');
      expect(new Set(alpha.calls.map(keyOf))).toEqual(new Set([`Bearer ${made.kept.key}`]));
      expect(beta.calls).toHaveLength(0);
    },
  );

  it('of a response that the provider has forgotten is refused in its words, under the client’s id', async () => {
    const made = await make(alpha);
    made.kept.isDeleted = true;
    const response = await create({ previous_response_id: made.sealed });
    expect(response.status).toBe(400);
    const text = await response.text();
    expect(JSON.parse(text).error.code).toBe('previous_response_not_found');
    expect(text).not.toContain(made.kept.id);
  });
});

describe('what only the provider can do', () => {
  it('is refused of a translated target: background', async () => {
    const response = await create({ model: 'translated', background: true });
    await expectBadRequest(response, 'background');
  });

  it('goes to the next target that can', async () => {
    const response = await create({ model: 'mixed', background: true });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-edgeway-provider')).toBe('beta');
    expect(await response.json()).toMatchObject({ status: 'queued' });
  });

  it.each(['main', 'translated'])('is refused where tenants would meet: conversation (%s)', async (model) => {
    for (const conversation of ['conv_123', { id: 'conv_123' }]) {
      await expectBadRequest(await create({ model, conversation }), 'conversation');
    }
  });
});

it('no key of a provider stands in the log of all this', () => {
  for (const key of [FIRST, SECOND, BETA]) expect(gateway.output()).not.toContain(key);
});
