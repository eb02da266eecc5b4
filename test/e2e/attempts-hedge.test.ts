/** A second target is asked when the first is slow: who answers, what becomes of the other, and who pays for it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { errorBody, hang } from '../support/faults.ts';
import { type ControlledGateway, makeKey, standIn, startGateway, type TestKey } from '../support/gateway.ts';
import { LeavingClient } from '../support/leaving-client.ts';
import { dataOf, lineOfLabel, startEvents } from '../support/streaming.ts';
import {
  chatCompletion,
  chatStream,
  type Handler,
  json,
  sse,
  startUpstream,
  type Upstream,
} from '../support/upstream.ts';

const NAMES = ['slow', 'quick', 'spare'] as const;
type Name = (typeof NAMES)[number];
const USAGE = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
/** A token costs a thousandth of a dollar. */
const USD_PER_TOKEN = 0.001;
const PRICES = { input: 1000, output: 1000 };
/** Long enough for a healthy stand-in to answer twice within it. */
const LATE_MS = 400;

/** A role, and nothing after it. */
const roleOnly: Handler = (_, response) => {
  startEvents(response);
  response.write(`${chatStream([]).split('\n\n')[0]}\n\n`);
};

let upstreams: Record<Name, Upstream>;
let gateway: ControlledGateway;
const projects: Record<string, TestKey> = Object.fromEntries(
  ['rich', 'thrifty', 'opted-out'].map((project) => [project, makeKey(project, { project })]),
);
const tight = makeKey('tight', { project: 'tight', budgets: [{ usd: 0.5, window: 'total' }] });

