/**
 * The admin API fuzzed from its own description: whatever is sent, the answer is one of those that are described, and no
 * secret is in it.
 */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaintsAbout, lossesIn, readErrorCodes } from '../support/admin/answer-rules.ts';
import { type DescribedOperation, describeApi } from '../support/admin/described-api.ts';
import { makeDraft, toCall } from '../support/admin/drafts.ts';
import { createFuzzWorld, type FuzzWorld } from '../support/admin/fuzz-world.ts';
import { WAYS } from '../support/admin/odd-requests.ts';
import {
  inParallel,
  openRawClient,
  type RawAnswer,
  type RawCall,
  type RawClient,
} from '../support/admin/raw-client.ts';
import { openSecretWatch, PLANTED, type SecretWatch } from '../support/admin/secret-watch.ts';
import { makeFastDirectory } from '../support/admin/storage.ts';
import { ADMIN_TOKEN } from '../support/control-plane.ts';
import { type ControlledGateway, makeKey, startGateway, type TestKey } from '../support/gateway.ts';
import { type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts';
import { bodyOf, mintKey, untilPublished, useKey } from '../support/minted-keys.ts';
import { type Seeded, seeded } from '../support/seeded.ts';

/** `FUZZ_SEED` makes another run. */
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_121);
const REQUESTS_PER_OPERATION = 150;
const MASTER_SECRET = 'a master secret of the fuzzer 0123456789abcdef';
const AUDIENCE = 'edgeway-admin';
/** How often each operation has to succeed: else the fuzzer did not get far enough into it. */
const LEAST_SUCCESSES = 3;

let directory: string;
let provider: IdentityProvider;
let gateway: ControlledGateway;
let client: RawClient;
let operations: DescribedOperation[];
let world: FuzzWorld;
let watch: SecretWatch;
const own: TestKey = makeKey('own');

