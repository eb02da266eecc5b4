/** Ten thousand keys: minted over HTTP, listed, searched, published to KV, and all of it in the audit trail. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inParallel, openRawClient, type RawClient } from '../support/admin/raw-client.ts';
import { makeFastDirectory } from '../support/admin/storage.ts';
import { ADMIN_TOKEN } from '../support/control-plane.ts';
import { type ControlledGateway, startGateway } from '../support/gateway.ts';
import { bodyOf, changeKey, copiesOf, type MintedKey, useKey } from '../support/minted-keys.ts';

const COUNT = 10_000;
const PROJECTS = 8;
/** This project has as many keys as a page may hold, and an organisation. */
const CROWDED = 'crowded';
const FULL_PAGE = 1000;

interface Key extends MintedKey {
  readonly name: string;
  readonly masked_key: string;
  readonly project: string;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly tags: readonly string[];
}

interface Page {
  readonly data: readonly Key[];
  readonly has_more: boolean;
  readonly next_cursor: string | null;
}

let directory: string;
let gateway: ControlledGateway;
let client: RawClient;
/** In the order in which they were asked for. */
let keys: Key[];

beforeAll(async () => {
  directory = makeFastDirectory();
  gateway = await startGateway({
    config: { providers: { simulator: {} } },
    controlPlane: { directory },
  });
  client = openRawClient(gateway.url, 8);
  await ask('POST', '/projects', { name: CROWDED, organization: 'crowd' });
  keys = await inParallel(Array.from({ length: COUNT }), 8, (_, index) => mint(index));
}, 300_000);
afterAll(async () => {
  client.close();
  await gateway.stop();
  rmSync(directory, { recursive: true, force: true });
});

