/**
 * Traps H6: who may use one model gets no other, whatever kind of credential it is, at whatever door, by whatever
 * spelling. The upstream is asked, not the gateway: it must never have heard of the other model.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ControlledGateway, startGateway } from '../support/gateway.ts';
import { bearer } from '../support/keys/desk.ts';
import { DOORS, type Door, type DoorRequest, enter } from '../support/keys/doors.ts';
import {
  GRANTEE_KINDS,
  type GranteeKind,
  prepareGrantees,
  startTrustedIssuer,
  type TrustedIssuer,
} from '../support/keys/grantees.ts';
import { aliasesOf, allowedModel, forbiddenModel, forbiddenNames } from '../support/keys/spellings.ts';
import { startWitness, VENDOR_IDS, type Witness } from '../support/keys/witness.ts';
import { sendBytes } from '../support/raw-http.ts';

const allowedNames = VENDOR_IDS.map((vendor) => `${vendor}/${allowedModel(vendor)}`);

let witness: Witness;
let trusted: TrustedIssuer;
let gateway: ControlledGateway;
let narrow: Readonly<Record<GranteeKind, string>>;
let nothing: Readonly<Record<GranteeKind, string>>;
beforeAll(async () => {
  [witness, trusted] = [await startWitness(), await startTrustedIssuer()];
  const one = prepareGrantees('one', { models: allowedNames }, trusted);
  const none = prepareGrantees('none', { models: [] }, trusted);
  gateway = await startGateway({
    config: {
      providers: witness.providers,
      models: Object.assign({}, ...VENDOR_IDS.map(aliasesOf)),
      projects: { ...one.projects, ...none.projects },
    },
    keys: [...one.keys, ...none.keys],
    controlPlane: true,
  });
  [narrow, nothing] = [await one.credentials(gateway), await none.credentials(gateway)];
});
afterAll(async () => {
  await gateway.stop();
  await witness.stop();
  await trusted.issuer.stop();
});
beforeEach(() => witness.forget());

const send = (request: DoorRequest, credential: string, headers: Record<string, string> = {}) =>
  enter(gateway.url, request, { ...bearer(credential), ...headers });

interface Attempt {
  readonly door: Door;
  readonly name: unknown;
  readonly request: DoorRequest;
}

/** Those that were not refused as a model that may not be used, or that is none. */
async function unrefused(attempts: readonly Attempt[], credential: string): Promise<object[]> {
  const seen = await Promise.all(
    attempts.map(async ({ door, name, request }) => {
      const response = await send(request, credential);
      const text = await response.text();
      const isRefused = [400, 403, 404, 405].includes(response.status) && text.includes('"error"');
      return isRefused ? [] : [{ door: door.name, name, status: response.status, text }];
    }),
  );
  return seen.flat();
}

const byEveryName = (door: Door): Attempt[] =>
  forbiddenNames(door.vendor).map((name) => ({ door, name, request: door.request(name) }));

