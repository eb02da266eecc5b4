import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { within } from '../support/clients.ts';
import { curl, startCurl } from '../support/curl.ts';
import { type Gateway, standIn, startGateway } from '../support/gateway.ts';
import { chatStream, json, startUpstream, type Upstream } from '../support/upstream.ts';

let upstream: Upstream;
let gateway: Gateway;
let directory: string;

beforeAll(async () => {
  upstream = await startUpstream();
  gateway = await startGateway({
    config: {
      providers: { simulator: {}, stub: standIn(upstream.url) },
      models: { ears: { targets: [{ provider: 'stub', model: 'upstream-whisper' }] } },
      max_body_bytes: 8 * 1024 * 1024,
    },
  });
  directory = mkdtempSync(join(tmpdir(), 'edgeway-curl-'));
});
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => {
  upstream.calls.length = 0;
});

const at = (path: string): string => gateway.url + path;
const authorized = (): string[] => ['-H', `Authorization: Bearer ${gateway.key}`];
/** The body of a chat request as a user types it. */
const chat = (model: string, fields: object = {}): string =>
  JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello?' }], ...fields });
const posted = (body: string): string[] => [
  ...authorized(),
  '-H',
  'Content-Type: application/json',
  '-d',
  body,
];

describe('curl', () => {
  it('gets a whole answer with one plain call', async () => {
    const { status, headers, body } = await curl([
      at('/v1/chat/completions'),
      ...posted(chat('simulator/sim-fast')),
    ]);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('application/json');
    expect(headers.get('cache-control')).toBe('private');
    expect(headers.get('x-edgeway-attempts')).toBe('1');
    expect(JSON.parse(body).choices[0].message.content).toContain('Hello?');
    expect(await gateway.lineOf(headers.get('x-request-id'))).toMatchObject({
      status: 200,
      ending: 'complete',
    });
  });

  it('works without a content type of its own: -d alone says urlencoded', async () => {
    const { status } = await curl([
      at('/v1/chat/completions'),
      ...authorized(),
      '-d',
      chat('simulator/sim-fast'),
    ]);
    expect(status).toBe(200);
  });

  it('sees each event of a stream (-N) as soon as the upstream has sent it, and the end marker last', async () => {
    const events = chatStream(['one', 'two'])
      .split('\n\n')
      .map((event) => `${event}\n\n`);
    let goOn = (): void => undefined;
    upstream.answer(async (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(events.slice(0, 2).join(''));
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      response.end(events.slice(2, -1).join(''));
    });
    const run = startCurl(['-N', at('/v1/chat/completions'), ...posted(chat('stub/m', { stream: true }))]);
    expect(await run.until('"one"')).not.toContain('"two"');
    goOn();
    const { status, headers, body } = await run.answer;
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/event-stream');
    expect(headers.get('cache-control')).toBe('private, no-cache, no-transform');
    expect(body).toBe(chatStream(['one', 'two']));
  });

  it('that is stopped with Ctrl-C in mid-stream closes the upstream connection within a second', async () => {
    upstream.answer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const [role, word] = chatStream(['more'], { done: false }).split('\n\n');
      const ticking = setInterval(() => response.write(`${role}\n\n${word}\n\n`), 20);
      response.on('close', () => clearInterval(ticking));
    });
    const run = startCurl(['-N', at('/v1/chat/completions'), ...posted(chat('stub/m', { stream: true }))]);
    const head = await run.until('"more"');
    run.process.kill('SIGINT');
    await once(run.process, 'close');
    await within(1000, 'the upstream connection is closed', (await upstream.call(0)).closed);
    const requestId = /^x-request-id: (\S+)/im.exec(head)?.[1] ?? null;
    expect(await gateway.lineOf(requestId)).toMatchObject({ ending: 'client_abort' });
  });

  it('uploads a file of some megabytes, for which it waits for 100 Continue', async () => {
    const bytes = Buffer.alloc(3 * 1024 * 1024, 'edgeway ');
    const file = join(directory, 'speech.wav');
    writeFileSync(file, bytes);
    upstream.answer(json({ text: 'heard' }));
    const form = ['-F', `file=@${file};type=audio/wav`, '-F', 'model=ears', '-F', 'language=de'];
    const expecting = ['-H', 'Expect: 100-continue'];
    const { status, body } = await curl([
      at('/v1/audio/transcriptions'),
      ...authorized(),
      ...expecting,
      ...form,
    ]);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({ text: 'heard' });
    const call = await upstream.call(0);
    const headers = { 'content-type': call.headers['content-type'] ?? '' };
    const received = await new Response(new Uint8Array(call.body), { headers }).formData();
    expect(received.get('model')).toBe('upstream-whisper');
    expect(received.get('language')).toBe('de');
    const arrived = received.get('file') as File;
    expect(Buffer.from(await arrived.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('may send its body in chunks, without a length', async () => {
    const chunked = ['-H', 'Transfer-Encoding: chunked', '-H', 'Content-Type: application/json'];
    const { status, body } = await curl(
      [at('/v1/chat/completions'), ...authorized(), ...chunked, '--data-binary', '@-'],
      chat('simulator/sim-fast'),
    );
    expect(status).toBe(200);
    expect(JSON.parse(body).object).toBe('chat.completion');
  });

  it.each(['a length', 'chunks'])('gets 413 for a body that is too large, sent with %s', async (how) => {
    const large = Buffer.from(chat('simulator/sim-fast', { user: 'x'.repeat(9 * 1024 * 1024) }));
    const framing = how === 'chunks' ? ['-H', 'Transfer-Encoding: chunked'] : [];
    const args = [
      at('/v1/chat/completions'),
      ...authorized(),
      '-H',
      'Content-Type: application/json',
      ...framing,
    ];
    const { status, body } = await curl([...args, '--data-binary', '@-'], large);
    expect(status).toBe(413);
    expect(JSON.parse(body).error.code).toBe('request_too_large');
  });
});

interface Refused {
  readonly what: string;
  readonly path: string;
  readonly args: () => string[];
  readonly status: number;
  readonly code: string;
  readonly allow?: string;
}

const post = chat('simulator/sim-fast');
const REFUSED: Refused[] = [
  { what: 'no key', path: '/v1/models', args: () => [], status: 401, code: 'invalid_api_key' },
  {
    what: 'a wrong key',
    path: '/v1/models',
    args: () => ['-H', 'Authorization: Bearer wrong-key-0123456789'],
    status: 401,
    code: 'invalid_api_key',
  },
  {
    what: 'a key as password',
    path: '/v1/models',
    args: () => ['-u', `user:${gateway.key}`],
    status: 401,
    code: 'invalid_api_key',
  },
  {
    what: 'a key in the query, even beside a good one',
    path: '/v1/models?key=abcdefghijklmnop',
    args: authorized,
    status: 401,
    code: 'invalid_api_key',
  },
  {
    what: 'an unknown model',
    path: '/v1/chat/completions',
    args: () => posted(chat('nobody/knows')),
    status: 404,
    code: 'model_not_found',
  },
  {
    what: 'a route of OpenAI that is not served',
    path: '/v1/fine_tuning/jobs',
    args: () => posted(post),
    status: 404,
    code: 'route_not_supported',
  },
  {
    what: 'a path that nobody has',
    path: '/v1/what/is/this',
    args: () => posted(post),
    status: 404,
    code: 'route_not_found',
  },
  {
    what: 'no body',
    path: '/v1/chat/completions',
    args: () => ['-X', 'POST', ...authorized()],
    status: 400,
    code: 'invalid_request',
  },
  {
    what: 'a body that is no JSON',
    path: '/v1/chat/completions',
    args: () => posted('{"model": '),
    status: 400,
    code: 'invalid_request',
  },
  {
    what: 'the wrong method on a call',
    path: '/v1/chat/completions',
    args: authorized,
    status: 405,
    code: 'method_not_allowed',
    allow: 'POST',
  },
  {
    what: 'the wrong method on the models',
    path: '/v1/models',
    args: () => ['-X', 'DELETE', ...authorized()],
    status: 405,
    code: 'method_not_allowed',
    allow: 'GET',
  },
  {
    what: 'a compressed request',
    path: '/v1/chat/completions',
    args: () => ['-H', 'Content-Encoding: gzip', ...posted(post)],
    status: 415,
    code: 'unsupported_encoding',
  },
];

describe('HTTP status that curl gets', () => {
  it.each(REFUSED)('for $what: $status $code', async ({ path, args, status, code, allow }) => {
    const answer = await curl([at(path), ...args()]);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(answer.headers.get('x-request-id')).toMatch(/^req_/);
    expect(JSON.parse(answer.body)).toEqual({
      error: expect.objectContaining({ code, message: expect.any(String) }),
    });
    if (allow !== undefined) expect(answer.headers.get('allow')?.split(/, */)).toContain(allow);
  });

  it('for a key that is no good tells nobody why: the bodies are equal', async () => {
    const tokens = ['', 'short', 'wrong-key-0123456789', `${gateway.key}x`, gateway.key.toUpperCase()];
    const answers = await Promise.all(
      tokens.map((token) => curl([at('/v1/models'), '-H', `Authorization: Bearer ${token}`])),
    );
    expect(answers.map(({ status }) => status)).toEqual(tokens.map(() => 401));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  });

  it('is an exit code of its own with --fail', async () => {
    const failed = curl([at('/v1/models'), '--fail']);
    await expect(failed).rejects.toMatchObject({ code: 22 });
  });
});

describe('public pages', () => {
  it('GET / explains itself to a person, with the base URL that was called, and needs no key', async () => {
    const { status, headers, body } = await curl([at('/')]);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/html');
    expect(body).toContain(`${gateway.url}/v1`);
  });

  it('GET /healthz says ok and its version, and needs no key', async () => {
    const { status, headers, body } = await curl([at('/healthz')]);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('application/json');
    expect(JSON.parse(body)).toEqual({ status: 'ok', version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  });

  it('a HEAD request finds both', async () => {
    for (const path of ['/', '/healthz']) expect((await curl([at(path), '--head'])).status).toBe(200);
  });
});