beforeAll(async () => {
  const started = await Promise.all(NAMES.map(async (name) => [name, await startUpstream()] as const));
  upstreams = Object.fromEntries(started) as Record<Name, Upstream>; // one a name
  const target = (provider: string) => ({ provider, model: 'm' });
  const hedged = { retries: 0, hedge: { enabled: true, delay_ms: 40 }, breaker: { enabled: false } };
  gateway = await startGateway({
    controlPlane: true,
    keys: [...Object.values(projects), tight],
    config: {
      providers: {
        ...Object.fromEntries(NAMES.map((name) => [name, standIn(upstreams[name].url)])),
        unpriced: standIn(upstreams.quick.url),
        'slow-responses': standIn(upstreams.slow.url, { dialect: 'openai-responses' }),
        'quick-responses': standIn(upstreams.quick.url, { dialect: 'openai-responses' }),
      },
      prices: Object.fromEntries(
        [...NAMES, 'slow-responses', 'quick-responses'].map((name) => [`${name}/*`, PRICES]),
      ),
      projects: { thrifty: { hedge_usd_per_day: 0.25 }, 'opted-out': { hedge_usd_per_day: 0 } },
      routing: { hedge_usd_per_day: 100 },
      models: {
        hedged: { ...hedged, targets: [target('slow'), target('quick')] },
        backed: { ...hedged, targets: NAMES.map(target) },
        thrifty: { ...hedged, targets: [target('slow'), target('quick')] },
        unpriced: { ...hedged, targets: [target('slow'), target('unpriced')] },
        plain: { retries: 0, breaker: { enabled: false }, targets: [target('slow'), target('quick')] },
        kept: { ...hedged, targets: [target('slow-responses'), target('quick-responses')] },
        measured: { ...hedged, hedge: { enabled: true }, targets: [target('slow'), target('quick')] },
        often: { ...hedged, targets: [target('slow'), target('quick')] },
      },
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  for (const upstream of Object.values(upstreams)) await upstream.stop();
});
beforeEach(() => {
  for (const name of NAMES) {
    upstreams[name].calls.length = 0;
    upstreams[name].answer(answers(name));
  }
});

const answers =
  (name: string): Handler =>
  (call, ...rest) => {
    const wantsStream = JSON.parse(call.body.toString()).stream === true;
    const whole = { ...chatCompletion(`from ${name}`), usage: USAGE };
    return (wantsStream ? sse(chatStream([`from ${name}`], { usage: USAGE })) : json(whole))(call, ...rest);
  };

/** Answers well, and later than any hedge waits. */
const late =
  (name: string, ms = LATE_MS): Handler =>
  async (...call) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    await answers(name)(...call);
  };

function ask(model: string, fields: Record<string, unknown> = {}, key?: TestKey): Promise<Response> {
  const messages = [{ role: 'user', content: 'hi' }];
  const headers = key === undefined ? {} : { authorization: `Bearer ${key.key}` };
  return gateway.post('/v1/chat/completions', { model, messages, max_tokens: 20, ...fields }, headers);
}
const lineOf = (response: Response) => gateway.lineOf(response.headers.get('x-request-id'));
const callsOf = () => NAMES.map((name) => upstreams[name].calls.length);
const seen = ({ headers }: Response) => [
  headers.get('x-edgeway-provider'),
  headers.get('x-edgeway-attempts'),
];
const textOf = (stream: string): string =>
  dataOf(stream)
    .filter((data) => data !== '[DONE]')
    .map((data) => JSON.parse(data).choices[0]?.delta.content ?? '')
    .join('');

describe('a first target that is slow', () => {
  it.each([
    ['says nothing', hang, {}],
    ['says nothing, in a stream', hang, { stream: true }],
    ['shows a role and no content', roleOnly, { stream: true }],
  ] as [string, Handler, Record<string, unknown>][])(
    'and %s gives way to the second, is closed at once, and is paid for',
    async (_, handler, fields) => {
      upstreams.slow.answer(handler);
      const response = await ask('hedged', fields);
      const text = await response.text();
      expect(fields.stream ? textOf(text) : JSON.parse(text).choices[0].message.content).toBe('from quick');
      expect(seen(response)).toEqual(['quick', '2']);
      await upstreams.slow.calls[0]?.closed;
      expect(callsOf()).toEqual([1, 1, 0]);
      const line = await lineOf(response);
      expect(line).toMatchObject({
        ending: 'complete',
        provider: 'quick',
        attempts: 2,
        usage: { input_tokens: 5, output_tokens: 2, estimated: false },
      });
      // The winner's seven tokens, and the loser's input, which nobody told.
      const loser = Number(line.cost_usd) - 7 * USD_PER_TOKEN;
      expect(loser).toBeGreaterThan(0);
      expect(loser).toBeLessThan(20 * USD_PER_TOKEN);
    },
  );

  it('and answers first all the same is the one that is delivered', async () => {
    upstreams.slow.answer(late('slow'));
    upstreams.quick.answer(hang);
    const response = await ask('hedged', { stream: true });
    expect(textOf(await response.text())).toBe('from slow');
    expect(seen(response)).toEqual(['slow', '2']);
    await upstreams.quick.calls[0]?.closed;
    expect(await lineOf(response)).toMatchObject({ provider: 'slow', attempts: 2 });
  });

  it('is closed while the stream of the second goes on', async () => {
    upstreams.slow.answer(hang);
    upstreams.quick.answer(async (_, response) => {
      startEvents(response);
      const [role = '', ...events] = chatStream(['one ', 'two ', 'three']).split('\n\n');
      response.write(`${role}\n\n${events[0]}\n\n`);
      await upstreams.slow.calls[0]?.closed;
      response.end(events.slice(1).join('\n\n'));
    });
    const response = await ask('hedged', { stream: true });
    expect(textOf(await response.text())).toBe('one two three');
  });

  it('is closed with the second when the client leaves', async () => {
    upstreams.slow.answer(hang);
    upstreams.quick.answer(hang);
    const messages = [{ role: 'user', content: 'hi' }];
    const body = { model: 'hedged', stream: true, max_tokens: 20, messages };
    const client = new LeavingClient(gateway, '/v1/chat/completions', body);
    const first = await upstreams.slow.call(0);
    const second = await upstreams.quick.call(0);
    client.leave();
    await Promise.all([first.closed, second.closed]);
    const line = await lineOfLabel(gateway, client.label);
    expect(line).toMatchObject({ ending: 'client_abort', attempts: 2 });
    // Nobody told what either had read by then.
    expect(Number(line.cost_usd)).toBeGreaterThan(0);
  });
});

describe('a failure of one of two', () => {
  it('is not the end where the second fails', async () => {
    upstreams.quick.answer(json(errorBody('broken'), 500));
    upstreams.slow.answer(async (...call) => {
      await (await upstreams.quick.call(0)).closed;
      await answers('slow')(...call);
    });
    const response = await ask('hedged', { stream: true });
    expect(textOf(await response.text())).toBe('from slow');
    expect(seen(response)).toEqual(['slow', '2']);
  });

  it('is not the end where the first fails', async () => {
    upstreams.slow.answer(async (...call) => {
      await upstreams.quick.call(0);
      await json(errorBody('bad request'), 400)(...call);
    });
    upstreams.quick.answer(async (...call) => {
      await (await upstreams.slow.call(0)).closed;
      await answers('quick')(...call);
    });
    const response = await ask('hedged');
    expect((await response.json()).choices[0].message.content).toBe('from quick');
    expect(seen(response)).toEqual(['quick', '2']);
  });

  it('and of the other leads to the rest of the targets', async () => {
    const broken: Handler = async (...call) => {
      await upstreams.quick.call(0);
      await json(errorBody('broken'), 500)(...call);
    };
    upstreams.slow.answer(broken);
    upstreams.quick.answer(broken);
    const response = await ask('backed', { stream: true });
    expect(textOf(await response.text())).toBe('from spare');
    expect(seen(response)).toEqual(['spare', '3']);
    expect(callsOf()).toEqual([1, 1, 1]);
  });

  it('and of the other is told where nobody else is left', async () => {
    const broken: Handler = async (...call) => {
      await upstreams.quick.call(0);
      await json(errorBody('broken'), 503)(...call);
    };
    upstreams.slow.answer(broken);
    upstreams.quick.answer(broken);
    const response = await ask('hedged');
    expect(response.status).toBe(503);
    expect((await response.json()).error.message).toBe('broken');
    expect(await lineOf(response)).toMatchObject({ ending: 'upstream_error', attempts: 2 });
  });
});

describe('no second target is asked', () => {
  it.each([
    ['where the alias does not hedge', 'plain'],
    ['where nobody knows its price', 'unpriced'],
    ['where it is not known what would be slow', 'measured'],
  ])('%s', async (_, model) => {
    upstreams.slow.answer(late('slow'));
    const response = await ask(model);
    expect((await response.json()).choices[0].message.content).toBe('from slow');
    expect(seen(response)).toEqual(['slow', '1']);
    expect(callsOf()).toEqual([1, 0, 0]);
  });

  it('beside a response that is made in the background', async () => {
    upstreams.slow.answer(async (...call) => {
      await new Promise((resolve) => setTimeout(resolve, LATE_MS));
      await json({ id: 'resp_1', object: 'response', status: 'queued', output: [] })(...call);
    });
    const response = await gateway.post('/v1/responses', { model: 'kept', input: 'hi', background: true });
    await response.text();
    expect(callsOf()).toEqual([1, 0, 0]);
  });

  it('where the project may spend nothing on it', async () => {
    upstreams.slow.answer(late('slow'));
    const response = await ask('hedged', {}, projects['opted-out']);
    expect((await response.json()).choices[0].message.content).toBe('from slow');
    expect(callsOf()).toEqual([1, 0, 0]);
  });

  it('once the project has spent what it may a day', async () => {
    upstreams.slow.answer(late('slow', 2000));
    const content = 'word '.repeat(80);
    const fields = { messages: [{ role: 'user', content }], max_tokens: 100 };
    const providers: (string | null | undefined)[] = [];
    for (let asked = 0; asked < 3; asked += 1) {
      const response = await ask('thrifty', fields, projects.thrifty);
      await response.text();
      providers.push(response.headers.get('x-edgeway-provider'));
    }
    // Reserved: some hundred tokens of input and a hundred of output. The loser's input is what is spent.
    expect(providers).toEqual(['quick', 'slow', 'slow']);
    const other = await ask('thrifty', fields, projects.rich);
    expect(other.headers.get('x-edgeway-provider')).toBe('quick');
    await other.text();
  });

  it('where the caller could not pay for both', async () => {
    upstreams.slow.answer(late('slow'));
    const content = 'word '.repeat(300);
    const fields = { messages: [{ role: 'user', content }], max_tokens: 20 };
    const response = await ask('hedged', fields, tight);
    expect((await response.json()).choices[0].message.content).toBe('from slow');
    expect(callsOf()).toEqual([1, 0, 0]);
  });

  it('more often than the retry budget of the alias allows', async () => {
    upstreams.slow.answer(late('slow'));
    const responses = await Promise.all(Array.from({ length: 30 }, () => ask('often')));
    const providers = responses.map(({ headers }) => headers.get('x-edgeway-provider'));
    for (const response of responses) await response.text();
    expect(providers.filter((provider) => provider === 'quick')).toHaveLength(10);
    expect(upstreams.quick.calls).toHaveLength(10);
  });
});

it('a target is slow beyond its measured p95 where the operator names no delay', async () => {
  const measuring = Array.from({ length: 30 }, async () => (await ask('measured')).text());
  await Promise.all(measuring);
  expect(upstreams.quick.calls).toHaveLength(0);
  upstreams.slow.answer(hang);
  const response = await ask('measured');
  expect((await response.json()).choices[0].message.content).toBe('from quick');
  await upstreams.slow.calls.at(-1)?.closed;
});

describe('a second target without a known price', () => {
  it('is asked where the operator named no amount', async () => {
    const open = await startGateway({
      config: {
        providers: { slow: standIn(upstreams.slow.url), quick: standIn(upstreams.quick.url) },
        models: {
          free: {
            hedge: { enabled: true, delay_ms: 40 },
            targets: [
              { provider: 'slow', model: 'm' },
              { provider: 'quick', model: 'm' },
            ],
          },
        },
      },
    });
    try {
      upstreams.slow.answer(hang);
      const messages = [{ role: 'user', content: 'hi' }];
      const response = await open.post('/v1/chat/completions', { model: 'free', messages });
      expect(seen(response)).toEqual(['quick', '2']);
    } finally {
      await open.stop();
    }
  });
});
