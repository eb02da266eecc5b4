/** Multipart bodies: only the model changes, and no second model gets past a grant, however it is written. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MultipartScanner } from '../../src/dialects/openai-chat/multipart-scanner.ts';
import { type Gateway, makeKey, standIn, startGateway } from '../support/gateway.ts';
import {
  BOUNDARY,
  encodeForm,
  type FormPart,
  field,
  file,
  formType,
  readForm,
} from '../support/multipart-body.ts';
import { openUpload, sendPieces } from '../support/raw-http.ts';
import { type RawUpstream, startRawUpstream } from '../support/raw-upstream.ts';
import { expectRefusal } from '../support/refusal.ts';
import { json, startUpstream, type Upstream } from '../support/upstream.ts';

const TRANSCRIPTIONS = '/v1/audio/transcriptions';
const EDITS = '/v1/images/edits';
const invalid = (param: string | null) => ({ status: 400, code: 'invalid_request', param });
const notAllowed = { status: 403, code: 'model_not_allowed', param: 'model' };

/** Looks like text, a boundary and a header block, and is a file. */
const HOSTILE_FILE = Buffer.concat([
  randomBytes(5000),
  Buffer.from(`\r\n--${BOUNDARY.slice(0, -1)}\r\n\r\n--${BOUNDARY}`),
  Buffer.from('\r\nContent-Disposition: form-data; name="model"\r\n\r\nup/secret\r\n--\r\n\0\r\n\r\n\r'),
  randomBytes(5000),
]);
HOSTILE_FILE.write('x', HOSTILE_FILE.lastIndexOf(BOUNDARY)); // so that the boundary itself is not in it

