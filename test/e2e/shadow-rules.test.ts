/** Which requests are copied to another target, and which never are. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CacheAsk, cacheOf, freshLabel } from '../support/cache/lab.ts';
import { numbered } from '../support/cache/numbered-vendor.ts';
import { documentKey } from '../support/limits/lab.ts';
import { askCopied, copied, type ShadowLab, startShadowLab } from '../support/routing/shadow-lab.ts';
import { createGate } from '../support/streaming.ts';

const narrow = documentKey({ denied_models: ['dark/*'] });
const up = { provider: 'up', model: 'm' };
const european = { targets: [{ ...up, regions: ['DE'] }], residency: ['EU'] };
const cache = { ttl_seconds: 60, mode: 'always' };

let lab: ShadowLab;
beforeAll(async () => {
  lab = await startShadowLab({
    keys: [narrow],
    models: {
      copied: copied(),
      to_keeper: copied({ targets: [{ provider: 'keeper', model: 'm' }] }, { provider: 'dark-keeper' }),
      kept: copied({ cache }),
      shared: copied({ cache: { ...cache, coalesce: true } }),
      unmetered: copied({ metering: false }),
      inner: { retries: 0, ...european },
      around: copied({ targets: [{ alias: 'inner' }] }),
      within: { targets: [{ alias: 'copied' }] },
      off: copied({}, { provider: 'openai', model: 'gpt-5' }),
      poor: copied({}, { usd_per_day: 0.00005 }),
      unpriced: copied({}, { model: 'nobody-knows-its-price' }),
      seldom: copied({}, { share: 0.2 }),
      embedding: copied(),
    },
    config: { providers: { openai: {} } },
  });
});
afterAll(() => lab.stop());

const SAVED = { type: 'mcp', server_label: 's', server_url: 'https://mcp.example/' };

describe('no copy is made', () => {
  const never: [string, CacheAsk][] = [
    ['of a request whose key may not reach the other target', { key: narrow.key }],
    ['where metering is off, and answers pass untouched', { model: 'unmetered' }],
    ['where an alias that it leads to stays within places', { model: 'around' }],
    ['by an alias inside the one that was named', { model: 'within' }],
    ['to a provider that is off', { model: 'off' }],
    ['of a request that names its target itself', { model: 'up/m' }],
    ['of an answer that is to be stored', { fields: { store: true } }],
    [
      'of a response that the provider keeps unless told otherwise',
      { model: 'to_keeper', door: 'openai-responses' },
    ],
    [
      'of a response that is made in the background',
      { model: 'to_keeper', door: 'openai-responses', fields: { background: true } },
    ],
    [
      'of a request that makes the vendor act',
      { model: 'to_keeper', door: 'openai-responses', fields: { store: false, tools: [SAVED] } },
    ],
    ['of a large request', { fields: { padding: 'x'.repeat(256 * 1024) } }],
  ];

  it.each(never)('%s', async (_, ask) => {
    const { label, answer } = await askCopied(lab, { model: 'copied', ...ask });
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
    await lab.expectNoCopy(label);
  });

  it('of what goes on from a stored response', async () => {
    const door = 'openai-responses';
    const first = await lab.ask({ model: 'to_keeper', door, text: freshLabel() });
    const fields = { previous_response_id: JSON.parse(first.text).id, store: false };
    const { label, answer } = await askCopied(lab, { model: 'to_keeper', door, fields });
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
    await lab.expectNoCopy(label);
  });

  it('of other routes than chats', async () => {
    const label = freshLabel();
    const response = await lab.gateway.post('/v1/embeddings', { model: 'embedding', input: label });
    expect(response.status).toBe(200);
    await response.body?.cancel();
    await lab.expectNoCopy(label);
  });

  it('of a hit, and one of the answer that it is a hit of', async () => {
    const label = freshLabel();
    const first = await lab.ask({ model: 'kept', text: label });
    await lab.shadowOf(first);
    for (const stream of [false, true])
      expect(cacheOf(await lab.ask({ model: 'kept', text: label, stream }))).toBe('hit');
    await lab.expectNoCopy(freshLabel());
    expect(lab.dark.calls(label)).toHaveLength(1);
  });

  it('of those who wait for the same: one for the call that was made', async () => {
    const label = freshLabel();
    const gate = createGate();
    lab.vendor.on(label, numbered({ before: gate.opened }));
    const asking = [0, 1, 2].map(() => lab.ask({ model: 'shared', text: label, stream: true }));
    await lab.vendor.call(label);
    gate.open();
    const answers = await Promise.all(asking);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    await lab.dark.call(label);
    await lab.expectNoCopy(freshLabel());
    expect([lab.vendor.calls(label).length, lab.dark.calls(label).length]).toEqual([1, 1]);
  });
});

describe('a copy is made', () => {
  it('of a response that nobody keeps', async () => {
    const ask = { model: 'to_keeper', door: 'openai-responses', fields: { store: false } } as const;
    const { label, answer } = await askCopied(lab, ask);
    expect(await lab.shadowOf(answer)).toMatchObject({
      shadow: { provider: 'dark-keeper', ending: 'complete' },
    });
    expect(lab.dark.calls(label)).toHaveLength(1);
  });

  it('of about so many requests as the share says', async () => {
    const labels = Array.from({ length: 100 }, freshLabel);
    for (let at = 0; at < labels.length; at += 10)
      await Promise.all(labels.slice(at, at + 10).map((text) => lab.ask({ model: 'seldom', text })));
    await lab.expectNoCopy(freshLabel());
    const copies = labels.filter((label) => lab.dark.calls(label).length === 1).length;
    // Of 100 draws at 0.2 each, fewer than 3 or more than 45 come once in ten million times.
    expect(copies).toBeGreaterThan(2);
    expect(copies).toBeLessThan(46);
  });

  it('until its budget of the day is spent, and then none', async () => {
    const endings: unknown[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      const { label, answer } = await askCopied(lab, { model: 'poor', fields: { max_tokens: 5 } });
      expect(answer.status).toBe(200);
      const { shadow } = (await lab.shadowOf(answer)) as { shadow?: { error_code: unknown } };
      endings.push(shadow?.error_code ?? null);
      expect(lab.dark.calls(label)).toHaveLength(endings.at(-1) === null ? 1 : 0);
    }
    expect(endings[0]).toBeNull();
    expect(endings.at(-1)).toBe('budget_exceeded');
    expect(endings.lastIndexOf(null)).toBeLessThan(endings.indexOf('budget_exceeded'));
  });

  it('of nothing whose price nobody knows: its budget could not be kept', async () => {
    const { label, answer } = await askCopied(lab, { model: 'unpriced' });
    expect(await lab.shadowOf(answer)).toMatchObject({
      shadow: { attempts: 0, ending: 'rejected', error_code: 'budget_exceeded' },
    });
    expect(lab.dark.calls(label)).toHaveLength(0);
  });
});
