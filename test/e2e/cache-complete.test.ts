/** Only a complete 2xx answer that ended by itself is kept; everything else is asked for again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CacheAsk,
  type CacheLab,
  cacheOf,
  callOf,
  freshLabel,
  startCacheLab,
} from '../support/cache/lab.ts';
import { brokenAt, type NumberedHandler, numbered } from '../support/cache/numbered-vendor.ts';
import { LeavingClient } from '../support/leaving-client.ts';

let lab: CacheLab;
beforeAll(async () => {
  lab = await startCacheLab();
});
afterAll(() => lab.stop());

/** What stands in for an honest answer, by what is wrong with it. */
const STREAMS: readonly (readonly [string, NumberedHandler])[] = [
  [
    'the connection is reset behind two pieces',
    brokenAt(2, (response) => void response.socket?.resetAndDestroy()),
  ],
  ['the body ends behind two pieces', brokenAt(2, (response) => void response.end())],
  ['it ends without a finish reason', brokenAt(4, (response) => void response.end('data: [DONE]\n\n'))],
  ['it was cut at its limit', numbered({ edit: finish('length') })],
  ['it was filtered', numbered({ edit: finish('content_filter') })],
  ['its finish reason is a word that nobody knows', numbered({ edit: finish('by_decree') })],
  ['it calls tools, and the operator did not ask for those', numbered({ edit: finish('tool_calls') })],
  [
    'it says at its end that it failed',
    brokenAt(4, (response) => void response.end('data: {"error":{"message":"no"}}\n\n')),
  ],
  [
    'an error stands in its middle',
    brokenAt(2, (response) => void response.end('data: {"error":{"message":"no"}}\n\ndata: [DONE]\n\n')),
  ],
  ['an event is no JSON', numbered({ edit: (end) => `data: {"half":\n\n${end}` })],
];

const WHOLE: readonly (readonly [string, NumberedHandler])[] = [
  ['it was cut at its limit', numbered({ edit: finish('length') })],
  ['it was filtered', numbered({ edit: finish('content_filter') })],
  ['it calls tools, and the operator did not ask for those', numbered({ edit: finish('tool_calls') })],
  [
    'it has no finish reason',
    numbered({ edit: (json) => json.replace('"finish_reason":"stop"', '"finish_reason":null') }),
  ],
  ['it has no choices', numbered({ edit: (json) => json.replace(/"choices":\[.*\]/, '"choices":[]') })],
];

const FAILURES: readonly (readonly [string, NumberedHandler])[] = [
  ['an error in a 200', told(200, '{"error":{"message":"no","code":"c"}}')],
  ['a 400', told(400, '{"error":{"message":"no"}}')],
  ['a 404', told(404, '{"error":{"message":"no"}}')],
  ['a 429', told(429, '{"error":{"message":"no"}}')],
  ['a 500', told(500, '{"error":{"message":"no"}}')],
  ['garbage', told(200, '<html>')],
  ['half of a body', told(200, '{"choices":[')],
];

function finish(reason: string): (text: string) => string {
  return (text) => text.replace('"finish_reason":"stop"', `"finish_reason":"${reason}"`);
}

function told(status: number, body: string): NumberedHandler {
  return () => (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

/** Asks twice with the bad answer, and once with a good one: each has to go upstream. */
async function expectNotKept(handler: NumberedHandler, ask: CacheAsk): Promise<void> {
  const text = freshLabel();
  lab.vendor.on(text, handler);
  for (const calls of [1, 2]) {
    const bad = await lab.ask({ text, ...ask });
    expect(bad.headers.get('x-edgeway-cache')).not.toBe('hit');
    expect(lab.vendor.calls(text)).toHaveLength(calls);
  }
  lab.vendor.on(text, numbered());
  const good = await lab.ask({ text, ...ask });
  expect([cacheOf(good), callOf(good)]).toEqual(['miss', lab.vendor.calls(text)[2]?.number]);
  expect(cacheOf(await lab.ask({ text, ...ask }))).toBe('hit');
}

describe('traps E4, E5: a stream is not kept when', () => {
  it.each(STREAMS)('%s', async (_, handler) => {
    await expectNotKept(handler, { stream: true });
  });
});

describe('traps E5: a whole answer is not kept when', () => {
  it.each(WHOLE)('%s', async (_, handler) => {
    await expectNotKept(handler, {});
  });
});

describe('traps E5: a failure is not kept, whole or as a stream:', () => {
  it.each(FAILURES)('%s', async (_, handler) => {
    await expectNotKept(handler, {});
    await expectNotKept(handler, { stream: true });
  });
});

describe('at the other doors, neither', () => {
  it.each([
    ['anthropic-messages', '"stop_reason":"end_turn"', '"stop_reason":"max_tokens"', 'claude'],
    ['openai-responses', '"status":"completed"', '"status":"incomplete"', 'keeper'],
    ['gemini', '"finishReason":"STOP"', '"finishReason":"MAX_TOKENS"', 'google'],
  ] as const)('an answer of %s that was cut', async (door, good, bad, model) => {
    const edit = (text: string) =>
      text
        .replaceAll(good, bad)
        .replaceAll('response.completed', 'response.incomplete')
        .replaceAll('"incomplete_details":null', '"incomplete_details":{"reason":"max_output_tokens"}');
    for (const stream of [false, true]) await expectNotKept(numbered({ edit }), { door, model, stream });
  });
});

describe('traps E4: an answer whose client leaves is not kept', () => {
  it.each(['reset', 'close'] as const)('in mid-stream (%s)', async (how) => {
    const text = freshLabel();
    const { promise, resolve } = Promise.withResolvers<void>();
    lab.vendor.on(text, numbered({ between: (piece) => (piece === 2 ? promise : undefined) }));
    const body = { model: 'always', stream: true, messages: [{ role: 'user', content: text }] };
    const client = new LeavingClient(lab.gateway, '/v1/chat/completions', body);
    await client.until(':1>');
    client.leave(how);
    resolve(); // what is left comes at once, and finds nobody
    await (await lab.vendor.call(text)).closed;
    lab.vendor.on(text, numbered());
    const next = await lab.ask({ text, stream: true });
    // Whoever left behind the last piece had all of it.
    if (cacheOf(next) === 'hit') expect(next.text).toContain('[DONE]');
    expect(next.text).toContain(':3>');
    if (how === 'reset') expect(cacheOf(next)).toBe('miss');
  });

  it('before the headers of a whole answer', async () => {
    const text = freshLabel();
    const { promise: never } = Promise.withResolvers<void>();
    lab.vendor.on(text, numbered({ before: never }));
    const body = { model: 'always', messages: [{ role: 'user', content: text }] };
    const client = new LeavingClient(lab.gateway, '/v1/chat/completions', body);
    const call = await lab.vendor.call(text);
    client.leave();
    await call.closed;
    lab.vendor.on(text, numbered());
    expect(cacheOf(await lab.ask({ text }))).toBe('miss');
  });
});

describe('tool calls', () => {
  const edit = finish('tool_calls');

  it('are kept where the operator says so', async () => {
    for (const stream of [false, true]) {
      const text = freshLabel();
      lab.vendor.on(text, numbered({ edit }));
      const words = [
        cacheOf(await lab.ask({ text, model: 'tools', stream })),
        cacheOf(await lab.ask({ text, model: 'tools', stream })),
      ];
      expect([words, lab.vendor.calls(text).length]).toEqual([['miss', 'hit'], 1]);
    }
  });
});