describe('a multipart request', () => {
  let upstream: Upstream;
  let second: Upstream;
  let gateway: Gateway;
  const narrow = makeKey('narrow', { models: ['speech', 'up/allowed'] });
  beforeAll(async () => {
    upstream = await startUpstream();
    second = await startUpstream();
    gateway = await startGateway({
      config: {
        providers: {
          up: standIn(upstream.url, { models: ['dall-e-2', 'bare'] }),
          second: standIn(second.url),
        },
        models: {
          speech: { targets: [{ provider: 'up', model: 'whisper-large-v3' }] },
          chain: {
            targets: [
              { provider: 'up', model: 'whisper-large-v3' },
              { provider: 'second', model: 'w' },
            ],
          },
        },
      },
      keys: [narrow],
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await upstream.stop();
    await second.stop();
  });
  beforeEach(() => {
    upstream.calls.length = 0;
    second.calls.length = 0;
    upstream.answer(json({ text: 'ok' }));
    second.answer(json({ text: 'second' }));
  });

  const headersFor = (key: string, contentType = formType()) => ({
    authorization: `Bearer ${key}`,
    'content-type': contentType,
  });
  const send = (path: string, body: Buffer, contentType = formType(), key = gateway.key) =>
    gateway.request(path, {
      method: 'POST',
      headers: headersFor(key, contentType),
      body: new Uint8Array(body),
    });
  const sendParts = (path: string, parts: readonly FormPart[], key = gateway.key) =>
    send(path, encodeForm(parts), formType(), key);

  describe('changes in nothing but its model', () => {
    const parts = (model: string, place: number) => {
      const rest = [
        field('language', 'en'),
        file(HOSTILE_FILE),
        field('prompt', 'é\r\n\r\n--\r\n'),
        field('x[]', ''),
      ];
      return [...rest.slice(0, place), field('model', model), ...rest.slice(place)];
    };

    it.each([
      ['first', 0],
      ['in front of the file', 1],
      ['behind the file', 2],
      ['last', 4],
    ])('when the model stands %s', async (_, place) => {
      const response = await sendParts(TRANSCRIPTIONS, parts('speech', place));
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ text: 'ok' });
      const { body, headers, path } = await upstream.call(0);
      expect(body.equals(encodeForm(parts('whisper-large-v3', place)))).toBe(true);
      expect(headers['content-type']).toBe(formType());
      expect(path).toBe('/v1/audio/transcriptions');
    });

    it.each([
      ['/v1/audio/translations', 'up/org/m', 'org/m'],
      ['/v1/images/edits', 'bare', 'bare'],
      ['/images/variations', 'up/x', 'x'],
    ])('at %s', async (path, model, sent) => {
      expect((await sendParts(path, parts(model, 2))).status).toBe(200);
      expect((await upstream.call(0)).body.equals(encodeForm(parts(sent, 2)))).toBe(true);
    });

    it.each([
      ['a quoted boundary', `multipart/form-data; boundary="${BOUNDARY}"`],
      ['capitals', `Multipart/Form-Data; Boundary=${BOUNDARY}`],
      ['another parameter in front', `multipart/form-data; charset=utf-8; boundary=${BOUNDARY}`],
      ['another parameter behind', `multipart/form-data;boundary=${BOUNDARY};charset=utf-8`],
    ])('with a content type that has %s', async (_, contentType) => {
      expect((await send(TRANSCRIPTIONS, encodeForm(parts('speech', 1)), contentType)).status).toBe(200);
      const { body, headers } = await upstream.call(0);
      expect(body.equals(encodeForm(parts('whisper-large-v3', 1)))).toBe(true);
      expect(headers['content-type']).toBe(contentType);
    });

    it('with a boundary that holds every character a boundary may', async () => {
      const boundary = "a'()+_,-./:=?Z 9";
      const response = await send(
        TRANSCRIPTIONS,
        encodeForm(parts('speech', 1), boundary),
        `multipart/form-data; boundary="${boundary}"`,
      );
      expect(response.status).toBe(200);
      expect((await upstream.call(0)).body.equals(encodeForm(parts('whisper-large-v3', 1), boundary))).toBe(
        true,
      );
    });

    it('as the official form encoder of a client writes it', async () => {
      const form = new FormData();
      form.set(
        'file',
        new File([new Uint8Array(HOSTILE_FILE)], 'a "quoted" name.mp3', { type: 'audio/mpeg' }),
      );
      form.set('model', 'speech');
      form.append('timestamp_granularities[]', 'word');
      form.append('timestamp_granularities[]', 'segment');
      const response = await gateway.request(TRANSCRIPTIONS, { method: 'POST', body: form });
      expect(response.status).toBe(200);
      const { body, headers } = await upstream.call(0);
      const received = await readForm(body, headers['content-type'] ?? '');
      expect(received.getAll('model')).toEqual(['whisper-large-v3']);
      expect(received.getAll('timestamp_granularities[]')).toEqual(['word', 'segment']);
      const sent = Buffer.from(await (received.get('file') as File).arrayBuffer());
      expect(sent.equals(HOSTILE_FILE)).toBe(true);
    });

    it('at whatever place the body is cut into two chunks', async () => {
      const small = (model: string) =>
        encodeForm([field('language', 'en'), field('model', model), file('\r\n--x')]);
      const body = small('speech');
      const expected = small('whisper-large-v3');
      const wrong: number[] = [];
      for (let cut = 1; cut < body.length; cut += 1) {
        upstream.calls.length = 0;
        const response = await sendPieces(
          gateway.url + TRANSCRIPTIONS,
          [body.subarray(0, cut), body.subarray(cut)],
          { headers: headersFor(gateway.key) },
        );
        if (response.status !== 200 || !upstream.calls[0]?.body.equals(expected)) wrong.push(cut);
      }
      expect(wrong).toEqual([]);
    });

    it('in chunks of one byte', async () => {
      const small = (model: string) => encodeForm([file('sound'), field('model', model), field('a', 'b')]);
      const pieces = Array.from(small('speech'), (byte) => Buffer.of(byte));
      const response = await sendPieces(gateway.url + TRANSCRIPTIONS, pieces, {
        headers: headersFor(gateway.key),
      });
      expect(response.status).toBe(200);
      expect((await upstream.call(0)).body.equals(small('whisper-large-v3'))).toBe(true);
    });
  });

  describe('without a model', () => {
    it.each([TRANSCRIPTIONS, '/v1/audio/translations'])('is refused at %s', async (path) => {
      await expectRefusal(gateway, await sendParts(path, [file('sound')]), invalid('model'));
      expect(upstream.calls).toEqual([]);
    });

    const picture = [file('png', 'image', 'a.png'), field('prompt', 'a hat')];

    it.each([EDITS, '/v1/images/variations'])('uses the API’s default at %s', async (path) => {
      expect((await sendParts(path, picture)).status).toBe(200);
      const { body, headers } = await upstream.call(0);
      const form = await readForm(body, headers['content-type'] ?? '');
      expect(form.getAll('model')).toEqual(['dall-e-2']);
      expect(form.get('prompt')).toBe('a hat');
    });

    it.each([
      ['a line break', '\r\n'],
      ['a preamble', 'This is a message with multiple parts in MIME format.\r\n'],
    ])('sends the default as it is, even when the body begins with %s', async (_, preamble) => {
      const body = Buffer.concat([Buffer.from(preamble), encodeForm(picture)]);
      expect((await send(EDITS, body)).status).toBe(200);
      const call = await upstream.call(0);
      expect(modelValues(call.body)).toEqual(['dall-e-2']);
    });

    it('needs a grant for the default', async () => {
      await expectRefusal(gateway, await sendParts(EDITS, picture, narrow.key), notAllowed);
      expect(upstream.calls).toEqual([]);
    });

    it.each(['whole', 'in small chunks'])(
      'does not take the default for a model of 5000 letters, sent %s',
      async (how) => {
        const body = encodeForm([...picture, field('model', 'm'.repeat(5000)), field('n', '1')]);
        const size = how === 'whole' ? body.length : 100;
        const pieces = Array.from({ length: Math.ceil(body.length / size) }, (_, index) =>
          body.subarray(index * size, (index + 1) * size),
        );
        const response = await sendPieces(gateway.url + EDITS, pieces, { headers: headersFor(gateway.key) });
        await expectRefusal(gateway, response, invalid('model'));
        expect(upstream.calls).toEqual([]);
      },
    );

    it('does not take the default for an empty model, nor for one that is a file', async () => {
      const empty = await sendParts(EDITS, [...picture, field('model', '')]);
      await expectRefusal(gateway, empty, invalid('model'));
      const asFile = await sendParts(EDITS, [...picture, file('up/secret', 'model', 'm.txt')]);
      await expectRefusal(gateway, asFile, invalid('model'));
      expect(upstream.calls).toEqual([]);
    });
  });

  describe('that is malformed is refused and reaches nobody', () => {
    const good = encodeForm([field('model', 'speech'), file('sound')]);
    const text = good.toString('latin1');
    const bytes = (changed: string) => Buffer.from(changed, 'latin1');

    it.each<[string, Buffer, string, string | null]>([
      ['no content type', good, '', 'content-type'],
      ['JSON', bytes('{"model":"speech"}'), 'application/json', 'content-type'],
      ['a URL-encoded form', bytes('model=speech'), 'application/x-www-form-urlencoded', 'content-type'],
      ['no boundary in the content type', good, 'multipart/form-data', 'content-type'],
      ['an empty boundary', good, 'multipart/form-data; boundary=', 'content-type'],
      [
        'a boundary of 71 characters',
        good,
        `multipart/form-data; boundary=${'b'.repeat(71)}`,
        'content-type',
      ],
      ['another kind of multipart', good, `multipart/mixed; boundary=${BOUNDARY}`, 'content-type'],
      ['a boundary that is not in the body', good, formType('another'), null],
      ['no body', Buffer.alloc(0), formType(), null],
      ['only the closing boundary', bytes(`--${BOUNDARY}--\r\n`), formType(), 'model'],
      ['a body cut in the closing boundary', good.subarray(0, good.length - 4), formType(), null],
      ['a body cut inside the file', good.subarray(0, good.indexOf('sound') + 2), formType(), null],
      ['a body cut inside the model', good.subarray(0, good.indexOf('speech') + 3), formType(), null],
      ['a part without a name', bytes(text.replace('; name="model"', '')), formType(), null],
      [
        'a part without Content-Disposition',
        bytes(text.replace('Content-Disposition', 'X-D')),
        formType(),
        null,
      ],
      [
        'a header block of 20 KiB',
        bytes(text.replace('Content-Type: audio/mpeg', `X-Long: ${'x'.repeat(20_000)}`)),
        formType(),
        null,
      ],
    ])('with %s', async (_, body, contentType, param) => {
      const response = await send(TRANSCRIPTIONS, body, contentType);
      await expectRefusal(gateway, response, invalid(param));
      expect(upstream.calls).toEqual([]);
    });
  });

  describe('that names two models is refused, because parsers disagree on which one counts (traps H6)', () => {
    const sound = file('sound');
    const allowed = field('model', 'up/allowed');
    const secret = field('model', 'up/secret');
    const disguised = (head: string): FormPart => ({ head, content: 'secret' });

    it.each<[string, FormPart[]]>([
      ['next to each other', [allowed, secret, sound]],
      ['around the file', [allowed, sound, secret]],
      ['the same twice', [allowed, allowed, sound]],
      ['behind the file', [sound, allowed, secret]],
      ['one as a file', [allowed, sound, file('secret', 'model', 'm.txt')]],
      ['one without quotes', [allowed, disguised('Content-Disposition: form-data; name=model'), sound]],
      [
        'one in other letters of the header',
        [allowed, disguised('CONTENT-DISPOSITION: FORM-DATA; NAME="model"'), sound],
      ],
      ['one with escapes', [allowed, disguised('Content-Disposition: form-data; name="mo\\del"'), sound]],
    ])('%s', async (_, parts) => {
      await expectRefusal(gateway, await sendParts(TRANSCRIPTIONS, parts, narrow.key), invalid('model'));
      expect(upstream.calls).toEqual([]);
    });

    it.each<[string, FormPart[]]>([
      ['a second name in one header', [disguised('Content-Disposition: form-data; name="x"; name="model"')]],
      ['a first name in one header', [disguised('Content-Disposition: form-data; name=x; NAME=model')]],
      [
        'a name inside a quoted value',
        [disguised('Content-Disposition: form-data; a="; name=x"; name="model"')],
      ],
      ['an extended name', [disguised('Content-Disposition: form-data; name="x"; name*=UTF-8\'\'model')]],
      [
        'a second header',
        [
          disguised(
            'Content-Disposition: form-data; name="x"\r\nContent-Disposition: form-data; name="model"',
          ),
        ],
      ],
      [
        'a header behind a lone line feed',
        [disguised('Content-Disposition: form-data; name="x"\nContent-Disposition: form-data; name="model"')],
      ],
      ['a folded header', [disguised('Content-Disposition: form-data; name="x"\r\n ; name="model"')]],
    ])('or that hides one behind %s', async (_, hidden) => {
      const response = await sendParts(TRANSCRIPTIONS, [allowed, ...hidden, sound], narrow.key);
      expect(upstream.calls.map(({ body }) => body.toString())).toEqual([]);
      expect(response.status).toBe(400);
    });

    const delimiter = (rest: string, end = '\r\n') => `--${BOUNDARY}${rest}${end}`;
    const model = (value: string, lf = '\r\n') =>
      `Content-Disposition: form-data; name="model"${lf}${lf}${value}${lf}`;
    it.each<[string, string]>([
      // Strict parsers see one part that goes on; the gateway must not see a model that they do not.
      [
        'letters behind a boundary',
        delimiter('') +
          'Content-Disposition: form-data; name="prompt"\r\n\r\nhi\r\n' +
          delimiter('X') +
          model('up/allowed') +
          delimiter('--'),
      ],
      // Others go on behind a closing boundary that is none.
      [
        'letters behind a closing boundary',
        delimiter('') +
          model('up/allowed') +
          delimiter('--X') +
          'a\r\n' +
          delimiter('') +
          model('secret') +
          delimiter('--'),
      ],
      // Parsers that take a lone line feed read a part here, where the gateway would skip to the line's end.
      [
        'a lone line feed behind a boundary',
        delimiter('', '\n') + model('secret', '\n') + delimiter('') + model('up/allowed') + delimiter('--'),
      ],
    ])('or that hides one behind %s', async (_, body) => {
      const response = await send(TRANSCRIPTIONS, Buffer.from(body), formType(), narrow.key);
      expect(upstream.calls.map(({ body: received }) => received.toString())).toEqual([]);
      expect(response.status).toBe(400);
    });

    it.each([
      ['twice', `multipart/form-data; boundary=other; boundary=${BOUNDARY}`],
      ['twice, the other way round', `multipart/form-data; boundary=${BOUNDARY}; boundary=other`],
      [
        'inside another parameter’s quotes',
        `multipart/form-data; boundary=other; x="; boundary=${BOUNDARY}"`,
      ],
    ])('or whose content type has its boundary %s', async (_, contentType) => {
      const body = Buffer.concat([encodeForm([allowed, sound]), encodeForm([secret, sound], 'other')]);
      const response = await send(TRANSCRIPTIONS, body, contentType, narrow.key);
      expect(upstream.calls.map(({ headers }) => headers['content-type'])).toEqual([]);
      expect([400, 403]).toContain(response.status);
    });

    it('and a model that is not granted is refused wherever it stands', async () => {
      for (const parts of [
        [secret, sound],
        [sound, secret],
      ])
        await expectRefusal(gateway, await sendParts(TRANSCRIPTIONS, parts, narrow.key), notAllowed);
      expect(upstream.calls).toEqual([]);
    });
  });

  it('falls over to the next target with the whole body', async () => {
    upstream.answer(json({ error: { message: 'down' } }, 503));
    const parts = (model: string) => [file(HOSTILE_FILE), field('model', model), field('language', 'en')];
    const response = await sendParts(TRANSCRIPTIONS, parts('chain'));
    expect(await response.json()).toEqual({ text: 'second' });
    expect(response.headers.get('x-edgeway-provider')).toBe('second');
    expect(upstream.calls.length).toBeGreaterThan(0);
    for (const { body } of upstream.calls)
      expect(body.equals(encodeForm(parts('whisper-large-v3')))).toBe(true);
    expect((await second.call(0)).body.equals(encodeForm(parts('w')))).toBe(true);
  });

  it('passes an answer on that is no JSON, as it is', async () => {
    upstream.answer((_, response) => {
      response
        .writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
        .end('1\n00:00 --> 00:01\nHé\n');
    });
    const response = await sendParts(TRANSCRIPTIONS, [field('model', 'speech'), file('sound')]);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await response.text()).toBe('1\n00:00 --> 00:01\nHé\n');
  });
});

