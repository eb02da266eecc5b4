import { describe, expect, it } from 'vitest';
import { readErrorFields } from '../../../src/dialects/openai/error-fields.ts';
import type { RawErrorFields } from '../../../src/dialects/straight.ts';
import { toErrorWire } from '../../../src/errors.ts';
import {
  type AttemptFailure,
  classifyFailure,
  failedSuccess,
  readFailedResponse,
  readRetryAfter,
  timedOut,
  toProviderFields,
  unreachable,
} from '../../../src/gateway/provider-failure.ts';
import { saidByClient } from '../../../src/gateway/said-by-client.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import type { Quirk } from '../../../src/providers/provider-row.ts';
import { createRedactor } from '../../../src/redact.ts';
import { PROVIDER } from './support.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const plain = (text: string) => text;
const said = (fields: Partial<RawErrorFields> = {}): RawErrorFields => ({
  message: 'It says why.',
  type: 'their_type',
  param: null,
  code: 'their_code',
  ...fields,
});
const refusal = (status: number, text?: string): Quirk => ({
  kind: 'credential-refusal',
  status,
  source: 'x',
  ...(text === undefined ? {} : { text }),
});

const SIGNS = { redact: plain, now: NOW, isOfClient: () => false };

interface Signs {
  readonly raw?: RawErrorFields | null;
  readonly headers?: Record<string, string>;
  readonly quirks?: Quirk[];
}

function classify(status: number, { raw = said(), headers = {}, quirks = [] }: Signs = {}): AttemptFailure {
  const provider: Provider = { ...PROVIDER, quirks };
  return classifyFailure({ status, raw, provider, headers: new Headers(headers), ...SIGNS });
}

describe('classifyFailure', () => {
  it('does not take words of the client, quoted by the provider, for a refused credential', () => {
    const quirks: Quirk[] = [
      { kind: 'credential-refusal', status: 400, text: 'API key not', source: 'https://acme.example' },
    ];
    const raw = said({ message: 'Invalid value: "api KEY not"' });
    const provider = { ...PROVIDER, quirks };
    const signs = { status: 400, raw, provider, headers: new Headers(), ...SIGNS };
    expect(classifyFailure(signs).isCredentialRefused).toBe(true);
    const request = { sent: () => new Uint8Array(1), parse: () => ({ x: 'API key not' }) };
    const quoted = classifyFailure({ ...signs, isOfClient: saidByClient(request, new Headers()) });
    expect(quoted).toMatchObject({ isCredentialRefused: false, remedy: 'other-credential' });
    const headers = new Headers({ 'x-feature': 'API key not' });
    const inHeader = saidByClient({ sent: () => null, parse: () => ({}) }, headers);
    expect(classifyFailure({ ...signs, isOfClient: inHeader }).isCredentialRefused).toBe(false);
  });

  it('lets no credential rest for a request that is larger than its whole limit', () => {
    const raw = said({ message: 'Request too large for gpt-x: Limit 30000, Requested 53000.' });
    expect(classify(429, { raw }).isRateLimited).toBe(false);
    expect(classify(429).isRateLimited).toBe(true);
  });

  it.each([
    [400, {}, 400, 'their_code', 'nothing'],
    [402, {}, 402, 'their_code', 'nothing'],
    [403, {}, 403, 'their_code', 'nothing'],
    [404, {}, 404, 'their_code', 'nothing'],
    [413, {}, 413, 'their_code', 'nothing'],
    [422, { raw: null }, 422, 'provider_error', 'nothing'],
    [408, {}, 408, 'their_code', 'again'],
    [409, {}, 409, 'their_code', 'again'],
    [429, {}, 429, 'provider_error', 'next-credential'],
    [429, { raw: null }, 429, 'provider_error', 'next-credential'],
    [500, {}, 500, 'provider_error', 'again'],
    [503, { raw: null }, 503, 'provider_error', 'again'],
    [529, {}, 529, 'provider_error', 'again'],
    [503, { headers: { 'retry-after': '7' } }, 503, 'provider_error', 'next-target'],
    [301, {}, 502, 'provider_error', 'again'],
    [307, { raw: null, headers: { location: 'https://evil.example' } }, 502, 'provider_error', 'again'],
  ] as const)('takes %i with %j for %i %s: %s', (status, signs, clientStatus, code, remedy) => {
    const failure = classify(status, signs as Signs);
    expect(failure).toMatchObject({ remedy, isCredentialRefused: false });
    const wire = toErrorWire(failure.error);
    expect([wire.status, wire.error.code]).toEqual([clientStatus, code]);
    expect(JSON.stringify(wire)).not.toContain('evil');
  });

  it.each([
    [401, {}],
    [401, { raw: null }],
    [402, { quirks: [refusal(402)] }],
    [403, { quirks: [refusal(403)] }],
    [
      400,
      { quirks: [refusal(400, 'API key not valid')], raw: said({ message: 'The api KEY not valid. Sorry' }) },
    ],
    [400, { quirks: [refusal(400, 'invalid_key')], raw: said({ code: 'INVALID_KEY' }) }],
    [429, { raw: said({ code: 'insufficient_quota' }) }],
    [429, { raw: said({ type: 'insufficient_quota', code: null }), headers: { 'retry-after': '9' } }],
    [403, { raw: said({ code: 'insufficient_quota' }) }],
    [429, { quirks: [refusal(429, 'spend_limit')], raw: said({ code: 'spend_limit_exceeded' }) }],
  ] as const)('wire 69, 71: takes %i with %j for a refusal of our own credential', (status, signs) => {
    const failure = classify(status, signs as unknown as Signs);
    expect(failure).toMatchObject({
      remedy: 'next-credential',
      isCredentialRefused: true,
      retryAfterMs: null,
    });
    const wire = toErrorWire(failure.error);
    expect(wire).toMatchObject({ status: 502, error: { code: 'provider_credential_rejected' } });
    expect(wire.error.message).not.toContain('It says why');
  });

  it.each([
    [400, { quirks: [refusal(400, 'API key')] }],
    [400, { quirks: [refusal(400, 'API key')], raw: null }],
    [402, { quirks: [refusal(403)] }],
    [429, { quirks: [refusal(429, 'spend_limit')] }],
  ] as const)('takes %i with %j for no such refusal', (status, signs) => {
    expect(classify(status, signs as unknown as Signs).isCredentialRefused).toBe(false);
  });

  it('traps F6: hands on the wait that the provider names', () => {
    for (const status of [429, 503]) {
      const failure = classify(status, { headers: { 'retry-after': '7' } });
      expect(failure.retryAfterMs).toBe(7000);
      expect(toErrorWire(failure.error).headers).toEqual({ 'retry-after': '7', 'retry-after-ms': '7000' });
    }
  });

  it('says of an answer without words which provider gave which status', () => {
    const wire = toErrorWire(classify(503, { raw: null }).error);
    expect(wire.error).toMatchObject({ message: expect.stringMatching(/"acme".*503/), type: 'server_error' });
  });
});

