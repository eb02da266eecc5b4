import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { errorBody } from '../support/faults.ts';
import { type Gateway, standIn, startGateway } from '../support/gateway.ts';
import {
  BodyReader,
  countLines,
  createGate,
  dataOf,
  errorAtEnd,
  type Gate,
  send,
  sendForEver,
  splitEvents,
  startEvents,
  withoutComments,
} from '../support/streaming.ts';
import {
  chatCompletion,
  chatStream,
  type Handler,
  json,
  type ReceivedCall,
  sse,
  startUpstream,
  type Upstream,
  writeInPieces,
} from '../support/upstream.ts';

const SECRET = 'sk-upstream-secret-0001';
const USAGE = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
const LOGGED_USAGE = { input_tokens: 5, output_tokens: 2, estimated: false };
const ASKS_USAGE = { stream_options: { include_usage: true } };
const DONE = 'data: [DONE]\n\n';

const chunkOf = (fields: object): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm', ...fields })}\n\n`;
const deltaOf = (delta: object, finish: string | null = null, index = 0): string =>
  chunkOf({ choices: [{ index, delta, finish_reason: finish }] });
const ROLE = deltaOf({ role: 'assistant', content: '' });
const FINISH = deltaOf({}, 'stop');
const textOf = (stream: string): string =>
  dataOf(stream)
    .filter((data) => data !== '[DONE]')
    .map((data) => JSON.parse(data).choices?.[0]?.delta?.content ?? '')
    .join('');

/** Every kind of line that the event-stream format has, and text that no byte-wise cut may harm. */
const EVERYTHING = [
  ': welcome\n\n',
  'event: message\n\n',
  'retry: 3000\n\n',
  `id: 7\n${ROLE}`,
  deltaOf({ content: '你好, мир 👩‍👩‍👧 ' }),
  ': ping - 2\n\n',
  deltaOf({ content: 'no space' }).replace('data: ', 'data:'),
  'data\n\n',
  `event: message\nid\n${deltaOf({ content: 'é́ and \\u2028' })}`,
  chunkOf({}).replace('"model"', '\ndata: "model"').replace('}\n\n', ',\ndata: "choices": []}\n\n'),
  'data: not json at all\n\n',
  'unknown: field\n\n',
  FINISH,
  chunkOf({ choices: [], usage: USAGE }),
  DONE,
].join('');