beforeAll(async () => {
  directory = makeFastDirectory();
  provider = await startIdentityProvider();
  const document = {
    providers: {
      simulator: {},
      house: { base_url: 'https://house.example.com/v1', api_keys: [`${PLANTED}-of-the-document`] },
    },
    admin: {
      identity: [
        {
          issuer: provider.issuer,
          audience: AUDIENCE,
          allow_insecure: true,
          grants: [{ group: 'owners', role: 'owner' }],
        },
      ],
    },
  };
  const jwt = await provider.token(AUDIENCE, { groups: ['owners'] });
  gateway = await startGateway({
    config: document,
    keys: [own],
    vars: { MASTER_SECRET },
    controlPlane: { directory },
  });
  client = openRawClient(gateway.url, 4);
  operations = describeApi(await (await gateway.admin('GET', '/openapi.json')).text());
  world = createFuzzWorld({ ...document, keys: [own.entry] }, [ADMIN_TOKEN, ADMIN_TOKEN, jwt]);
  watch = openSecretWatch([ADMIN_TOKEN, MASTER_SECRET, jwt, own.key, gateway.key]);
});
afterAll(async () => {
  client.close();
  await gateway.stop();
  await provider.server.stop();
  rmSync(directory, { recursive: true, force: true });
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Attempt {
  readonly what: string;
  readonly call: RawCall;
  readonly field: string | null;
}

function makeAttempt(operation: DescribedOperation, random: Seeded): Attempt {
  const { draft, body } = makeDraft(operation, random, world.sources(random));
  const valid = { what: 'valid', call: toCall(draft), field: null };
  if (random.chance(0.4)) return valid;
  // A way that has nothing to spoil here makes room for another one.
  for (let tries = 0; tries < 10; tries += 1) {
    const [what, way] = random.pick(WAYS);
    const spoilt = way({ operation, draft, body }, random);
    if (spoilt !== null) return { what, call: toCall(spoilt.draft), field: spoilt.field };
  }
  return valid;
}

/** Whether what was sent is still a request to this operation: not if its path or method was changed. */
const isMeant = ({ what, call }: Attempt, { method }: DescribedOperation): boolean =>
  call.method === method && what !== 'an odd path';

/** Enough to send it again by hand. */
const tell = ({ what, call }: Attempt, { status, text }: RawAnswer): string =>
  [what, call.method, call.path, call.body ?? '', JSON.stringify(call.headers), status, text]
    .map((part) => String(part).slice(0, 300))
    .join(' | ');

/** Operations that answer with what they were sent. */
const KEEPING = ['createKey', 'updateKey', 'createProject', 'updateProject', 'createOrganization'];

/** As the gateway reads it: without a mark of its byte order, and bytes that are no text as the sign for such. */
const sentBody = ({ body = '' }: RawCall): unknown => JSON.parse(new TextDecoder().decode(Buffer.from(body)));

describe('the admin API under a fuzzer', () => {
  const complaints: string[] = [];
  const successes = new Map<string, number>();
  const refusals = new Map<string, number>();
  let sent = 0;

  const count = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);

  function judge(operation: DescribedOperation, attempt: Attempt, answer: RawAnswer, where: string): void {
    const meant = isMeant(attempt, operation) ? operation : null;
    const { what, call, field } = attempt;
    const asked = { method: call.method, operation: meant, field, isValid: what === 'valid' };
    const isDone = meant !== null && answer.status < 300;
    const found = [
      ...complaintsAbout(answer, asked, codes),
      ...(isDone && KEEPING.includes(operation.id) ? lossesIn(sentBody(call), JSON.parse(answer.text)) : []),
    ];
    if (found.length > 0) complaints.push(`${operation.id}: ${found.join(', ')}: ${tell(attempt, answer)}`);
    if (answer.status >= 400) count(refusals, operation.id);
    if (isDone) {
      count(successes, operation.id);
      if (operation.id.startsWith('create')) world.learn(answer.text);
    }
    watch.lookAt(answer.text, where);
    watch.lookAt(JSON.stringify([...answer.headers]), `${where} (headers)`);
  }

  const codes = readErrorCodes();

  it('answers as it is described, whatever is sent', { timeout: 180_000 }, async () => {
    const random = seeded(SEED);
    for (let round = 0; round < REQUESTS_PER_OPERATION; round += 1)
      for (const operation of operations.toSorted(() => random.next() - 0.5)) {
        const attempt = makeAttempt(operation, random);
        sent += 1;
        judge(operation, attempt, await client.send(attempt.call), `${operation.id} ${sent}`);
      }
    expect(complaints.slice(0, 20)).toEqual([]);
    expect(sent).toBe(operations.length * REQUESTS_PER_OPERATION);
  });

  it('has met the good and the bad end of every operation', () => {
    const rarely = operations.filter(({ id }) => (successes.get(id) ?? 0) < LEAST_SUCCESSES);
    expect(rarely.map(({ id }) => [id, successes.get(id)])).toEqual([]);
    expect(operations.filter(({ id }) => !refusals.has(id)).map(({ id }) => id)).toEqual([]);
  });

  it('has shown each key once, to whoever minted it, and no secret or hash to anybody', () => {
    const shown = [...world.documentHashes, own.entry.sha256].filter((hash) => watch.hasSeen(hash));
    expect([watch.findings(), shown]).toEqual([[], []]);
    const places = [...watch.sightings.values()];
    expect(places.filter((where) => where.length !== 1)).toEqual([]);
    const minting = /^(createKey|rotateKey|claimRequest) \d+$/;
    expect(places.flat().filter((where) => !minting.test(where))).toEqual([]);
    expect(places.length).toBeGreaterThan(50);
  });

  it('has left no secret in the log, and in KV none but what it keeps there', async () => {
    await untilPublished(gateway, await mintKey(gateway, { name: 'the last one' }));
    const minted = [...watch.sightings.keys()];
    const secrets = [ADMIN_TOKEN, MASTER_SECRET, own.key, gateway.key, ...minted];
    const log = openSecretWatch(secrets);
    log.lookAt(gateway.output(), 'the log');
    const hashes = [...minted.map(sha256), ...world.documentHashes].filter((hash) => log.hasSeen(hash));
    expect([log.findings(), [...log.sightings], hashes]).toEqual([[], [], []]);
    const stored = gateway.kv.names().map((name) => [name, gateway.kv.read(name) ?? ''] as const);
    expect(stored.length).toBeGreaterThan(minted.length);
    for (const [name, value] of stored) {
      expect(secrets.filter((secret) => value.includes(secret))).toEqual([]);
      // The document is there as it is, with literal secrets if it has any.
      if (name !== 'copy/config') expect(value).not.toContain(PLANTED);
      if (name.startsWith('copy/'))
        expect(minted.map(sha256).filter((hash) => value.includes(hash))).toEqual([]);
    }
  });

  it('has not torn the audit trail, and every entry of it can be had', async () => {
    const verdict = await bodyOf<{ valid: boolean; entries: number }>(
      gateway.admin('GET', '/audit/verify'),
      200,
    );
    expect(verdict).toMatchObject({ valid: true, broken_at: null, first_seq: 1 });
    const lines = (await (await gateway.admin('GET', '/audit/export')).text()).trimEnd().split('\n');
    expect(lines).toHaveLength(verdict.entries);
    expect(verdict.entries).toBeGreaterThan(500);
  });

  it('has not hurt the gateway, which serves its own keys and new ones', async () => {
    await bodyOf(gateway.admin('POST', '/config/versions/0/activate'), 200);
    const minted = await mintKey(gateway, { project: 'after the storm' });
    const statuses = [gateway.key, own.key, minted.key].map(
      async (key) => (await useKey(key, gateway.url)).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, 200]);
    expect(gateway.lines.filter(({ type }) => type === 'internal_error')).toEqual([]);
    expect(gateway.output()).not.toMatch(/uncaught/i);
  });
});

describe('things as large as they may be', () => {
  const MANY = 150;
  /** Almost all that the fields of a key may take. */
  const models = Array.from({ length: 30 }, (_, index) => `${index}/${'m'.repeat(1000)}`);

  it('are refused above that, by the name of the largest field', async () => {
    const answer = await gateway.admin('POST', '/keys', {
      name: 'too large',
      tags: ['a'],
      models: [...models, ...models],
    });
    expect([answer.status, (await answer.json()).error]).toMatchObject([
      400,
      { code: 'invalid_request', param: 'models' },
    ]);
  });

  it('are listed, page by page, and travel to where keys are checked', { timeout: 60_000 }, async () => {
    const project = 'giants';
    const made = await inParallel(Array.from({ length: MANY }), 8, () =>
      mintKey(gateway, { project, models }),
    );
    const seen: string[] = [];
    const sizes: number[] = [];
    for (let cursor = ''; ; ) {
      const path = `/keys?limit=1000&project=${project}${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const page = await bodyOf<KeyPage>(gateway.admin('GET', path), 200);
      seen.push(...page.data.map(({ id }) => id));
      sizes.push(page.data.length);
      if (page.next_cursor === null) break;
      cursor = page.next_cursor;
    }
    expect(sizes.length).toBeGreaterThan(1); // of far less than the limit
    expect(seen.toSorted()).toEqual(made.map(({ id }) => id).toSorted());
    expect((await useKey(made[0]?.key ?? '', gateway.url, { model: 'simulator/x' })).code).toBe(
      'model_not_allowed',
    );
  });
});

interface KeyPage {
  readonly data: readonly { readonly id: string }[];
  readonly next_cursor: string | null;
}