const ask = async <Body>(method: string, path: string, body?: object): Promise<Body> => {
  const answer = await client.send({
    method,
    path: `/admin/v1${path}`,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect({ path, status: answer.status, text: answer.text }).toMatchObject({
    status: method === 'POST' ? 201 : 200,
  });
  return JSON.parse(answer.text) as Body; // the fuzzer holds the shapes
};

/** The first ones are in the crowded project, the others are dealt out. */
const mint = (index: number): Promise<Key> =>
  ask('POST', '/keys', {
    name: `App ${String(index).padStart(5, '0')} Größe`,
    project: index < FULL_PAGE ? CROWDED : `project-${index % PROJECTS}`,
    tags: [`tag-${index % 100}`],
    ...(index % 200 === 1 ? { expires_at: '2020-01-01T00:00:00Z' } : {}),
  });

const isSpecial = ({ tags, project, expires_at }: Key): boolean =>
  tags.includes('tag-1') && project === CROWDED && expires_at !== null;

const remove = (id: string): Promise<unknown> => ask('DELETE', `/keys/${id}`);

const list = (query: string): Promise<Page> => ask('GET', `/keys?${query}`);

/** All pages; `between` comes after each. */
async function walk(
  query: string,
  between: (pages: number) => Promise<void> = async () => {},
): Promise<Page[]> {
  const pages: Page[] = [];
  for (let cursor: string | null = ''; cursor !== null; cursor = pages.at(-1)?.next_cursor ?? null) {
    pages.push(await list(`${query}${cursor === '' ? '' : `&cursor=${cursor}`}`));
    await between(pages.length);
  }
  return pages;
}

const idsOf = (pages: readonly Page[]): string[] => pages.flatMap(({ data }) => data.map(({ id }) => id));

const times = <Value>(count: number, work: (index: number) => Promise<Value>): Promise<Value[]> =>
  inParallel(Array.from({ length: count }), 8, (_, index) => work(index));

describe('ten thousand keys', () => {
  it('are listed once each, the newest first, always in one order', async () => {
    const pages = await walk('limit=1000');
    const ids = idsOf(pages);
    expect(pages.map(({ data, has_more }) => [data.length, has_more])).toEqual(
      Array.from({ length: 10 }, (_, page) => [1000, page < 9]),
    );
    expect(ids.toSorted()).toEqual(keys.map(({ id }) => id).toSorted());
    expect(new Set(keys.map(({ key }) => key)).size).toBe(COUNT);
    const made = pages.flatMap(({ data }) => data.map(({ created_at }) => created_at));
    expect(made).toEqual(made.toSorted().toReversed());
    expect(idsOf(await walk('limit=873'))).toEqual(ids);
  });

  it('shift no page while others are made and deleted in between', async () => {
    const before = idsOf(await walk('limit=1000'));
    const others: string[] = [];
    const pages = await walk('limit=500', async () => {
      const made = await times(5, (index) => mint(COUNT + index));
      others.push(...made.map(({ id }) => id));
      if (others.length > 20) await inParallel(others.splice(0, 5), 8, remove);
    });
    expect(idsOf(pages)).toEqual(before);
    await inParallel(others, 8, remove);
    expect(idsOf(await walk('limit=1000'))).toEqual(before);
  });

  const page = (count: number, more: boolean) => ({ count, has_more: more, has_cursor: more });
  it.each([
    ['a page that holds them all', `limit=${FULL_PAGE}`, [page(FULL_PAGE, false)]],
    ['one too few on the page', `limit=${FULL_PAGE - 1}`, [page(FULL_PAGE - 1, true), page(1, false)]],
    [
      'pages without a rest',
      `limit=${FULL_PAGE / 4}`,
      [250, 250, 250].map((count) => page(count, true)).concat(page(250, false)),
    ],
    ['none at all', 'limit=10&search=no%20such%20key', [page(0, false)]],
  ])('end where they end: %s', async (_, query, expected) => {
    const pages = await walk(`project=${CROWDED}&${query}`);
    expect(
      pages.map(({ data, has_more, next_cursor }) => ({
        count: data.length,
        has_more,
        has_cursor: next_cursor !== null,
      })),
    ).toEqual(expected);
  });

  it.each([
    ['a part of the name', 'search=APP%200424', ({ name }) => name.includes('App 0424')],
    ['a part of it in other letters', 'search=99%20Gr%C3%B6%C3%9F', ({ name }) => name.includes('99 Größ')],
    ['a tag', 'tag=tag-42', ({ tags }) => tags.includes('tag-42')],
    ['a project', 'project=project-5', ({ project }) => project === 'project-5'],
    ['an organisation', 'organization=crowd', ({ project }) => project === CROWDED],
    ['that it is expired', 'status=expired', ({ expires_at }) => expires_at !== null],
    ['that it is active', 'status=active', ({ expires_at }) => expires_at === null],
    ['all of them together', `tag=tag-1&project=${CROWDED}&status=expired&search=app`, isSpecial],
  ] satisfies [string, string, (key: Key) => boolean][])('are found by %s', async (_, query, isWanted) => {
    const wanted = keys.filter(isWanted).map(({ id }) => id);
    expect(wanted.length).toBeGreaterThan(0);
    expect(idsOf(await walk(`limit=700&${query}`)).toSorted()).toEqual(wanted.toSorted());
  });

  it('are found one by one, by id and by what people see of the secret', async () => {
    for (const { id, masked_key } of [keys[0], keys[5000], keys[COUNT - 1]].filter(
      (key) => key !== undefined,
    ))
      for (const search of [id, id.slice(4, 24), encodeURIComponent(masked_key)])
        expect(idsOf([await list(`search=${search}`)])).toEqual([id]);
  });

  it('open the door one by one, and the one that is revoked does not', async () => {
    const [one, other] = [keys[4999], keys[5000]];
    if (one === undefined || other === undefined) throw new Error('no keys');
    const statuses = async () =>
      Promise.all([one, other].map(async ({ key }) => (await useKey(key, gateway.url)).status));
    expect(await statuses()).toEqual([200, 200]);
    await changeKey(gateway, one, 'revoke');
    expect(await statuses()).toEqual([401, 200]);
    expect(idsOf([await list('status=revoked')])).toEqual([one.id]);
  });

  it('leave a list that is being read when they are deleted, and nothing else does', async () => {
    const before = idsOf(await walk('limit=1000&project=project-3'));
    const doomed = before.filter((_, index) => index % 20 === 0);
    const pages = await walk('limit=100&project=project-3', async (count) => {
      if (count === 5) await inParallel(doomed, 8, remove);
    });
    const stays = before.filter((id, index) => index < 500 || !doomed.includes(id));
    expect(idsOf(pages)).toEqual(stays);
  });

  it('come to KV, every one under its hash and its id, as they are in the end', {
    timeout: 120_000,
  }, async () => {
    const copies = keys.flatMap(copiesOf);
    await expect
      .poll(() => copies.filter((name) => gateway.kv.read(name) === null), {
        timeout: 110_000,
        interval: 250,
      })
      .toEqual([]);
    const listed = new Set(idsOf(await walk('limit=1000')));
    const statusInKv = (name: string): unknown => JSON.parse(gateway.kv.read(name) ?? '{}').status;
    const isAsListed = (key: Key) =>
      copiesOf(key).every((name) => (statusInKv(name) === 'deleted') !== listed.has(key.id));
    await expect
      .poll(() => keys.filter((key) => !isAsListed(key)).map(({ id }) => id), { timeout: 10_000 })
      .toEqual([]);
    expect(copiesOf(keys[4999] as Key).map(statusInKv)).toEqual(['revoked', 'revoked']);
  });

  it('are all in the audit trail, which is whole', async () => {
    const verdict = await bodyOf<{ entries: number }>(gateway.admin('GET', '/audit/verify'), 200);
    expect(verdict).toMatchObject({ valid: true, first_seq: 1, broken_at: null });
    expect(verdict.entries).toBeGreaterThan(COUNT);
    const lines = (await (await gateway.admin('GET', '/audit/export')).text()).trimEnd().split('\n');
    expect(lines).toHaveLength(verdict.entries);
    const entries = lines.map((line): { seq: number; action: string; target: string } => JSON.parse(line));
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
    const created = new Set(
      entries.flatMap(({ action, target }) => (action === 'key.create' ? [target] : [])),
    );
    expect(keys.filter(({ id }) => !created.has(id))).toEqual([]);
  });
});
