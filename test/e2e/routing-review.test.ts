/** What one tenant does, and what providers say, that must not cost the others: found by a hostile user. */
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { errorBody, hang } from '../support/faults.ts';
import { type Gateway, standIn, startGateway } from '../support/gateway.ts';
import { explainedTargets } from '../support/routing/explained.ts';
import { createGate } from '../support/streaming.ts';
import {
  chatCompletion,
  chatStream,
  type Handler,
  json,
  sse,
  startUpstream,
  type Upstream,
} from '../support/upstream.ts';

/** Of each alias the first target is its own. */
const MODELS = [
  'older',
  'diluted',
  'wiped',
  'large',
  'last',
  'told-429',
  'told-400',
  'drips',
  'after',
] as const;
const GOOD = { provider: 'good', model: 'm' };
const broken = json(errorBody('broken'), 500);
const late: Handler = async (...call) => {
  await new Promise((resolve) => setTimeout(resolve, 400));
  await json(chatCompletion('late'))(...call);
};

let bad: Upstream;
let good: Upstream;
let gateway: Gateway;
beforeAll(async () => {
  [bad, good] = await Promise.all([startUpstream(), startUpstream()]);
  const entryOf = (provider: string) => ({
    retries: 0,
    breaker: { min_requests: 5 },
    targets: [{ provider, model: 'm' }, GOOD],
  });
  const quick = { headers_ms: 500, first_token_ms: 500, total_ms: 3000 };
  gateway = await startGateway({
    config: {
      keep_alive_ms: 1000,
      providers: {
        good: standIn(good.url),
        ...Object.fromEntries(MODELS.map((name) => [name, standIn(bad.url)])),
        sound: standIn(bad.url),
      },
      models: {
        ...Object.fromEntries(MODELS.map((name) => [name, entryOf(name)])),
        last: { ...entryOf('last'), timeouts: { headers_ms: 700, total_ms: 1000 } },
        drips: { ...entryOf('drips'), timeouts: quick },
        flown: {
          cache: { ttl_seconds: 60, mode: 'always', coalesce: true },
          targets: [{ provider: 'sound', model: 'm' }],
        },
        sound: { ...entryOf('sound'), timeouts: quick, targets: [{ provider: 'sound', model: 'm' }] },
      },
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  for (const upstream of [bad, good]) await upstream.stop();
});
beforeEach(() => {
  bad.calls.length = 0;
  good.answer(json(chatCompletion('good')));
});

const messages = [{ role: 'user', content: 'hi' }];

/** Status, who answered, after how many calls. */
async function ask(model: string, fields: Record<string, unknown> = {}): Promise<string> {
  const response = await gateway.post('/v1/chat/completions', { model, messages, ...fields });
  await response.text();
  const { status, headers } = response;
  return `${status} ${headers.get('x-edgeway-provider')} ${headers.get('x-edgeway-attempts')}`;
}

async function askTimes(times: number, model: string, fields?: Record<string, unknown>): Promise<string[]> {
  const answers: string[] = [];
  for (let asked = 0; asked < times; asked += 1) answers.push(await ask(model, fields));
  return answers;
}

/** What is known of one target of an alias. */
async function standingOf(provider: string, model: string) {
  const targets = await explainedTargets(gateway, model);
  return targets.find((target) => target.provider === provider);
}

describe('what a provider asked for', () => {
  it('holds, although an answer comes to what was asked before', async () => {
    const gate = createGate();
    const limited = json(errorBody('slow down'), 429, { 'retry-after': '60' });
    bad.answer(async (call, ...rest) => {
      const isFirst = bad.calls[0] === call;
      if (isFirst) await gate.opened;
      await (isFirst ? json(chatCompletion('at last')) : limited)(call, ...rest);
    });
    const first = ask('older');
    await bad.call(0);
    expect(await askTimes(2, 'older')).toEqual(['200 good 2', '200 good 1']);
    gate.open();
    expect(await first).toBe('200 older 1');
    expect(await ask('older')).toBe('200 good 1');
  });

  it.each(['1e300', '99999999999'])('is told to the client as a header may be: %s', async (wait) => {
    bad.answer(json(errorBody('busy'), 429, { 'retry-after': wait }));
    const response = await gateway.post('/v1/chat/completions', { model: `after/m-${wait}`, messages });
    expect(response.headers.get('retry-after') ?? '0').toMatch(/^\d{1,7}$/);
  });
});

describe('a circuit', () => {
  it('opens, whatever bad requests the provider refuses meanwhile', async () => {
    const answers: string[] = [];
    for (let round = 0; round < 20; round += 1) {
      bad.answer(json(errorBody('bad request'), 400));
      await askTimes(round === 0 ? 0 : 2, 'diluted');
      bad.answer(broken);
      answers.push(await ask('diluted'));
    }
    expect(answers.at(-1)).toBe('200 good 1');
  });

  it('is not forgotten because a client makes up names', async () => {
    bad.answer(broken);
    expect((await askTimes(8, 'wiped')).at(-1)).toBe('200 good 1');
    const names = Array.from({ length: 600 }, (_, index) => `after/made-up-${index}`);
    const body = (model: string) => ({ route: '/v1/chat/completions', body: { model, messages } });
    for (let at = 0; at < names.length; at += 30) {
      const asked = names.slice(at, at + 30).map((name) => gateway.post('/v1/explain', body(name)));
      for (const answer of await Promise.all(asked)) await answer.text();
    }
    expect(await ask('wiped')).toBe('200 good 1');
  });

  it('of a target that got what time another had left over stays closed', async () => {
    bad.answer(hang);
    good.answer(late);
    await askTimes(6, 'last', { stream: true });
    expect(await standingOf('good', 'last')).toMatchObject({ circuit: 'closed' });
  });

  it.each([
    ['told-429', { message: 'Rate limit exceeded', code: 429 }],
    ['told-400', { message: 'temperature is above 2', code: 400, type: 'invalid_request_error' }],
  ])(
    'stays closed where an error with status 200 says that it is no failure of the target: %s',
    async (model, error) => {
      bad.answer(json({ error }));
      await askTimes(8, model);
      expect(await standingOf(model, model)).toMatchObject({ circuit: 'closed' });
    },
  );

  it('stays closed while clients send their bodies slowly', async () => {
    const head =
      '--B\r\ncontent-disposition: form-data; name="model"\r\n\r\nsound\r\n--B\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\n\r\n';
    const lines = [
      'POST /v1/audio/transcriptions HTTP/1.1',
      'host: gateway',
      `authorization: Bearer ${gateway.key}`,
    ];
    const kind = ['content-type: multipart/form-data; boundary=B', 'content-length: 1000000', '', head];
    const sockets = Array.from({ length: 6 }, () => {
      const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1').on('error', () => undefined);
      socket.write([...lines, ...kind].join('\r\n'));
      return socket;
    });
    await Promise.all(
      sockets.map((socket) => new Promise((resolve) => socket.once('data', resolve).once('close', resolve))),
    );
    for (const socket of sockets) socket.destroy();
    const targets = await explainedTargets(gateway, 'sound');
    expect(targets[0]).toMatchObject({ provider: 'sound', circuit: 'closed' });
  });
});

it('the log has the status that the client got, where one run is for all who wait', async () => {
  bad.answer(async (...call) => {
    await new Promise((resolve) => setTimeout(resolve, 1300));
    await json(errorBody('bad request'), 400)(...call);
  });
  const response = await gateway.post('/v1/chat/completions', { model: 'flown', messages, stream: true });
  await response.text();
  const line = await gateway.lineOf(response.headers.get('x-request-id'));
  expect([response.status, line.status]).toEqual([200, 200]);
});

it('a stream that a provider answers as JSON, and never ends, is asked of the next in time', async () => {
  bad.answer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const drip = setInterval(() => response.write(' '), 50);
    response.on('close', () => clearInterval(drip));
  });
  good.answer(sse(chatStream(['good'])));
  expect(await ask('drips', { stream: true })).toBe('200 good 2');
});

it('a document whose aliases lead everywhere twice is refused, or served, at once', async () => {
  const levels = Array.from({ length: 26 }, (_, level) => {
    const targets = [{ alias: `level-${level + 1}` }, { alias: `level-${level + 1}` }];
    return [`level-${level}`, { targets: level === 25 ? [GOOD] : targets }];
  });
  const config = { providers: { good: standIn(good.url) }, models: Object.fromEntries(levels) };
  const nested = await startGateway({ config });
  const body = { model: 'level-0', messages };
  const answered = nested.post('/v1/chat/completions', body).then(({ status }) => status);
  const waited = new Promise((resolve) => setTimeout(resolve, 5000, 'no answer'));
  expect(await Promise.race([answered.catch(String), waited])).not.toBe('no answer');
  await nested.stop();
}, 20_000);
