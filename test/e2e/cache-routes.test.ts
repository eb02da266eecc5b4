/** Every route that is cached, whole and as a stream: the same bytes again, and one upstream call. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CacheLab, freshLabel, startCacheLab } from '../support/cache/lab.ts';
import { ROUTE_MODES, type RouteCall, requestOf } from '../support/limits/route-calls.ts';
import { encodeForm, type FormPart, field, file, formType } from '../support/multipart-body.ts';

const ALIASES = { up: 'always', claude: 'claude', google: 'google' } as const;

let lab: CacheLab;
beforeAll(async () => {
  lab = await startCacheLab();
});
afterAll(() => lab.stop());

interface Told {
  readonly status: number;
  readonly type: string | null;
  readonly cache: string | null;
  readonly body: string;
}

async function read(response: Response): Promise<Told> {
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    cache: response.headers.get('x-edgeway-cache'),
    body: Buffer.from(await response.arrayBuffer()).toString('latin1'),
  };
}

function ask(call: RouteCall, stream: boolean, key: string): Promise<Told> {
  const model = ALIASES[call.provider];
  const content = { parts: [{ text: 'How many storks fly over the town?' }] };
  const fields =
    call.name === 'batchEmbedContents' ? { requests: [{ model: `models/${model}`, content }] } : {};
  const { path, init } = requestOf(call, key, { stream, model, fields });
  return fetch(lab.gateway.url + path, init).then(read);
}

describe.each(ROUTE_MODES)('$name', ({ call, stream }) => {
  it('is asked once', async () => {
    const key = await lab.mint();
    const before = lab.vendor.all.length;
    const [first, second] = [await ask(call, stream, key), await ask(call, stream, key)];
    expect(first).toMatchObject({ status: 200, cache: 'miss' });
    expect(second).toMatchObject({ status: 200, cache: 'hit', type: first.type });
    if (!stream) expect(parsed(second)).toEqual(parsed(first));
    expect(lab.vendor.all.length - before).toBe(1);
  });

  it('and by another tenant once more', async () => {
    const before = lab.vendor.all.length;
    const words = [];
    for (const key of [await lab.mint(), await lab.mint()]) words.push((await ask(call, stream, key)).cache);
    expect([words, lab.vendor.all.length - before]).toEqual([['miss', 'miss'], 2]);
  });
});

/** Usage of what is not asked for anew may be told or not; all else is the same. */
function parsed({ type, body }: Told): unknown {
  if (type?.includes('json') !== true) return body;
  const { usage: _, ...rest } = JSON.parse(body);
  return rest;
}

describe('a form', () => {
  const upload = async (
    key: string,
    parts: readonly FormPart[],
    boundary?: string,
  ): Promise<string | null> => {
    const body = new Uint8Array(encodeForm([field('model', 'always'), ...parts], boundary));
    const headers = { authorization: `Bearer ${key}`, 'content-type': formType(boundary) };
    const response = await fetch(`${lab.gateway.url}/v1/audio/transcriptions`, {
      method: 'POST',
      headers,
      body,
    });
    expect((await read(response)).status).toBe(200);
    return response.headers.get('x-edgeway-cache');
  };

  it('is known by what is in it, not by how it was cut', async () => {
    const key = await lab.mint();
    const sound = file('sound');
    const words = [
      await upload(key, [sound]),
      await upload(key, [sound]),
      await upload(key, [sound], '----another-boundary'),
      await upload(key, [file('other sound')]),
      await upload(key, [file('sound', 'file', 'other-name.wav')]),
      await upload(key, [field('language', 'de'), sound]),
      await upload(key, [field('temperature', '0'), sound]),
      await upload(key, [field('language', 'de'), sound]),
    ];
    expect(words).toEqual(['miss', 'hit', 'hit', 'miss', 'miss', 'miss', 'miss', 'hit']);
  });
});

describe('what is never kept', () => {
  const post = async (path: string, body: object | string, headers: Record<string, string> = {}) =>
    (await lab.gateway.post(path, body, headers)).headers.get('x-edgeway-cache');

  it('counts of tokens', async () => {
    const body = { model: 'claude', messages: [{ role: 'user', content: freshLabel() }] };
    for (const _ of [1, 2])
      expect(['bypass', null]).toContain(
        await post('/v1/messages/count_tokens', body, { 'anthropic-version': '2023-06-01' }),
      );
  });

  it('responses in the background', async () => {
    const body = { model: 'keeper', input: freshLabel(), background: true };
    for (const _ of [1, 2]) expect(await post('/v1/responses', body)).toBe('bypass');
  });

  it('answers to a body of which two readers would read two things', async () => {
    const text = freshLabel();
    const body = `{"model":"always","temperature":0,"temperature":1,"messages":[{"role":"user","content":"${text}"}]}`;
    for (const _ of [1, 2]) expect(await post('/v1/chat/completions', body)).toBe('bypass');
    expect(lab.vendor.calls(text)).toHaveLength(2);
  });
});