describe.each(GRANTEE_KINDS)('a %s with one model of each vendor', (kind) => {
  it.each(DOORS)('gets that model, and by no name another, at $name', async (door) => {
    const granted = await send(door.request(`${door.vendor}/${allowedModel(door.vendor)}`), narrow[kind]);
    expect({ status: granted.status, text: await granted.text() }).toMatchObject({ status: 200 });
    expect(new Set(witness.models)).toEqual(new Set([allowedModel(door.vendor)]));
    witness.forget();
    expect(await unrefused(byEveryName(door), narrow[kind])).toEqual([]);
    expect(witness.calls.map(({ path, body }) => [path, String(body)])).toEqual([]);
  });

  it('is shown no other in the list of models', async () => {
    for (const path of ['/v1/models', '/models', '/v1beta/models']) {
      const response = await fetch(gateway.url + path, { headers: bearer(narrow[kind]) });
      const { data, models } = await response.json();
      const ids = data?.map(({ id }: { id: string }) => id);
      const names = models?.map(({ name }: { name: string }) => name.replace(/^models\//, ''));
      // The document names no model but in its aliases.
      expect((ids ?? names).toSorted()).toEqual(allowedNames.toSorted());
    }
  });

  it('is told nothing of another by its name', async () => {
    for (const vendor of VENDOR_IDS)
      for (const name of forbiddenNames(vendor).filter((one) => one.trim() !== '')) {
        const path = `/v1/models/${encodeURIComponent(name)}`;
        const response = await fetch(gateway.url + path, { headers: bearer(narrow[kind]) });
        expect([name, response.status]).toEqual([name, 404]);
      }
    expect(witness.calls).toHaveLength(0);
  });
});

describe.each(GRANTEE_KINDS)('a %s with no model', (kind) => {
  it('gets none at any door, and is shown none', async () => {
    const attempts = DOORS.flatMap((door) =>
      [allowedModel(door.vendor), ...Object.keys(aliasesOf(door.vendor))]
        .flatMap((name) => [name, `${door.vendor}/${name}`])
        .map((name) => ({ door, name, request: door.request(name) })),
    );
    expect(await unrefused(attempts, nothing[kind])).toEqual([]);
    const response = await fetch(`${gateway.url}/v1/models`, { headers: bearer(nothing[kind]) });
    expect(await response.json()).toEqual({ object: 'list', data: [] });
    expect(witness.calls).toHaveLength(0);
  });
});

describe('who may use everything', () => {
  it.each(DOORS)('does get the model that the others do not, at $name', async (door) => {
    const name = `${door.vendor}/${forbiddenModel(door.vendor)}`;
    const response = await send(door.request(name), gateway.key);
    expect({ status: response.status, text: await response.text() }).toMatchObject({ status: 200 });
    expect(new Set(witness.models)).toEqual(new Set([forbiddenModel(door.vendor)]));
  });
});

describe('a second model, named elsewhere in a request for the granted one,', () => {
  const inBody = DOORS.filter(({ isInPath }) => !isInPath);
  const json = inBody.filter(({ request }) => request('m').contentType === 'application/json');
  const forms = inBody.filter((door) => !json.includes(door));
  const inPath = DOORS.filter((door) => door.isInPath);
  const grantedOf = (door: Door) => `${door.vendor}/${allowedModel(door.vendor)}`;
  const forbiddenOf = (door: Door) => `${door.vendor}/${forbiddenModel(door.vendor)}`;
  const heard = () => [...new Set(witness.models)];

  it.each(DOORS)('in the query or in a header is not heard at $name', async (door) => {
    const { path, ...rest } = door.request(grantedOf(door));
    const query = new URLSearchParams({ model: forbiddenOf(door), deployment: forbiddenModel(door.vendor) });
    const names = ['model', 'x-model', 'x-edgeway-model', 'x-edgeway-alias', 'openai-model', 'x-goog-model'];
    const headers = Object.fromEntries(names.map((name) => [name, forbiddenOf(door)]));
    const response = await send({ path: `${path}?${query}`, ...rest }, narrow['minted key'], headers);
    expect(response.status).toBe(200);
    expect(heard()).toEqual([allowedModel(door.vendor)]);
    for (const { path: asked, headers: sent } of witness.calls)
      expect(JSON.stringify([asked, sent])).not.toContain('forbidden');
  });

  it.each(json)('as a second member of the body is refused at $name', async (door) => {
    const { body, ...rest } = door.request(grantedOf(door));
    const text = String(body);
    const [one, other] = [JSON.stringify(grantedOf(door)), JSON.stringify(forbiddenOf(door))];
    const rewritten = [
      text.replace('{', `{"model":${other},`),
      text.replace(/}$/, `,"model":${other}}`),
      text.replace(/}$/, `,"mod\\u0065l":${other}}`),
      text.replace('{', `{"\\u006dodel":${other},`).replace(one, one),
    ];
    for (const twice of rewritten) {
      const response = await send({ body: twice, ...rest }, narrow['minted key']);
      expect([twice, response.status]).toEqual([twice, 400]);
    }
    expect(witness.calls).toHaveLength(0);
  });

  it.each(json)('in a value that is no text is refused at $name', async (door) => {
    const other = forbiddenOf(door);
    const values = [[other], [grantedOf(door), other], { id: other }, { name: other }, 7, true, false];
    const attempts = values.map((name) => ({ door, name, request: door.request(name) }));
    expect(await unrefused(attempts, narrow['minted key'])).toEqual([]);
    expect(witness.calls).toHaveLength(0);
  });

  it.each(forms)('as a second field of the form is refused at $name', async (door) => {
    const { body, ...rest } = door.request(grantedOf(door));
    const [text, more] = [Buffer.from(body).toString('latin1'), forbiddenOf(door)];
    const part = (head: string) =>
      `------edgeway-test-0123456789\r\nContent-Disposition: form-data; ${head}\r\n\r\n${more}\r\n`;
    for (const head of ['name="model"', 'name=model', 'NAME="model"', 'name="mod\u0065l"; filename=""']) {
      for (const twice of [part(head) + text, text.replace(/-{6}edgeway-test-\d+--/, `${part(head)}$&`)]) {
        const request = { body: new Uint8Array(Buffer.from(twice, 'latin1')), ...rest };
        const response = await send(request, narrow['minted key']);
        await response.arrayBuffer();
        if (response.status !== 200) expect([head, response.status]).toEqual([head, 400]);
      }
    }
    expect(heard()).not.toContain(more);
    expect(witness.calls.map(({ body: sent }) => String(sent)).join()).not.toContain(more);
  });

  it.each(inPath)(
    'in the body beside a path that names the granted one is refused at $name',
    async (door) => {
      const other = `models/${forbiddenModel(door.vendor)}`;
      const bodies = [
        { model: other },
        { model: forbiddenModel(door.vendor) },
        { model: forbiddenOf(door) },
        { generateContentRequest: { model: other } },
        { generate_content_request: { model: other } },
        { requests: [{ content: {} }, { model: other }] },
      ];
      // As a bare name the model keeps its name on the way, and Gemini's bodies pass as they are.
      for (const granted of [grantedOf(door), allowedModel(door.vendor)])
        for (const more of bodies) {
          const response = await send(door.request(granted, more), narrow['minted key']);
          await response.arrayBuffer();
          expect([granted, more, response.status]).toEqual([granted, more, 400]);
        }
      expect(witness.calls).toHaveLength(0);
    },
  );

  it.each(inPath)('is nothing but the granted one again, as clients repeat it, at $name', async (door) => {
    for (const granted of [grantedOf(door), allowedModel(door.vendor)])
      for (const repeated of [granted, `models/${granted}`]) {
        const response = await send(door.request(granted, { model: repeated }), narrow['minted key']);
        expect([repeated, response.status, await response.text()]).toEqual([
          repeated,
          200,
          expect.any(String),
        ]);
      }
  });

  it('behind dots in a path is not reached', async () => {
    const host = new URL(gateway.url).host;
    const [granted, other] = ['gemini/gemini-allowed', 'gemini-forbidden'];
    const body = JSON.stringify({ contents: [{ parts: [{ text: 'hi' }] }] });
    for (const prefix of ['/v1beta', '/v1', ''])
      for (const path of [
        `/models/${granted}/../${other}:generateContent`,
        `/models/${granted}/%2e%2e/${other}:generateContent`,
        `/models/${granted}/..%2f${other}:generateContent`,
        `/models/${granted}%2f..%2f${other}:generateContent`,
        `/models/${granted}:generateContent/../../gemini/${other}:generateContent`,
        `/models/${granted}:generateContent/../${other}:generateContent`,
        `/models/${granted}:generateContent%2f..%2f${other}:generateContent`,
        `/models/gemini/${other}:generateContent:generateContent`,
        `/models/gemini/./${other}:generateContent`,
        `/models//gemini/${other}:generateContent`,
        `/models/${granted};/${other}:generateContent`,
        `/models/${granted}:generateContent?model=models/${other}&x=/models/gemini/${other}:generateContent`,
        `/./models/x/../gemini/${other}:generateContent`,
      ]) {
        const lines = [
          `POST ${prefix}${path} HTTP/1.1`,
          `host: ${host}`,
          `authorization: Bearer ${narrow['minted key']}`,
          'content-type: application/json',
          `content-length: ${body.length}`,
          'connection: close',
        ];
        expect(await sendBytes(gateway.url, `${lines.join('\r\n')}\r\n\r\n${body}`)).toMatch(
          /^HTTP\/1\.1 [24]/,
        );
      }
    expect(heard()).not.toContain(other);
    expect(witness.calls.map(({ path }) => path).join()).not.toContain(other);
  });
});