describe('a multipart request that can be sent once only streams through', () => {
  let upstream: RawUpstream;
  let gateway: Gateway;
  beforeAll(async () => {
    upstream = await startRawUpstream();
    gateway = await startGateway({
      config: {
        providers: { up: standIn(upstream.url) },
        models: { once: { targets: [{ provider: 'up', model: 'whisper-large-v3' }], retries: 0 } },
        max_body_bytes: 1024 * 1024,
      },
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await upstream.stop();
  });
  beforeEach(() => {
    upstream.calls.length = 0;
  });

  const headersFor = (length?: number): Record<string, string> => ({
    authorization: `Bearer ${gateway.key}`,
    'content-type': formType(),
    ...(length === undefined ? {} : { 'content-length': String(length) }),
  });
  const upload = (length?: number) =>
    openUpload(gateway.url + TRANSCRIPTIONS, { headers: headersFor(length) });
  /** A body, and where its file's content is cut in two. */
  const cutInFile = (model: string, more: FormPart[] = []) => {
    const body = encodeForm([
      field('model', model),
      file(`first-half${'.'.repeat(5000)}second-half`),
      ...more,
    ]);
    const at = body.indexOf('second-half');
    return { body, start: body.subarray(0, at), rest: body.subarray(at) };
  };

  it.each(['declared', 'chunked'])('before the client has sent the rest (%s)', async (how) => {
    const { body, start, rest } = cutInFile('once');
    const sending = upload(how === 'declared' ? body.length : undefined);
    await sending.write(start);
    const call = await upstream.call(0);
    await call.has('first-half'); // and nothing more was sent so far
    expect(call.body.includes('second-half')).toBe(false);
    await sending.write(rest);
    sending.end();
    const response = await sending.response;
    expect(await response.json()).toEqual({ text: 'ok' });
    expect(call.body.equals(cutInFile('whisper-large-v3').body)).toBe(true);
    if (how === 'declared') expect(call.request.headers['content-length']).toBe(String(call.body.length));
    expect(await gateway.lineOf(response.headers.get('x-request-id'))).toMatchObject({
      ending: 'complete',
      alias: 'once',
      attempts: 1,
    });
  });

  it('when all of it came at once', async () => {
    const body = encodeForm([field('model', 'once'), file('sound')]);
    const response = await sendPieces(gateway.url + TRANSCRIPTIONS, [body], { headers: headersFor() });
    expect(response.status).toBe(200);
    expect(
      (await upstream.call(0)).body.equals(encodeForm([field('model', 'whisper-large-v3'), file('sound')])),
    ).toBe(true);
  });

  it('when the model comes behind the file, from there on', async () => {
    const parts = (model: string) => [file('sound'), field('model', model), field('language', 'en')];
    const body = encodeForm(parts('once'));
    const at = body.indexOf('language');
    const sending = upload();
    await sending.write(body.subarray(0, at));
    const call = await upstream.call(0);
    await call.has('whisper-large-v3');
    await sending.write(body.subarray(at));
    sending.end();
    expect((await sending.response).status).toBe(200);
    expect(call.body.equals(encodeForm(parts('whisper-large-v3')))).toBe(true);
  });

  /** The failure came while the body was under way: a call was begun, and must not count as a whole one. */
  async function expectLateRefusal(
    sending: { response: Promise<Response> },
    status: number,
    code: string,
    param: string | null,
  ): Promise<void> {
    const response = await sending.response;
    expect(await response.json()).toMatchObject({ error: { code, param } });
    expect(response.status).toBe(status);
    for (const { isComplete } of upstream.calls) expect(await isComplete).toBe(false);
    const line = await gateway.lineOf(response.headers.get('x-request-id'));
    expect(line).toMatchObject({ ending: 'rejected', status, error_code: code });
  }

  it.each(['declared', 'chunked'])('but not with a second model behind the file (%s)', async (how) => {
    const { body, start, rest } = cutInFile('once', [field('model', 'secret')]);
    const sending = upload(how === 'declared' ? body.length : undefined);
    await sending.write(start);
    await (await upstream.call(0)).has('first-half');
    await sending.write(rest);
    sending.end();
    await expectLateRefusal(sending, 400, 'invalid_request', 'model');
    expect(upstream.calls[0]?.body.includes('secret')).toBe(false);
  });

  it('nor with a second model in the same chunk', async () => {
    const body = encodeForm([field('model', 'once'), file('sound'), field('model', 'secret')]);
    const response = await sendPieces(gateway.url + TRANSCRIPTIONS, [body], { headers: headersFor() });
    await expectRefusal(gateway, response, invalid('model'));
    expect(upstream.calls).toEqual([]);
  });

  it.each(['declared', 'chunked'])('nor with a part that is malformed later (%s)', async (how) => {
    const { body, start, rest } = cutInFile('once', [{ head: 'X-No-Name: 1', content: 'x' }]);
    const sending = upload(how === 'declared' ? body.length : undefined);
    await sending.write(start);
    await (await upstream.call(0)).has('first-half');
    await sending.write(rest);
    sending.end();
    await expectLateRefusal(sending, 400, 'invalid_request', null);
  });

  it.each(['declared', 'chunked'])('nor without its closing boundary (%s)', async (how) => {
    const { body, start, rest } = cutInFile('once');
    const cut = BOUNDARY.length + 8;
    const sending = upload(how === 'declared' ? body.length - cut : undefined);
    await sending.write(start);
    await (await upstream.call(0)).has('first-half');
    await sending.write(rest.subarray(0, rest.length - cut));
    sending.end();
    await expectLateRefusal(sending, 400, 'invalid_request', null);
  });

  it('nor cut short, when all of it came at once', async () => {
    const body = encodeForm([field('model', 'once'), file('sound')]);
    const cut = body.subarray(0, body.indexOf('sound') + 5);
    const sending = upload(cut.length);
    await sending.write(cut);
    sending.end();
    await expectLateRefusal(sending, 400, 'invalid_request', null);
  });

  it('nor past max_body_bytes', async () => {
    const { start } = cutInFile('once');
    const sending = upload();
    await sending.write(start);
    await (await upstream.call(0)).has('first-half');
    for (let sent = 0; sent < 1020; sent += 1) await sending.write(Buffer.alloc(1024));
    await expectLateRefusal(sending, 413, 'request_too_large', null);
  });

  it.each(['declared', 'chunked'])('nor when the client leaves in the middle (%s)', async (how) => {
    const { body, start } = cutInFile('once');
    const sending = upload(how === 'declared' ? body.length : undefined);
    await sending.write(start);
    const call = await upstream.call(0);
    await call.has('first-half');
    sending.abort();
    expect(await call.isComplete).toBe(false);
  });

  it('and is not sent again when the provider fails', async () => {
    const failing = await startRawUpstream(({ isComplete, response }) => {
      void isComplete.then(() => response.writeHead(503).end('{"error":{"message":"down"}}'));
    });
    const other = await startGateway({
      config: {
        providers: { up: standIn(failing.url) },
        models: { once: { targets: [{ provider: 'up', model: 'w' }], retries: 0 } },
      },
    });
    try {
      const response = await other.request(TRANSCRIPTIONS, {
        method: 'POST',
        headers: { 'content-type': formType() },
        body: new Uint8Array(encodeForm([field('model', 'once'), file('sound')])),
      });
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ error: { message: 'down', code: 'provider_error' } });
      expect(failing.calls).toHaveLength(1);
    } finally {
      await other.stop();
      await failing.stop();
    }
  });
});

