/** Faults that a review of the cache found over HTTP: one test for each. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  type CacheLab,
  cacheOf,
  callOf,
  fresh,
  freshLabel,
  kept,
  startCacheLab,
  write,
} from '../support/cache/lab.ts';
import { type NumberedHandler, numbered } from '../support/cache/numbered-vendor.ts';
import { within } from '../support/clients.ts';
import { read } from '../support/limits/lab.ts';
import { BodyReader, createGate, dataOf } from '../support/streaming.ts';
import { chatCompletion, json, sse } from '../support/upstream.ts';

const SHARED = { mode: 'always', coalesce: true };

let lab: CacheLab;
beforeAll(async () => {
  lab = await startCacheLab({
    config: {
      cors: { origins: ['https://app.example'] },
      end_users: { requests_per_minute: 2 },
      models: {
        briefly: kept({ ...SHARED, ttl_seconds: 1, stale_if_error_seconds: 600 }),
        'briefly-alone': kept({ mode: 'always', ttl_seconds: 1, stale_if_error_seconds: 600 }),
        wide: {
          ...kept({ mode: 'always', scope: 'organization' }),
          targets: [{ provider: 'keeper', model: 'm' }],
        },
        hurried: { ...kept(SHARED), timeouts: { total_ms: 2000 } },
        two: TWO,
        'two-shared': { ...kept(SHARED), ...TWO },
        first: { ...kept(SHARED), timeouts: { first_token_ms: 1000, headers_ms: 1000 } },
      },
    },
  });
});
afterAll(() => lab.stop());

const once = (key: string = fresh('once')) => ({ 'idempotency-key': key });
const TWO = { retries: 0, targets: ['up', 'claude'].map((provider) => ({ provider, model: 'm' })) };
const codeOf = ({ error }: Answer) => error.code;
const words = (answers: readonly Answer[]) => answers.map((answer) => answer.headers.get('x-edgeway-cache'));
/** A form with `prompt`, as a client that chose this boundary sends it. */
const transcribe = (prompt: string, boundary: string, headers: Record<string, string>, key: string) => {
  const field = (name: string, value: string, more = '') =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
  const file = field('file', 'AAAA', '; filename="a.wav"');
  return read(
    fetch(`${lab.gateway.url}/v1/audio/transcriptions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': `multipart/form-data; boundary=${boundary}`,
        ...headers,
      },
      body: `${field('model', 'plain')}${field('prompt', prompt)}${file}--${boundary}--\r\n`,
    }),
  );
};
const post = (path: string, body: object, headers: Record<string, string> = {}, key = lab.gateway.key) =>
  read(lab.gateway.post(path, body, { authorization: `Bearer ${key}`, ...headers }));
/** The answer hangs until the gate is open. */
const gated = (text: string, piece: number | null = null) => {
  const gate = createGate();
  lab.vendor.on(
    text,
    piece === null
      ? numbered({ before: gate.opened })
      : numbered({ between: (index) => (index === piece ? gate.opened : undefined) }),
  );
  return gate;
};
const chunk = (delta: object, finish: string | null = null): string => {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices })}\n\n`;
};
const DONE = 'data: [DONE]\n\n';

describe('who waits in a Flight', () => {
  it('R1: is given no standing answer whose time is over', async () => {
    const text = freshLabel();
    const first = await lab.ask({ model: 'briefly', text });
    await pause(1200);
    const second = await lab.ask({ model: 'briefly', text });
    expect([cacheOf(second), callOf(second) === callOf(first)]).toEqual(['miss', false]);
  });

  it.each(['up/100%', 'up/a%41'])(
    'R2: hears who answered, whatever the name of the model: %s',
    async (model) => {
      const ask = { model, text: freshLabel(), headers: once() };
      const answers = [await lab.ask(ask), await lab.ask(ask)];
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(answers.map(({ headers }) => headers.get('x-edgeway-model'))).toEqual(
        Array(2).fill(model.slice(3)),
      );
    },
  );

  it('R2: is not let past a grant by the name of the model', async () => {
    const project = fresh('project');
    const ask = { model: 'up/a%41', text: freshLabel(), headers: once() };
    await lab.ask({ ...ask, key: await lab.mint({ project }) });
    const denied = await lab.mint({ project, denied_models: ['up/a%41'] });
    expect((await lab.ask({ ...ask, key: denied })).status).toBe(403);
  });

  it('R3: does not share the impatience of who leads', async () => {
    const text = freshLabel();
    const gate = gated(text, 2);
    const ask = { model: 'shared', text, stream: true };
    const leader = new BodyReader(await lab.open({ ...ask, headers: { 'x-edgeway-timeout-ms': '1000' } }));
    await leader.until(':1>');
    const follower = new BodyReader(await lab.open(ask));
    await follower.until(':1>');
    await pause(1200);
    gate.open();
    expect(dataOf(await follower.rest()).at(-1)).toBe('[DONE]');
    expect(lab.vendor.calls(text)).toHaveLength(1);
  });

  it('R4: is given nothing that was asked for before it was forgotten', async () => {
    const text = freshLabel();
    const tag = fresh('tag');
    const ask = { model: 'shared', text, headers: { 'x-edgeway-cache-tags': tag } };
    const gate = gated(text);
    const leading = lab.ask(ask);
    await lab.vendor.call(text);
    const forgotten = await lab.gateway.request(`/v1/cache?tag=${tag}`, { method: 'DELETE' });
    expect(forgotten.status).toBe(200);
    const following = lab.ask(ask);
    await pause(300);
    gate.open();
    const [leader, follower] = await Promise.all([leading, following]);
    expect(callOf(follower)).not.toBe(callOf(leader));
  });

  it('R9: may send an `Idempotency-Key` too', async () => {
    const text = freshLabel();
    const ask = { model: 'shared', text, headers: once() };
    const answers = [await within(10_000, 'it is answered', lab.ask(ask)), await lab.ask(ask)];
    expect([words(answers), lab.vendor.calls(text).length]).toEqual([['miss', 'hit'], 1]);
  });

  it('R17: takes no lead for which it has no time left, and is logged as one who waited', async () => {
    const text = freshLabel();
    lab.vendor.on(text, () => async () => undefined);
    const asks = Array.from({ length: 4 }, () => lab.ask({ model: 'hurried', text }));
    const lines = await Promise.all((await Promise.all(asks)).map((answer) => lab.lineOf(answer)));
    expect(lines.map(({ attempts }) => attempts).filter((attempts) => attempts !== 0)).toEqual([1]);
    expect(lines.map(({ cache }) => cache)).not.toContain('bypass');
  });

  it('R18: loses nothing of a stream at the same door', async () => {
    const text = freshLabel();
    const gate = createGate();
    lab.vendor.on(text, () => async (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(chunk({ role: 'assistant', content: '' }));
      await gate.opened;
      response.write(chunk({ audio: { id: 'a', data: 'QUJD', transcript: 'abc' } }));
      response.end(chunk({ content: 'x', vendor_word: 'y' }, 'stop') + DONE);
    });
    const ask = { model: 'shared', text, stream: true };
    const leading = lab.ask({ ...ask, fields: { user: 'one' } });
    await lab.vendor.call(text);
    const following = lab.ask({ ...ask, fields: { user: 'other' } });
    await pause(300);
    gate.open();
    await leading;
    const follower = await following;
    expect(cacheOf(follower)).toBe('coalesced');
    for (const said of ['"data":"QUJD"', '"vendor_word":"y"']) expect(follower.text).toContain(said);
  });

  it('R20: takes over when the one who leads waited for its first token in vain', async () => {
    const text = freshLabel();
    lab.vendor.on(text, (number) => {
      const isFirst = lab.vendor.calls(text)[0]?.number === number;
      return isFirst ? async () => undefined : numbered()(number);
    });
    const ask = { model: 'first', text, stream: true };
    const leading = lab.ask(ask);
    await lab.vendor.call(text);
    await pause(500);
    const [leader, follower] = await Promise.all([leading, lab.ask(ask)]);
    expect(leader.status).toBe(504);
    expect([follower.status, dataOf(follower.text).at(-1)]).toEqual([200, '[DONE]']);
  });

  it.each([
    ['coalesced', { model: 'shared' }],
    ['sent once', { model: 'plain', headers: once() }],
  ])('R21: ends by the clock of its own client: %s', async (_, { model, ...more }) => {
    const text = freshLabel();
    const gate = gated(text);
    const headers = { ...('headers' in more ? more.headers : {}), 'x-edgeway-timeout-ms': '500' };
    const answering = lab.ask({ model, text, headers });
    await pause(2000); // less than the run itself is given beyond its time
    gate.open();
    const answer = await answering;
    expect([answer.status, codeOf(answer)]).toEqual([504, 'provider_timeout']);
  });
});

describe('an answer that a provider keeps', () => {
  const respond = (input: string, key: string, more: object = {}, model = 'wide') =>
    post('/v1/responses', { model, input, ...more }, {}, key);
  const idOf = ({ text }: Answer): string => JSON.parse(text).id;

  it('R5: can be gone on from by whoever is given it', async () => {
    const organization = fresh('organization');
    const text = freshLabel();
    const keys = [await lab.mint({ organization }), await lab.mint({ organization })];
    for (const key of keys) {
      const previous_response_id = idOf(await respond(text, key));
      expect((await respond('Go on', key, { previous_response_id })).status).toBe(200);
    }
  });
});

describe('an `Idempotency-Key`', () => {
  it('R7: does not hand the refusal of one key to another', async () => {
    const project = fresh('project');
    const headers = once();
    const denied = await lab.mint({ project, denied_models: ['up/m'] });
    expect((await transcribe('a', 'edge', headers, denied)).status).toBe(403);
    expect((await transcribe('a', 'edge', headers, await lab.mint({ project }))).status).toBe(200);
  });

  it('R8: tells forms apart whose contents name their boundary', async () => {
    const headers = once();
    expect((await transcribe('do not delete', 'not', headers, lab.gateway.key)).status).toBe(200);
    expect((await transcribe('do  delete', 'not', headers, lab.gateway.key)).status).toBe(409);
  });

  it('R8: takes no boundary out of JSON', async () => {
    const headers = { ...once(), 'content-type': 'application/json; boundary=cat' };
    expect((await lab.ask({ model: 'plain', text: 'is the cat wild', headers })).status).toBe(200);
    expect((await lab.ask({ model: 'plain', text: 'is the  wild', headers })).status).toBe(409);
  });

  it.each(['two', 'two-shared'])(
    'R22: gives no key an answer of a target that is denied to it: %s',
    async (model) => {
      const project = fresh('project');
      const [wide, denied] = [
        await lab.mint({ project }),
        await lab.mint({ project, denied_models: ['up/m'] }),
      ];
      const ask = { model, text: freshLabel(), headers: once() };
      const first = await lab.ask({ ...ask, key: wide });
      expect([first.status, first.headers.get('x-edgeway-provider')]).toEqual([200, 'up']);
      expect((await lab.ask({ ...ask, key: denied })).status).toBe(403);
      const again = await lab.ask({ ...ask, key: wide });
      expect([cacheOf(again), again.headers.get('x-edgeway-provider')]).toEqual(['hit', 'up']);
    },
  );

  it('R10: leaves a hit its age', async () => {
    const text = freshLabel();
    await lab.ask({ text });
    const hit = await lab.ask({ text, headers: once() });
    expect([cacheOf(hit), hit.headers.get('age')]).toEqual(['hit', expect.stringMatching(/^\d+$/)]);
  });

  it('R11: logs a refusal of ours as ours, also the second time', async () => {
    const ask = { model: 'nobody-knows', headers: once() };
    for (const answer of [await lab.ask(ask), await lab.ask(ask)])
      expect(await lab.lineOf(answer)).toMatchObject({ ending: 'rejected', status: 404 });
  });

  it('R19: counts replays against the limits of the end user', async () => {
    const ask = { model: 'plain', text: freshLabel(), headers: once(), fields: { user: fresh('user') } };
    const statuses = [];
    for (let turn = 0; turn < 4; turn += 1) statuses.push((await lab.ask(ask)).status);
    expect(statuses).toEqual([200, 200, 429, 429]);
  });
});

describe('what is kept', () => {
  const doubtful: readonly (readonly [string, object, NumberedHandler])[] = [
    [
      'a stream that was cut before it stopped',
      { stream: true },
      () => sse(chunk({ content: 'a' }) + chunk({}, 'length') + chunk({}, 'stop') + DONE),
    ],
    ['fewer choices than were asked for', { fields: { n: 2 } }, () => json(chatCompletion('one'))],
    ['a part (206)', {}, () => json(chatCompletion('part'), 206)],
  ];

  it.each(doubtful)('R12: is not %s', async (_, ask, handler) => {
    const text = freshLabel();
    lab.vendor.on(text, handler);
    expect(words([await lab.ask({ text, ...ask }), await lab.ask({ text, ...ask })])).toEqual([
      'miss',
      'miss',
    ]);
  });

  it('R13: is not what was copied to another name', async () => {
    const { kv } = lab.gateway.cache;
    const [mine, other] = [await lab.mint(), await lab.mint()];
    const text = freshLabel();
    const theirs = await write(lab, { text, key: other });
    const own = await write(lab, { text, key: mine });
    kv.write(own.name, kv.readBytes(theirs.name) ?? '');
    await pause(5200); // what this isolate has just seen it need not look up
    expect(callOf(await lab.ask({ text, key: mine }))).not.toBe(callOf(theirs.answer));
  });

  it('R15: is told as a stream that is not many times as long', { timeout: 30_000 }, async () => {
    const text = freshLabel();
    const length = 3 * 1024 * 1024;
    lab.vendor.on(text, () => json(chatCompletion('x'.repeat(length))));
    await write(lab, { text });
    const told = await lab.ask({ text, stream: true });
    expect(cacheOf(told)).toBe('hit');
    expect(told.text.length).toBeLessThan(2 * length);
  });

  it('R16: is no error that came in a long 200', async () => {
    const prompt = freshLabel();
    lab.vendor.on(prompt, () => json({ error: { message: 'no' }, pad: 'A'.repeat(5 * 1024 * 1024) }));
    const ask = () => post('/v1/images/generations', { model: 'always', prompt });
    const first = await ask();
    await pause(500); // a write is not waited for
    expect(words([first, await ask()])).toEqual(['miss', 'miss']);
  });
});

describe('what a hit says', () => {
  it('R10: it cost nothing, also where it is a stream that stands in for a failure', async () => {
    const text = freshLabel();
    const ask = { model: 'briefly-alone', text, stream: true };
    await lab.ask(ask);
    await pause(1200);
    lab.vendor.on(text, () => json({ error: { message: 'down' } }, 500));
    const stale = await lab.ask(ask);
    expect([cacheOf(stale), stale.headers.get('x-edgeway-cost-usd')]).toEqual(['hit', '0']);
  });

  it('R10: pages of other origins may read it', async () => {
    const { headers } = await lab.ask({ headers: { origin: 'https://app.example' } });
    const exposed = headers.get('access-control-expose-headers')?.toLowerCase().split(/, ?/);
    expect(exposed).toEqual(expect.arrayContaining(['age', 'x-edgeway-cache-key']));
  });

  it('R19: what was dropped from its request', async () => {
    const ask = { model: 'claude', text: freshLabel(), fields: { logit_bias: { 1: 1 }, max_tokens: 9 } };
    const answers = [await lab.ask(ask), await lab.ask(ask)];
    expect(words(answers)).toEqual(['miss', 'hit']);
    const dropped = answers.map(({ headers }) => headers.get('x-edgeway-dropped-params'));
    expect(dropped).toEqual(['logit_bias', 'logit_bias']);
  });
});

describe('forgetting', () => {
  it.each(['a%2Cb', '%20'])('R10: a tag that no answer can have is none: %s', async (tag) => {
    expect((await lab.gateway.request(`/v1/cache?tag=${tag}`, { method: 'DELETE' })).status).toBe(400);
  });

  it('R14: is not for the token of an end user, unless its routes say so', async () => {
    const key = await lab.mint();
    const { token } = await lab.desk.mintToken(key, { end_user: 'alice' });
    const headers = { authorization: `Bearer ${token}` };
    const response = await lab.gateway.request('/v1/cache?all=true', { method: 'DELETE', headers });
    expect(response.status).toBe(403);
  });
});
