/** The docs page of the admin API in a real browser: `CHROMIUM` says where that is, by default where Debian has it. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { version } from '../../package.json';
import { ADMIN_TOKEN } from '../support/control-plane.ts';
import { type ControlledGateway, startGateway } from '../support/gateway.ts';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const PHONE = { width: 360, height: 740 };

function inBrowser(): void {
  let gateway: ControlledGateway;
  let browser: Browser;
  let page: Page;
  /** What the page asked for, and what it complained of. */
  let asked: URL[] = [];
  let complaints: string[] = [];

  beforeAll(async () => {
    gateway = await startGateway({ controlPlane: true });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    await gateway.stop();
  });
  afterEach(() => page.context().close());

  const open = async (options: Parameters<Browser['newContext']>[0] = {}, hash = '') => {
    const context = await browser.newContext(options);
    page = await context.newPage();
    asked = [];
    complaints = [];
    page.on('request', (request) => asked.push(new URL(request.url())));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(`${gateway.url}/admin/v1/docs${hash}`);
    await page.getByText(/^\d+ operations$/).waitFor();
  };
  const operation = (id: string) => page.locator(`details#${id}`);
  const expand = (id: string) => operation(id).locator('summary').click();
  const shown = () => page.locator('details:visible').count();
  const describedOperations = async (): Promise<string[]> => {
    const { paths } = await (await fetch(`${gateway.url}/admin/v1/openapi.json`)).json();
    return Object.values<Record<string, { operationId: string }>>(paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
  };
  const answer = (id: string) => operation(id).getByRole('status', { name: 'Answer' });
  const isAnswered = async (id: string, status: number) =>
    expect.poll(() => answer(id).textContent()).toMatch(new RegExp(`^${status}\n`));

  it('lists every operation of the document, and needs nothing from anywhere else', async () => {
    await open();
    const ids = await page.locator('details').evaluateAll((nodes) => nodes.map(({ id }) => id));
    expect(ids.toSorted()).toEqual((await describedOperations()).toSorted());
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(`Edgeway admin API ${version}`);
    for (const id of ids) await expand(id);
    expect(await page.getByRole('button', { name: 'Send' }).count()).toBe(ids.length);
    expect(asked.map(({ pathname }) => pathname)).toEqual(['/admin/v1/docs', '/admin/v1/openapi.json']);
    expect(new Set(asked.map(({ origin }) => origin))).toEqual(new Set([gateway.url]));
    expect(complaints).toEqual([]);
  });

  it('shows roles, parameters, bodies with their references resolved, and answers', async () => {
    await open({}, '#createKey');
    const text = (await operation('createKey').textContent()) ?? '';
    expect(text).toContain('POST /admin/v1/keys');
    expect(text).toContain('Roles: owner, admin');
    expect(text).toContain('idempotency-key');
    expect(text).toContain('application/json: CreateKey');
    expect(text).toMatch(/name string, required/);
    expect(text).toMatch(/budgets array of object/);
    expect(text).toMatch(/usd number, required/); // within the budgets
    expect(text).toContain('Answer 201');
    expect(text).toMatch(/masked_key string, required/); // of `Key`, to which `MintedKey` refers
    expect(text).toContain('Answer default');
    expect(text).not.toMatch(/undefined|\[object|#\/components/);
  });

  it('finds operations by what is typed', async () => {
    await open();
    const all = await shown();
    const search = page.getByLabel('Search');
    await search.fill('ROTATE');
    await expect.poll(shown).toBe(1);
    expect(await operation('rotateKey').isVisible()).toBe(true);
    expect(await page.locator('section:visible h2').allTextContents()).toEqual(['keys']);
    await search.fill('get audit');
    await expect.poll(shown).toBe(3);
    await search.fill('nothing like it');
    await page.getByText('0 operations').waitFor();
    await search.fill('');
    await expect.poll(shown).toBe(all);
  });

  it('calls the API with the token, and keeps it nowhere', async () => {
    await open();
    await expand('getMe');
    await operation('getMe').getByRole('button', { name: 'Send' }).click();
    await isAnswered('getMe', 401);
    await page.getByLabel(/^Token/).fill(ADMIN_TOKEN);
    await operation('getMe').getByRole('button', { name: 'Send' }).click();
    await isAnswered('getMe', 200);
    expect(await answer('getMe').textContent()).toContain('"role": "owner"');
    expect(await answer('getMe').textContent()).toMatch(/x-request-id: req_/);
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]),
    );
    expect(kept + asked.join()).not.toContain(ADMIN_TOKEN);
    await page.reload();
    expect(await page.getByLabel(/^Token/).inputValue()).toBe('');
  });

  it('puts what is filled in where it belongs: path, query, header and body', async () => {
    await open();
    await page.getByLabel(/^Token/).fill(ADMIN_TOKEN);
    await expand('createKey');
    const create = operation('createKey');
    await create.getByLabel('idempotency-key').fill('only-once');
    expect(JSON.parse(await create.getByLabel('Body').inputValue())).toMatchObject({ name: '' });
    await create.getByLabel('Body').fill('{"name": "<b>markup</b>", "tags": ["docs"]}');
    await create.getByRole('button').click();
    await isAnswered('createKey', 201);
    expect(await answer('createKey').textContent()).toContain('<b>markup</b>');
    expect(await answer('createKey').locator('b').count()).toBe(0);
    await create.getByRole('button').click();
    await expect.poll(() => answer('createKey').textContent()).toContain('"key": null');

    await expand('listKeys');
    await operation('listKeys').getByLabel('tag').fill('docs');
    await operation('listKeys').getByRole('button').click();
    await isAnswered('listKeys', 200);
    const text = (await answer('listKeys').textContent()) ?? '';
    const [{ id }] = JSON.parse(text.slice(text.indexOf('{'))).data;

    await expand('getKey');
    await operation('getKey').getByRole('button').click(); // refused by the browser: the id is required
    await operation('getKey').getByLabel('id').fill(`${id}/../x?y=#z`);
    await operation('getKey').getByRole('button').click();
    await isAnswered('getKey', 404);
    await operation('getKey').getByLabel('id').fill(id);
    await operation('getKey').getByRole('button').click();
    await isAnswered('getKey', 200);
    expect(await answer('getKey').textContent()).toContain('etag: "1"');
    const keyCalls = asked
      .filter(({ pathname }) => pathname.includes('/keys/'))
      .map(({ pathname }) => pathname);
    expect(keyCalls).toEqual([`/admin/v1/keys/${id}%2F..%2Fx%3Fy%3D%23z`, `/admin/v1/keys/${id}`]);
  });

  it('is used with the keyboard alone', async () => {
    await open();
    await page.keyboard.press('Tab');
    await page.keyboard.type('who the credential');
    await expect.poll(shown).toBe(1);
    await page.keyboard.press('Tab');
    await page.keyboard.type(ADMIN_TOKEN);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter'); // opens the operation
    await operation('getMe').getByRole('button').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter'); // sends
    await isAnswered('getMe', 200);
  });

  it('fits a phone, and follows the colours of the system', async () => {
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await open({ viewport: PHONE, colorScheme: 'light' }, '#createProject');
    const light = await background();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
    await page.context().close();
    await open({ viewport: PHONE, colorScheme: 'dark' });
    expect([light, await background()]).toEqual(['rgb(255, 255, 255)', 'rgb(22, 22, 26)']);
  });

  it('says so when the document cannot be read', async () => {
    const context = await browser.newContext();
    page = await context.newPage();
    await page.route('**/openapi.json', (route) => route.fulfill({ status: 503, body: '{}' }));
    await page.goto(`${gateway.url}/admin/v1/docs`);
    await page.getByText('openapi.json cannot be read: status 503').waitFor();
  });
}

if (existsSync(CHROMIUM)) describe('the docs page', inBrowser);
else
  it(`the docs page was opened in NO browser: there is none at ${CHROMIUM} (set CHROMIUM)`, () => {
    console.warn(`admin-docs-page: nothing was tested, there is no browser at ${CHROMIUM}`);
    expect(process.env.CI, 'in CI there has to be one').toBeUndefined();
  });