describe('MultipartScanner', () => {
  const parts = [
    field('language', 'en'),
    field('model', 'modèle'),
    file(HOSTILE_FILE.subarray(4900, 5300)),
    field('a', ''),
  ];
  const body = encodeForm(parts);
  const scanned = (pieces: readonly Buffer[]) => {
    const scanner = new MultipartScanner(BOUNDARY);
    for (const piece of pieces) scanner.push(piece);
    const { isClosed, parts: found } = scanner;
    return {
      isClosed,
      found: found.map(({ name, isFile, start, end, value }) => ({ name, isFile, start, end, value })),
    };
  };
  const whole = scanned([body]);

  it('finds each part where it stands', () => {
    expect(whole.isClosed).toBe(true);
    expect(whole.found.map(({ name }) => name)).toEqual(['language', 'model', 'file', 'a']);
    for (const [index, { start, end, isFile, value }] of whole.found.entries()) {
      const content = Buffer.from(parts[index]?.content ?? '');
      expect(body.subarray(start, end).equals(content)).toBe(true);
      expect(value).toBe(isFile ? undefined : content.toString());
    }
  });

  it('finds the same at every cut into two pieces', () => {
    for (let cut = 1; cut < body.length; cut += 1)
      expect(scanned([body.subarray(0, cut), body.subarray(cut)]), `cut at ${cut}`).toEqual(whole);
  });

  it.each([1, 2, 3, 7, 64])('finds the same in pieces of %i', (size) => {
    const pieces = Array.from({ length: Math.ceil(body.length / size) }, (_, index) =>
      body.subarray(index * size, (index + 1) * size),
    );
    expect(scanned(pieces)).toEqual(whole);
  });
});

/** Values of plain `model` parts, by splitting at the boundary and nothing cleverer. */
function modelValues(body: Buffer): string[] {
  return body
    .toString('latin1')
    .split(`--${BOUNDARY}`)
    .filter((part) => part.includes('name="model"'))
    .map((part) => part.slice(part.indexOf('\r\n\r\n') + 4).replace(/\r\n$/, ''));
}