describe('readRetryAfter', () => {
  it.each([
    [{}, null],
    [{ 'retry-after': '3' }, 3000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '1.5' }, 1500],
    [{ 'retry-after': 'Sat, 21 Nov 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after-ms': '250' }, 250],
    [{ 'retry-after': '1', 'retry-after-ms': '0' }, 1000],
    [{ 'retry-after': '1', 'retry-after-ms': '2500' }, 2500],
    [{ 'retry-after': 'soon', 'retry-after-ms': '40' }, 40],
  ])('wire 72: reads %j as %s ms: of two that contradict each other the longer', (headers, expected) => {
    expect(readRetryAfter(new Headers(headers as Record<string, string>), NOW)).toBe(expected);
  });

  it.each(['', 'soon', '-5', 'Infinity', 'NaN', '1e999', '5 s'])('reads no wait in %j', (value) => {
    expect(readRetryAfter(new Headers({ 'retry-after': value }), NOW)).toBeNull();
    expect(readRetryAfter(new Headers({ 'retry-after-ms': value }), NOW)).toBeNull();
  });

  it('wire 73: takes the wait from the body where no header tells it', () => {
    const raw = { message: 'slow down', type: null, param: null, code: null, retryAfterMs: 3000 };
    const signs = { status: 429, raw, provider: PROVIDER, ...SIGNS };
    expect(classifyFailure({ ...signs, headers: new Headers() }).retryAfterMs).toBe(3000);
    expect(classifyFailure({ ...signs, headers: new Headers({ 'retry-after': '9' }) }).retryAfterMs).toBe(
      9000,
    );
  });

  it('reads no wait in a date that has passed', () => {
    const headers = new Headers({ 'retry-after': 'Sat, 21 Nov 2026 11:59:00 GMT' });
    expect(readRetryAfter(headers, NOW)).toBeNull();
  });
});