describe('streaming', () => {
  let upstream: Upstream;
  let healthy: Upstream;
  let gateway: Gateway;
  let restless: Gateway;
  const requestIds = new Map<Gateway, Set<string>>();

  beforeAll(async () => {
    upstream = await startUpstream();
    healthy = await startUpstream(sse(chatStream(['from healthy'])));
    const providers = { up: standIn(upstream.url), healthy: standIn(healthy.url) };
    const first = { provider: 'up', model: 'm' };
    // What is learnt of a target that fails alone is nothing to those with another behind it.
    const other = { provider: 'up', model: 'other' };
    const breaker = { enabled: false };
    const second = { provider: 'healthy', model: 'm' };
    const models = {
      direct: { retries: 0, targets: [other] },
      backed: { retries: 0, targets: [first, second], breaker },
      hurried: { retries: 0, targets: [first, second], timeouts: { first_token_ms: 600 }, breaker },
      native: { targets: [first], metering: false },
    };
    gateway = await startGateway({ config: { providers, models } });
    restless = await startGateway({ config: { providers, models, keep_alive_ms: 50 } });
    requestIds.set(gateway, new Set()).set(restless, new Set());
  });
  afterAll(async () => {
    for (const one of [gateway, restless]) await one.stop();
    for (const one of [upstream, healthy]) await one.stop();
  });
  beforeEach(() => {
    upstream.calls.length = 0;
    healthy.calls.length = 0;
  });

  async function post(body: string, through: Gateway = gateway): Promise<Response> {
    const response = await through.post('/v1/chat/completions', body);
    requestIds.get(through)?.add(response.headers.get('x-request-id') ?? '');
    return response;
  }
  const ask = (model: string, fields: object = {}, through: Gateway = gateway): Promise<Response> =>
    post(
      JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'hi' }], ...fields }),
      through,
    );
  const lineOf = (response: Response, through: Gateway = gateway) =>
    through.lineOf(response.headers.get('x-request-id'));
  const received = (call: ReceivedCall | undefined) => JSON.parse(call?.body.toString() ?? 'null');

  describe('bytes', () => {
    it('traps A6: hands each event on before the next one exists, the preamble too when nothing else could be tried', async () => {
      const events = splitEvents(chatStream(['one', 'two', 'three', 'four'], { usage: USAGE }));
      const gates: Gate[] = events.map(createGate);
      upstream.answer(async (_, response) => {
        startEvents(response);
        for (const [index, event] of events.entries()) {
          await gates[index]?.opened;
          await send(response, event);
        }
        response.end();
      });
      gates[0]?.open();
      const response = await ask('direct', ASKS_USAGE);
      const reader = new BodyReader(response);
      for (const index of events.keys()) {
        const sofar = events.slice(0, index + 1).join('');
        expect(await reader.until((text) => text.length >= sofar.length)).toBe(sofar);
        gates[index + 1]?.open();
      }
      expect(await reader.rest()).toBe(events.join(''));
    });

    it('hands events on one by one behind a preamble that was held', async () => {
      const [role = '', first = '', ...others] = splitEvents(chatStream(['one', 'two', 'three']));
      const gates = others.map(createGate);
      upstream.answer(async (_, response) => {
        startEvents(response);
        await send(response, role + first);
        for (const [index, event] of others.entries()) {
          await gates[index]?.opened;
          await send(response, event);
        }
        response.end();
      });
      const reader = new BodyReader(await ask('backed'));
      let sofar = role + first;
      for (const [index, event] of others.entries()) {
        expect(await reader.until((text) => text.length >= sofar.length)).toBe(sofar);
        gates[index]?.open();
        sofar += event;
      }
      expect(await reader.rest()).toBe(sofar);
    });

    const LINE_ENDS = [
      ['LF', '\n'],
      ['CRLF', '\r\n'],
      ['CR', '\r'],
    ] as const;
    const SIZES = [1, 7, 64, 4096, 0];
    const CUTS = LINE_ENDS.flatMap(([name, end]) =>
      SIZES.flatMap((size) => ['', '\ufeff'].map((mark) => ({ name, end, size, mark }))),
    );
    it.each(CUTS)(
      'traps B1–B4: passes whatever the format allows, with $name line ends, $size bytes at a time, mark "$mark"',
      async ({ end, size, mark }) => {
        const stream = mark + EVERYTHING.replaceAll('\n', end);
        upstream.answer(sse(stream, size));
        const response = await ask('up/m', ASKS_USAGE);
        expect(await new BodyReader(response).rest()).toBe(stream);
        expect(await lineOf(response)).toMatchObject({ ending: 'complete', usage: LOGGED_USAGE });
      },
    );

    it.each(CUTS)(
      'takes out the usage it asked for and nothing else, with $name line ends, $size bytes at a time, mark "$mark"',
      async ({ end, size, mark }) => {
        const stream = mark + EVERYTHING.replaceAll('\n', end);
        upstream.answer(sse(stream, size));
        const response = await ask('up/m');
        const usageEvent = chunkOf({ choices: [], usage: USAGE }).replaceAll('\n', end);
        const text = await new BodyReader(response).rest();
        // Cut inside a CRLF too: the LF in front of the usage event closes the event before it.
        expect(text).toBe(stream.replace(usageEvent, ''));
        expect(await lineOf(response)).toMatchObject({ ending: 'complete', usage: LOGGED_USAGE });
      },
    );

    it('traps B2: keeps characters whole wherever their bytes are cut', async () => {
      const event = deltaOf({ content: '👩‍👩‍👧 漢字' });
      const bytes = Buffer.from(event);
      for (let cut = 1; cut < bytes.length; cut += 1) {
        upstream.answer(async (_, response) => {
          startEvents(response);
          await send(response, ROLE);
          await send(response, bytes.subarray(0, cut));
          await new Promise((resolve) => setImmediate(resolve));
          await send(response, bytes.subarray(cut));
          response.end(FINISH + DONE);
        });
        expect(await (await ask('up/m')).text()).toBe(ROLE + event + FINISH + DONE);
      }
    });

    it('streams as an event stream that nobody may cache or transform', async () => {
      upstream.answer(sse(chatStream(['x'])));
      const { headers } = await ask('up/m');
      expect(headers.get('content-type')).toMatch(/^text\/event-stream/);
      expect(headers.get('cache-control')).toBe('private, no-cache, no-transform');
      expect(headers.get('content-length')).toBeNull();
    });

    it.each(['text/plain', 'application/octet-stream', 'text/html', undefined])(
      'reads events under the content type %s',
      async (type) => {
        upstream.answer((_, response) => {
          response.writeHead(200, type === undefined ? {} : { 'content-type': type });
          response.end(chatStream(['x']));
        });
        const response = await ask('up/m');
        expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
        expect(await response.text()).toBe(chatStream(['x']));
      },
    );

    const ENCODINGS = [
      ['gzip', gzipSync],
      ['br', brotliCompressSync],
    ] as const;
    describe.each(ENCODINGS)('traps A14: from an upstream that answers in %s', (encoding, compress) => {
      const answer =
        (type: string, text: string): Handler =>
        (_, response) => {
          const body = compress(text);
          response
            .writeHead(200, {
              'content-type': type,
              'content-encoding': encoding,
              'content-length': body.length,
              'set-cookie': 'session=of-the-provider',
            })
            .end(body);
        };
      const expectPlain = ({ headers }: Response, length: number) => {
        expect(headers.get('content-encoding')).toBeNull();
        expect([null, String(length)]).toContain(headers.get('content-length'));
        expect(headers.get('set-cookie')).toBeNull();
      };

      it('decodes a stream', async () => {
        upstream.answer(answer('text/event-stream', chatStream(['x', 'y'])));
        const response = await ask('up/m');
        expectPlain(response, -1);
        expect(await response.text()).toBe(chatStream(['x', 'y']));
      });

      it('decodes JSON', async () => {
        const whole = JSON.stringify(chatCompletion('x'));
        upstream.answer(answer('application/json', whole));
        const response = await ask('up/m', { stream: false });
        expectPlain(response, whole.length);
        expect(await response.text()).toBe(whole);
      });

      it.each([true, false])('decodes what nobody meters (stream: %s)', async (stream) => {
        upstream.answer(answer(stream ? 'text/event-stream' : 'application/json', chatStream(['x'])));
        const response = await ask('native', { stream });
        expectPlain(response, chatStream(['x']).length);
        expect(await response.text()).toBe(chatStream(['x']));
      });

      it('decodes an error', async () => {
        const body = compress(JSON.stringify(errorBody('readable words')));
        upstream.answer((_, response) => {
          response
            .writeHead(422, { 'content-type': 'application/json', 'content-encoding': encoding })
            .end(body);
        });
        const response = await ask('up/m');
        expect(await response.json()).toEqual(errorBody('readable words'));
      });
    });
  });

  describe('usage', () => {
    it('traps C5: is asked for when the client did not ask, and taken out', async () => {
      upstream.answer(sse(chatStream(['x'], { usage: USAGE })));
      const response = await ask('up/m');
      expect(await response.text()).toBe(chatStream(['x']));
      expect(received(upstream.calls[0]).stream_options).toEqual({ include_usage: true });
      expect(await lineOf(response)).toMatchObject({ usage: LOGGED_USAGE });
    });

    it('traps C3: stays when the client asked', async () => {
      upstream.answer(sse(chatStream(['x'], { usage: USAGE })));
      const response = await ask('up/m', ASKS_USAGE);
      expect(await response.text()).toBe(chatStream(['x'], { usage: USAGE }));
      expect(await lineOf(response)).toMatchObject({ usage: LOGGED_USAGE });
    });

    it("is asked for beside the client's other stream options", async () => {
      upstream.answer(sse(chatStream(['x'], { usage: USAGE })));
      const response = await ask('up/m', { stream_options: { include_obfuscation: false } });
      expect(await response.text()).toBe(chatStream(['x']));
      expect(received(upstream.calls[0]).stream_options).toEqual({
        include_obfuscation: false,
        include_usage: true,
      });
    });

    it('traps C5: is not asked for where there is no stream', async () => {
      upstream.answer(json(chatCompletion('x')));
      await (await ask('up/m', { stream: false })).text();
      expect(received(upstream.calls[0])).not.toHaveProperty('stream_options');
    });

    it.each([
      [
        'in the last chunk with a choice',
        ROLE,
        deltaOf({ content: 'x' }),
        FINISH.replace('}]', `}],"usage":${JSON.stringify(USAGE)}`),
      ],
      [
        'in a chunk without choices',
        ROLE,
        deltaOf({ content: 'x' }),
        FINISH,
        `data: {"usage":${JSON.stringify(USAGE)}}\n\n`,
      ],
      [
        'in an early chunk, null in later ones',
        ROLE.replace('}]', `}],"usage":${JSON.stringify(USAGE)}`),
        deltaOf({ content: 'x' }).replace('}]', '}],"usage":null'),
        FINISH,
      ],
    ])('traps C1: is counted %s', async (_, ...events) => {
      const stream = events.join('') + DONE;
      upstream.answer(sse(stream));
      const response = await ask('up/m', ASKS_USAGE);
      expect(await response.text()).toBe(stream);
      expect(await lineOf(response)).toMatchObject({ ending: 'complete', usage: LOGGED_USAGE });
    });

    it.each([{}, ASKS_USAGE])('traps B5: is counted when it comes after [DONE] (%o)', async (fields) => {
      upstream.answer(sse(chatStream(['x']) + chunkOf({ choices: [], usage: USAGE })));
      const response = await ask('up/m', fields);
      expect(await response.text()).toBe(chatStream(['x']));
      expect(await lineOf(response)).toMatchObject({ ending: 'complete', usage: LOGGED_USAGE });
    });

    it('is estimated when none came', async () => {
      upstream.answer(sse(chatStream(['x'])));
      const response = await ask('up/m');
      await response.text();
      expect(await lineOf(response)).toMatchObject({ ending: 'complete', usage: { estimated: true } });
    });
  });

  describe('the ending', () => {
    it("is whole at [DONE]: an error event behind it is nobody's", async () => {
      upstream.answer(sse(`${chatStream(['x'])}data: {"error":{"message":"too late"}}\n\n`));
      const response = await ask('up/m');
      expect(await response.text()).toBe(chatStream(['x']));
      expect(await lineOf(response)).toMatchObject({ ending: 'complete', error_code: null });
    });

    it('traps C13: gets its [DONE] when the upstream sent none', async () => {
      upstream.answer(sse(chatStream(['x', 'y'], { done: false })));
      const response = await ask('up/m');
      expect(await response.text()).toBe(chatStream(['x', 'y']));
      expect(await lineOf(response)).toMatchObject({ ending: 'complete' });
    });

    it('traps C13: gets its [DONE] behind a last event that nobody closed', async () => {
      upstream.answer(sse(chatStream(['x'], { done: false }).trimEnd()));
      const response = await ask('up/m');
      expect(await response.text()).toBe(chatStream(['x']));
    });

    it.each(['data: [DONE]', 'data: [DONE]\n', 'data:[DONE]\n\n'])(
      'is whole with %j as its last bytes',
      async (end) => {
        const stream = chatStream(['x'], { done: false }) + end;
        upstream.answer(sse(stream));
        const response = await ask('up/m');
        const text = await response.text();
        expect(text.startsWith(stream)).toBe(true);
        expect(text.match(/\[DONE\]/g)).toHaveLength(1);
        expect(await lineOf(response)).toMatchObject({ ending: 'complete' });
      },
    );

    const UNFINISHED: [string, string][] = [
      ['no finish reason', ROLE + deltaOf({ content: 'x' })],
      [
        'one of two choices finished',
        ROLE + deltaOf({ content: 'a' }) + deltaOf({ content: 'b' }, null, 1) + FINISH,
      ],
      ['a finish reason of null', ROLE + deltaOf({ content: 'x' }) + deltaOf({}, null)],
    ];
    it.each(UNFINISHED)('traps C13: of a body with %s is an error, and no [DONE]', async (_, stream) => {
      upstream.answer(sse(stream));
      const response = await ask('up/m');
      const text = await response.text();
      expect(text.startsWith(stream)).toBe(true);
      expect(dataOf(text)).toHaveLength(dataOf(stream).length + 1);
      expect(errorAtEnd(text)).toMatchObject({
        code: expect.stringMatching(/^provider_(unreachable|error)$/),
      });
      expect(text).not.toContain('[DONE]');
      expect(await lineOf(response)).toMatchObject({
        ending: 'upstream_error',
        status: 200,
        usage: { estimated: true },
      });
    });

    it.each(UNFINISHED)(
      'traps C13: by [DONE] of a body with %s is an error, and no [DONE]',
      async (_, stream) => {
        upstream.answer(sse(stream + DONE));
        const response = await ask('up/m');
        const text = await response.text();
        expect(text.startsWith(stream)).toBe(true);
        expect(dataOf(text)).toHaveLength(dataOf(stream).length + 1);
        expect(errorAtEnd(text)).toHaveProperty('code');
        expect(text).not.toContain('[DONE]');
        expect(await lineOf(response)).toMatchObject({ ending: 'upstream_error', status: 200 });
      },
    );

    it('inside an event is an error, and the half event never becomes a whole one', async () => {
      const whole = ROLE + deltaOf({ content: 'x' });
      upstream.answer(sse(whole + deltaOf({ content: 'half' }).slice(0, 60)));
      const text = await (await ask('up/m')).text();
      expect(dataOf(text).slice(0, -1)).toEqual(dataOf(whole));
      expect(errorAtEnd(text)).toHaveProperty('code');
    });

    it('traps C19: does not wait for an upstream that keeps the connection open after [DONE]', async () => {
      upstream.answer(async (_, response) => {
        startEvents(response);
        await send(response, chatStream(['x'], { usage: USAGE }));
      });
      const response = await ask('up/m');
      expect(await response.text()).toBe(chatStream(['x']));
      expect(await lineOf(response)).toMatchObject({ ending: 'complete', usage: LOGGED_USAGE });
      await upstream.calls[0]?.closed;
    });

    it.each([true, false])(
      'traps C19: does not wait for heartbeats to end after the finish reason (done: %s)',
      async (done) => {
        upstream.answer(async (_, response) => {
          startEvents(response);
          await send(response, chatStream(['x'], { done, usage: USAGE }));
          const beat = setInterval(() => response.write(': heartbeat\n\n'), 50);
          response.on('close', () => clearInterval(beat));
        });
        const response = await ask('up/m');
        expect(withoutComments(await response.text())).toBe(chatStream(['x']));
        expect(await lineOf(response)).toMatchObject({ ending: 'complete', usage: LOGGED_USAGE });
        await upstream.calls[0]?.closed;
      },
    );
  });

  describe('errors inside', () => {
    it.each([
      ['an error object', `data: ${JSON.stringify(errorBody(`boom for ${SECRET}`))}\n\n`],
      ['an error event', `event: error\ndata: ${JSON.stringify({ message: `boom for ${SECRET}` })}\n\n`],
      ['an error beside choices', chunkOf({ choices: [], ...errorBody(`boom for ${SECRET}`) })],
    ])('traps C12: %s after content becomes ours, redacted, with nothing behind it', async (_, event) => {
      const before = ROLE + deltaOf({ content: 'x' });
      upstream.answer(sse(before + event + deltaOf({ content: 'never' }) + FINISH + DONE));
      const response = await ask('backed');
      const text = await response.text();
      expect(text.startsWith(before)).toBe(true);
      expect(dataOf(text)).toHaveLength(3);
      expect(errorAtEnd(text)).toMatchObject({ message: 'boom for [redacted]', code: 'provider_error' });
      expect(text).not.toContain(SECRET);
      expect(await lineOf(response)).toMatchObject({ ending: 'upstream_error', status: 200, attempts: 1 });
      expect(healthy.calls).toHaveLength(0);
    });

    it('traps B6: a raw JSON error behind the last event becomes ours, redacted', async () => {
      const before = ROLE + deltaOf({ content: 'x' });
      upstream.answer(sse(before + JSON.stringify(errorBody(`tail of ${SECRET}`))));
      const response = await ask('up/m');
      const text = await response.text();
      expect(text).not.toContain(SECRET);
      expect(dataOf(text)).toHaveLength(3);
      expect(errorAtEnd(text)).toHaveProperty('code');
      expect(text).not.toContain('[DONE]');
    });

    it('traps B3: an event without end breaks the stream off, and is read no further', async () => {
      let sent = 0;
      upstream.answer(async (_, response) => {
        startEvents(response);
        await send(response, `${ROLE + deltaOf({ content: 'x' })}data: `);
        sent = await sendForEver(response, Buffer.alloc(1024 * 1024, 0x61));
      });
      const response = await ask('backed');
      const text = await response.text();
      await upstream.calls[0]?.closed;
      expect(sent).toBeLessThan(64 * 1024 * 1024);
      expect(text.length).toBeLessThan(10_000);
      expect(errorAtEnd(text)).toHaveProperty('code');
      expect(text).not.toContain('[DONE]');
      expect(await lineOf(response)).toMatchObject({ ending: 'upstream_error' });
      expect(healthy.calls).toHaveLength(0);
    });

    it('traps B3: a first event of 20 MB is a failure of its target, not of the request', async () => {
      upstream.answer(sse(ROLE + deltaOf({ content: 'x'.repeat(20 * 1024 * 1024) }) + FINISH + DONE));
      const response = await ask('backed');
      expect(await response.text()).toBe(chatStream(['from healthy']));
      expect(await lineOf(response)).toMatchObject({ ending: 'complete', attempts: 2 });
    });

    it('an event of 5 MB, such as a picture, passes', async () => {
      const stream = ROLE + deltaOf({ content: 'x'.repeat(5 * 1024 * 1024) }) + FINISH + DONE;
      upstream.answer(sse(stream));
      const text = await (await ask('up/m')).text();
      expect(text === stream).toBe(true);
    });
  });

  describe('traps C15: what comes before the first content', () => {
    const PREAMBLES: [string, string][] = [
      ['the role', ROLE],
      ['the role without a text', deltaOf({ role: 'assistant' })],
      ['comments', ': ping\n\n: ping\n\n'],
      ['comments and the role', `: welcome\n\n${ROLE}: ping\n\n`],
      [
        "Azure's filter results",
        chunkOf({ choices: [], prompt_filter_results: [{ prompt_index: 0 }] }) + ROLE,
      ],
      [
        'empty texts',
        ROLE + deltaOf({ content: '' }) + deltaOf({ content: null, refusal: null, tool_calls: [] }),
      ],
      ['an early usage', chunkOf({ choices: [], usage: { ...USAGE, completion_tokens: 0 } }) + ROLE],
    ];
    const DEATHS: [string, Handler][] = [
      ['ends', (_, response) => void response.end()],
      ['is reset', (_call, _response, request) => void request.socket.resetAndDestroy()],
      ['says [DONE]', (_, response) => void response.end(DONE)],
      ['tells an error', (_, response) => void response.end(`data: ${JSON.stringify(errorBody('no'))}\n\n`)],
    ];
    const CASES = PREAMBLES.flatMap(([what, preamble]) =>
      DEATHS.map(([how, die]) => ({ what, preamble, how, die })),
    );
    it.each(CASES)(
      'does not reach the client from a stream that $how after $what',
      async ({ preamble, die }) => {
        upstream.answer(async (call, response, request) => {
          startEvents(response);
          await send(response, preamble);
          await die(call, response, request);
        });
        const response = await ask('backed');
        expect(await response.text()).toBe(chatStream(['from healthy']));
        expect(response.headers.get('x-edgeway-attempts')).toBe('2');
        expect(response.headers.get('x-edgeway-provider')).toBe('healthy');
        expect(await lineOf(response)).toMatchObject({
          ending: 'complete',
          attempts: 2,
          provider: 'healthy',
        });
      },
    );

    it.each(PREAMBLES)('goes out once when content follows %s', async (_, preamble) => {
      const stream = preamble + deltaOf({ content: 'x' }) + FINISH + DONE;
      upstream.answer(sse(stream));
      expect(await (await ask('backed', ASKS_USAGE)).text()).toBe(stream);
    });

    it('traps C18: is not waited for longer than first_token_ms', async () => {
      upstream.answer(async (_, response) => {
        startEvents(response);
        await send(response, ROLE);
      });
      const response = await ask('hurried');
      expect(await response.text()).toBe(chatStream(['from healthy']));
      await upstream.calls[0]?.closed;
    });
  });

  describe('traps C14: a stream that is cut', () => {
    const CONTENTS: [string, object[]][] = [
      ['a text', [{ content: 'one' }, { content: 'two' }, { content: 'three' }]],
      [
        'a tool call',
        [
          {
            tool_calls: [
              { index: 0, id: 'call_1', type: 'function', function: { name: 'rm', arguments: '' } },
            ],
          },
          { tool_calls: [{ index: 0, function: { arguments: '{"path":' } }] },
          { tool_calls: [{ index: 0, function: { arguments: '"/tmp"}' } }] },
        ],
      ],
      ['a refusal', [{ refusal: 'I' }, { refusal: ' cannot' }]],
      ['reasoning', [{ reasoning_content: 'hm' }, { content: 'so' }]],
      ['audio', [{ audio: { id: 'audio_1', data: 'AAAA' } }, { audio: { data: 'BBBB' } }]],
    ];
    const CUTS = CONTENTS.flatMap(([what, deltas]) =>
      deltas.flatMap((_, last) =>
        (['ends', 'is reset'] as const).map((how) => ({
          what,
          how,
          deltas: deltas.slice(0, last + 1),
          after: last + 1,
        })),
      ),
    );
    it.each(CUTS)('after $after deltas of $what is not begun anew ($how)', async ({ deltas, how }) => {
      const sent = ROLE + deltas.map((delta) => deltaOf(delta)).join('');
      const reached = createGate();
      upstream.answer(async (_, response, request) => {
        startEvents(response);
        await send(response, sent);
        await reached.opened;
        if (how === 'ends') response.end();
        else request.socket.resetAndDestroy();
      });
      const response = await ask('backed');
      const reader = new BodyReader(response);
      expect(await reader.until((text) => text.length >= sent.length)).toBe(sent);
      reached.open();
      const text = await reader.rest();
      expect(dataOf(text)).toHaveLength(deltas.length + 2);
      expect(errorAtEnd(text)).toMatchObject({ code: 'provider_unreachable' });
      expect(text).not.toContain('[DONE]');
      expect(await lineOf(response)).toMatchObject({ ending: 'upstream_error', status: 200, attempts: 1 });
      expect([upstream.calls.length, healthy.calls.length]).toEqual([1, 0]);
    });

    it.each(['ends', 'is reset'])('after its finish reason is whole all the same (%s)', async (how) => {
      const sent = chatStream(['x'], { done: false });
      const reached = createGate();
      upstream.answer(async (_, response, request) => {
        startEvents(response);
        await send(response, sent);
        await reached.opened;
        if (how === 'ends') response.end();
        else request.socket.resetAndDestroy();
      });
      const response = await ask('backed');
      const reader = new BodyReader(response);
      await reader.until((text) => text.length >= sent.length);
      reached.open();
      expect(await reader.rest()).toBe(chatStream(['x']));
      expect(await lineOf(response)).toMatchObject({ ending: 'complete' });
    });
  });

  describe('traps B6: an upstream that answers otherwise than asked', () => {
    it.each([true, false])('with JSON to a stream is told as chunks (usage asked: %s)', async (asksUsage) => {
      upstream.answer(json(chatCompletion('all at once')));
      const response = await ask('up/m', asksUsage ? ASKS_USAGE : {});
      expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
      const text = await response.text();
      expect(textOf(text)).toBe('all at once');
      const chunks = dataOf(text)
        .slice(0, -1)
        .map((data) => JSON.parse(data));
      expect(dataOf(text).at(-1)).toBe('[DONE]');
      expect(chunks.every(({ object }) => object === 'chat.completion.chunk')).toBe(true);
      expect(chunks.flatMap(({ choices }) => choices).at(-1)?.finish_reason).toBe('stop');
      expect(chunks.filter(({ usage }) => usage)).toHaveLength(asksUsage ? 1 : 0);
      expect(await lineOf(response)).toMatchObject({ ending: 'complete', usage: LOGGED_USAGE });
    });

    it('with tool calls in JSON are told as numbered deltas', async () => {
      const calls = ['call_a', 'call_b'].map((id) => ({
        id,
        type: 'function',
        function: { name: 'look', arguments: '{}' },
      }));
      const whole = {
        ...chatCompletion(''),
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: null, tool_calls: calls },
            finish_reason: 'tool_calls',
          },
        ],
      };
      upstream.answer(json(whole));
      const chunks = dataOf(await (await ask('up/m')).text())
        .slice(0, -1)
        .map((data) => JSON.parse(data));
      const deltas = chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? []);
      expect(deltas).toEqual(
        calls.flatMap((call, index) => [
          { ...call, index, function: { name: 'look', arguments: '' } },
          { index, function: { arguments: '{}' } },
        ]),
      );
    });

    it('with events to a request that wanted none is a 502', async () => {
      upstream.answer(sse(chatStream(['x'])));
      const response = await ask('direct', { stream: false });
      expect(response.status).toBe(502);
      expect((await response.json()).error.code).toMatch(/^provider_(error|unreachable)$/);
    });
  });

  describe('traps C16: silence', () => {
    it("before the upstream's headers is filled with comments, and then the stream comes as it is", async () => {
      const heard = createGate();
      upstream.answer(async (...call) => {
        await heard.opened;
        await sse(chatStream(['x']))(...call);
      });
      const response = await ask('direct', {}, restless);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
      const reader = new BodyReader(response);
      await reader.until((text) => (text.match(/^:.*\n\n/gm) ?? []).length >= 3);
      heard.open();
      const text = await reader.rest();
      expect(text).toMatch(/^(:[^\n]*\n\n){3,}data: /);
      expect(withoutComments(text)).toBe(chatStream(['x']));
      expect(await lineOf(response, restless)).toMatchObject({ ending: 'complete', status: 200 });
    });

    it('traps C17: makes a later failure an event, under the status 200 that was spent', async () => {
      const heard = createGate();
      upstream.answer(async (...call) => {
        await heard.opened;
        await json(errorBody(`broke with ${SECRET}`), 503, { 'retry-after': '60' })(...call);
      });
      const response = await ask('direct', {}, restless);
      const reader = new BodyReader(response);
      await reader.until(':');
      heard.open();
      const text = await reader.rest();
      expect(response.status).toBe(200);
      expect(dataOf(text)).toHaveLength(1);
      expect(errorAtEnd(text)).toMatchObject({ message: 'broke with [redacted]', code: 'provider_error' });
      expect(text).not.toContain('[DONE]');
      expect(await lineOf(response, restless)).toMatchObject({
        ending: 'upstream_error',
        status: 200,
        attempts: 1,
      });
    });

    it.each([
      ['a 500', json(errorBody('no'), 500)],
      ['a reset', (_call, _response, request) => void request.socket.resetAndDestroy()],
      ['a role and an end', sse(ROLE)],
    ] as [string, Handler][])('does not keep a failover from happening after %s', async (_, fail) => {
      const heard = createGate();
      upstream.answer(async (...call) => {
        await heard.opened;
        await fail(...call);
      });
      const response = await ask('backed', {}, restless);
      const reader = new BodyReader(response);
      await reader.until(':');
      heard.open();
      expect(withoutComments(await reader.rest())).toBe(chatStream(['from healthy']));
      expect(await lineOf(response, restless)).toMatchObject({
        ending: 'complete',
        status: 200,
        attempts: 2,
        provider: 'healthy',
      });
    });

    it('while a preamble is held is filled too, and the preamble goes out once', async () => {
      const heard = createGate();
      upstream.answer(async (_, response) => {
        startEvents(response);
        await send(response, ROLE);
        await heard.opened;
        response.end(deltaOf({ content: 'x' }) + FINISH + DONE);
      });
      const response = await ask('backed', {}, restless);
      const reader = new BodyReader(response);
      expect(await reader.until(':')).not.toContain('data:');
      heard.open();
      expect(withoutComments(await reader.rest())).toBe(chatStream(['x']));
    });

    it.each(['\n', '\r\n', '\r'])(
      'inside an event is never filled there, only between events (%j)',
      async (end) => {
        const events = splitEvents(chatStream(['one', 'two', 'three'])).map((event) =>
          event.replaceAll('\n', end),
        );
        const heard: Gate[] = events.map(createGate);
        upstream.answer(async (_, response) => {
          startEvents(response);
          for (const [index, event] of events.entries()) {
            await send(response, event.slice(0, event.length / 2));
            await heard[index]?.opened;
            await send(response, event.slice(event.length / 2));
          }
          response.end();
        });
        const response = await ask('direct', {}, restless);
        const reader = new BodyReader(response);
        let whole = '';
        for (const [index, event] of events.entries()) {
          // Two comments behind what is whole, and nothing of the half that the gateway has.
          await reader.until((text) => withoutComments(text) === whole && /(:[^\n]*\n\n){2}$/.test(text));
          heard[index]?.open();
          whole += event;
        }
        const text = await reader.rest();
        expect(withoutComments(text)).toBe(whole);
        expect(dataOf(text)).toEqual(dataOf(whole));
      },
    );

    it('before JSON that was asked for as JSON stays silence', async () => {
      upstream.answer(async (call, response, request) => {
        await new Promise((resolve) => setTimeout(resolve, 200));
        await json(chatCompletion('late'))(call, response, request);
      });
      const response = await ask('up/m', { stream: false }, restless);
      expect(await response.json()).toEqual(chatCompletion('late'));
    });
  });

  describe('the request on its way up', () => {
    const WHITE_SPACE = `  {\r\n\t"zebra" : { "b":1 , "a":[ 1e2, 0.10, -0 ] },
      "seed": 9223372036854775807, "big": 123456789012345678901234567890,
      "model"\t:  "MODEL" ,
      "messages" : [ {"role":"user","content":"caf\\u00e9 \\ud83d\\ude00 \\/ model \\"model\\": 1"} ],
      "nested": {"model": "not this one", "stream_options": 1}, "logit_bias": {"50256": -100},
      "STREAM""unknown": null }\n\n`;
    const bodyOf = (model: string, stream: string) =>
      WHITE_SPACE.replace('MODEL', model).replace('"STREAM"', stream);

    it.each([
      ['no stream', ''],
      ['a stream with usage', '"stream" : true, "stream_options" : {"include_usage" : true } , '],
    ])('traps D15: arrives byte for byte but for its model (%s)', async (_, stream) => {
      upstream.answer(stream === '' ? json(chatCompletion('x')) : sse(chatStream(['x'])));
      await (await post(bodyOf('up/the-model', stream))).text();
      expect(upstream.calls[0]?.body.toString()).toBe(bodyOf('the-model', stream));
    });

    it('arrives byte for byte but for its model and the wish for usage (stream)', async () => {
      upstream.answer(sse(chatStream(['x'])));
      await (await post(bodyOf('up/the-model', '"stream": true, '))).text();
      const body = upstream.calls[0]?.body.toString() ?? '';
      expect(JSON.parse(body).stream_options).toEqual({ include_usage: true });
      expect(body.replace(/\s*"stream_options":\s*\{\s*"include_usage":\s*true\s*\},?/, '')).toBe(
        bodyOf('the-model', '"stream": true, '),
      );
    });

    it('arrives with the members of stream_options that the client chose', async () => {
      upstream.answer(sse(chatStream(['x'])));
      const options = '"stream": true, "stream_options": {"include_obfuscation": false}, ';
      await (await post(bodyOf('up/the-model', options))).text();
      const body = upstream.calls[0]?.body.toString() ?? '';
      const before = bodyOf('the-model', '"stream": true, CUT').split('CUT');
      expect(body.startsWith(before[0] ?? '-')).toBe(true);
      expect(body.endsWith(before[1] ?? '-')).toBe(true);
      expect(JSON.parse(body).stream_options).toEqual({ include_obfuscation: false, include_usage: true });
    });

    it("arrives at each target with that target's model", async () => {
      upstream.answer(json(errorBody('no'), 500));
      await (await post(bodyOf('backed', '"stream": true, '))).text();
      expect(received(upstream.calls[0]).model).toBe('m');
      expect(received(healthy.calls[0])).toEqual(received(upstream.calls[0]));
      expect(healthy.calls[0]?.body.toString()).toContain('9223372036854775807');
    });

    it.each([
      ['twice', '{"model":"up/a","messages":[{"role":"user","content":"x"}],"model":"up/b"}', 'model'],
      [
        'twice, once in disguise',
        '{"model":"up/a","messages":[{"role":"user","content":"x"}],"mod\\u0065l":"up/b"}',
        'model',
      ],
      [
        'twice, the disguise first',
        '{"\\u006dodel":"up/a","messages":[{"role":"user","content":"x"}],"model":"up/b"}',
        'model',
      ],
    ])('is refused when it names its model %s', async (_, body, param) => {
      const response = await post(body);
      expect(response.status).toBe(400);
      expect((await response.json()).error).toMatchObject({ code: 'invalid_request', param });
      expect(upstream.calls).toHaveLength(0);
    });

    it.each(['stream', 'stream_options'])('is refused when it says %s twice', async (key) => {
      const value = key === 'stream' ? 'true' : '{}';
      const response = await post(
        `{"model":"up/a","messages":[{"role":"user","content":"x"}],"${key}":${value},"${key}":${value}}`,
      );
      expect(response.status).toBe(400);
      expect((await response.json()).error).toMatchObject({ code: 'invalid_request', param: key });
      expect(upstream.calls).toHaveLength(0);
    });

    it('is served when its model stands there once, in disguise', async () => {
      upstream.answer(json(chatCompletion('x')));
      const response = await post('{"mod\\u0065l":"up/a","messages":[{"role":"user","content":"x"}]}');
      expect(response.status).toBe(200);
      await response.text();
      expect(received(upstream.calls[0]).model).toBe('a');
    });
  });

  describe('without metering', () => {
    it.each([1, 64, 0])('passes every byte, %i at a time, whatever they mean', async (size) => {
      const stream = `${EVERYTHING}data: after the end\n\n${JSON.stringify(errorBody('raw'))}`;
      upstream.answer(sse(stream, size));
      const response = await ask('native');
      expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
      expect(await response.text()).toBe(stream);
      expect(await lineOf(response)).toMatchObject({ ending: 'complete', status: 200 });
    });

    it('changes nothing of the request but the model', async () => {
      upstream.answer(sse(chatStream(['x'])));
      const body =
        '{ "model": "native", "stream": true, "messages": [{"role":"user","content":"x"}], "n": 9223372036854775807 }';
      await (await post(body)).text();
      expect(upstream.calls[0]?.body.toString()).toBe(body.replace('native', 'm'));
    });

    it('hands events on as they come', async () => {
      const events = splitEvents(chatStream(['one', 'two']));
      const gates = events.map(createGate);
      upstream.answer(async (_, response) => {
        startEvents(response);
        for (const [index, event] of events.entries()) {
          await gates[index]?.opened;
          await writeInPieces(response, Buffer.from(event), 0);
        }
        response.end();
      });
      gates[0]?.open();
      const reader = new BodyReader(await ask('native'));
      for (const index of events.keys()) {
        const sofar = events.slice(0, index + 1).join('');
        expect(await reader.until((text) => text.length >= sofar.length)).toBe(sofar);
        gates[index + 1]?.open();
      }
    });

    it('still tells a failure before the body in our words', async () => {
      upstream.answer(json(errorBody('busy'), 503, { 'retry-after': '60' }));
      const response = await ask('native');
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ error: { message: 'busy', code: 'provider_error' } });
    });
  });

  it('settles every request of this file exactly once', async () => {
    for (const [through, ids] of requestIds) {
      for (const id of ids) await through.lineOf(id);
      expect(countLines(through)).toEqual(new Map([...ids].map((id) => [id, 1])));
    }
  });
});