describe('readFailedResponse', () => {
  const read = (response: Response) =>
    readFailedResponse(response, readErrorFields, { provider: PROVIDER, ...SIGNS });
  const messageOf = async (response: Response) => toErrorWire((await read(response)).error).error.message;

  it.each([
    ['{"error":{"message":"said","code":"c"}}', 'application/json'],
    ['{"message":"said","type":"t"}', 'application/json'],
    ['{"detail":"said"}', 'application/json'],
    ['{"id":"a","message":"said"}', 'application/json'],
    ['{"error":"said","code":"A sentence."}', 'application/json'],
    ['{"error":{"message":"said","code":429}}', 'application/octet-stream'],
    ['[{"error":{"message":"said","status":"X"}}]', 'text/plain'],
  ])('wire 75, 76: hands on what %s says, as %s', async (body, type) => {
    expect(await messageOf(new Response(body, { status: 400, headers: { 'content-type': type } }))).toBe(
      'said',
    );
  });

  it.each([
    '',
    'upstream connect error',
    '<html>said</html>',
    '{"error":',
    '"said"',
    '{"secret":"said"}',
    '\xff',
  ])('traps H5: hands nothing on of a body that is no error object: %j', async (body) => {
    for (const status of [400, 500, 503]) {
      const message = await messageOf(new Response(body, { status }));
      expect(message).toBe(`The provider "acme" answered with status ${status}.`);
    }
  });

  it('reads an answer without a body', async () => {
    expect(await messageOf(new Response(null, { status: 500 }))).toContain('status 500');
  });

  it('stops reading behind a cap, and cancels the rest', async () => {
    let isCancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode('x'.repeat(10_000))),
      cancel: () => {
        isCancelled = true;
      },
    });
    expect(await messageOf(new Response(body, { status: 500 }))).toContain('status 500');
    expect(isCancelled).toBe(true);
  });

  it('does with the status alone when the body breaks off', async () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode('{"error":'));
      },
      pull: (controller) => controller.error(new Error('reset')),
    });
    expect(await read(new Response(body, { status: 429 }))).toMatchObject({ remedy: 'next-credential' });
  });
});

describe('failedSuccess', () => {
  it.each([
    ['429', null],
    [null, 'rate_limit_error'],
    ['RESOURCE_EXHAUSTED', null],
  ])('is a rate limit where it says so: code %s, type %s', (code, type) => {
    const failure = failedSuccess(said({ code, type }), PROVIDER, plain);
    expect(failure).toMatchObject({ isRateLimited: true, remedy: 'next-credential' });
    expect(toErrorWire(failure.error).status).toBe(502);
  });

  it('tells of the request where it says so by a status', () => {
    const blames = (code: string | null, type: string) =>
      failedSuccess(said({ code, type }), PROVIDER, plain).blamesRequest;
    expect([blames('400', 'x'), blames('422', 'x')]).toEqual([true, true]);
    expect([blames('500', 'x'), blames(null, 'invalid_request_error')]).toEqual([false, false]);
  });

  it('traps C12, wire 65: is a 502 that may be tried again', () => {
    const failure = failedSuccess(said(), PROVIDER, plain);
    expect(failure).toMatchObject({ remedy: 'again', isCredentialRefused: false });
    expect(toErrorWire(failure.error)).toMatchObject({
      status: 502,
      error: { message: 'It says why.', code: 'provider_error', provider_code: 'their_code' },
    });
  });

  it('takes a spent account for a credential that was refused, as with an honest status', () => {
    expect(failedSuccess(said({ code: 'insufficient_quota' }), PROVIDER, plain)).toMatchObject({
      remedy: 'next-credential',
      isCredentialRefused: true,
    });
  });

  it('says of garbage that it makes no sense, and repeats none of it', () => {
    expect(toErrorWire(failedSuccess(null, PROVIDER, plain).error).error.message).toMatch(/"acme".*no sense/);
  });
});

describe('toProviderFields', () => {
  const redact = createRedactor(['sk-acme-0123']);

  it('traps H5: takes secrets out of every field, and caps each', () => {
    const raw = {
      message: 'Incorrect key sk-acme-0123',
      type: 'type sk-acme-0123',
      param: 'param sk-acme-0123',
      code: `sk-acme-0123 ${'x'.repeat(10_000)}`,
    };
    const fields = toProviderFields(raw, redact, 'fallback');
    expect(JSON.stringify(fields)).not.toContain('sk-acme-0123');
    expect(fields.message).toBe('Incorrect key [redacted]');
    expect(fields.code?.length).toBeLessThanOrEqual(2048);
  });

  it('has a message in any case, and nulls elsewhere', () => {
    const nothing = { message: null, type: null, param: null, code: null };
    const expected = { ...nothing, message: 'fallback' };
    expect(toProviderFields(null, redact, 'fallback')).toEqual(expected);
    expect(toProviderFields(nothing, redact, 'fallback')).toEqual(expected);
  });
});

describe('a provider that does not answer', () => {
  it('is tried again where it could not be reached, and not where it was slow', () => {
    expect(unreachable(PROVIDER)).toMatchObject({ remedy: 'again', retryAfterMs: null });
    expect(timedOut(PROVIDER, 'answer')).toMatchObject({ remedy: 'next-target', retryAfterMs: null });
    expect(toErrorWire(unreachable(PROVIDER).error)).toMatchObject({ status: 502 });
    expect(toErrorWire(timedOut(PROVIDER, 'answer').error)).toMatchObject({ status: 504 });
  });
});
