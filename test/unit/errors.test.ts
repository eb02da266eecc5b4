/// <reference types="vite/client" />
import { describe, expect, it } from 'vitest';
import page from '../../docs/api.md?raw';
import {
  type AnyGatewayError,
  GatewayUnavailable,
  InternalError,
  InvalidApiKey,
  InvalidConfig,
  InvalidRequest,
  MethodNotAllowed,
  ModelNotAllowed,
  ModelNotFound,
  PermissionDenied,
  ProviderCredentialRejected,
  ProviderError,
  ProviderRejectedRequest,
  ProviderTimeout,
  ProviderUnreachable,
  RequestTooLarge,
  RouteNotFound,
  RouteNotSupported,
  toErrorWire,
  toGatewayError,
  UnsupportedEncoding,
} from '../../src/errors.ts';

const said = { message: 'said so', type: 'their_type', param: 'their_param', code: 'their_code' };
const silent = { message: 'nothing much', type: null, param: null, code: null };
const mistakes = [
  { path: 'models.fast', message: 'is odd' },
  { path: 'keys[0]', message: 'too' },
];

/** Error, status, type, param, code. */
const WIRES: readonly (readonly [AnyGatewayError, number, string, string | null, string])[] = [
  [new InvalidApiKey(), 401, 'invalid_request_error', null, 'invalid_api_key'],
  [new PermissionDenied('no'), 403, 'permission_error', null, 'permission_denied'],
  [new ModelNotAllowed('m'), 403, 'permission_error', 'model', 'model_not_allowed'],
  [new ModelNotFound('m'), 404, 'invalid_request_error', 'model', 'model_not_found'],
  [
    new InvalidRequest('bad', 'messages[0].role'),
    400,
    'invalid_request_error',
    'messages[0].role',
    'invalid_request',
  ],
  [new InvalidRequest('bad', null), 400, 'invalid_request_error', null, 'invalid_request'],
  [new RequestTooLarge(10), 413, 'invalid_request_error', null, 'request_too_large'],
  [new UnsupportedEncoding(), 415, 'invalid_request_error', 'content-encoding', 'unsupported_encoding'],
  [new MethodNotAllowed('GET', '/v1/x', 'POST'), 405, 'invalid_request_error', null, 'method_not_allowed'],
  [new RouteNotSupported('GET', '/v1/files'), 404, 'invalid_request_error', null, 'route_not_supported'],
  [new RouteNotFound('GET', '/x'), 404, 'invalid_request_error', null, 'route_not_found'],
  [new ProviderError(503, said), 503, 'their_type', 'their_param', 'provider_error'],
  [new ProviderError(500, silent), 500, 'server_error', null, 'provider_error'],
  [new ProviderError(429, silent), 429, 'rate_limit_error', null, 'provider_error'],
  [new ProviderRejectedRequest(422, said), 422, 'their_type', 'their_param', 'their_code'],
  [new ProviderRejectedRequest(400, silent), 400, 'invalid_request_error', null, 'provider_error'],
  [new ProviderUnreachable('gone'), 502, 'server_error', null, 'provider_unreachable'],
  [new ProviderTimeout('slow'), 504, 'server_error', null, 'provider_timeout'],
  [new ProviderCredentialRejected('openai'), 502, 'server_error', null, 'provider_credential_rejected'],
  [new GatewayUnavailable('full'), 503, 'server_error', null, 'gateway_unavailable'],
  [new InvalidConfig(mistakes), 500, 'server_error', null, 'invalid_config'],
  [new InternalError(new Error('cause')), 500, 'server_error', null, 'internal_error'],
];

describe('toErrorWire', () => {
  it.each(WIRES)(
    'answers %s with status %i, type %s, param %s, code %s',
    (error, status, type, param, code) => {
      const wire = toErrorWire(error);
      expect(wire.status).toBe(status);
      expect(wire.error).toMatchObject({ message: error.message, type, param, code });
      expect(wire.error.message).not.toBe('');
    },
  );

  it('tells a provider error by our code, and keeps the provider’s beside it', () => {
    expect(toErrorWire(new ProviderError(500, said)).error.provider_code).toBe('their_code');
    expect(toErrorWire(new ProviderError(500, silent)).error).not.toHaveProperty('provider_code');
    expect(toErrorWire(new ProviderRejectedRequest(400, said)).error).not.toHaveProperty('provider_code');
  });

  it.each([
    [1500, '2', '1500'],
    [1000, '1', '1000'],
    [1, '1', '1'],
    [0.4, '1', '1'],
    [60_000, '60', '60000'],
  ])('traps F6: tells a wait of %d ms in whole seconds and in milliseconds', (ms, seconds, milliseconds) => {
    const headers = { 'retry-after': seconds, 'retry-after-ms': milliseconds };
    expect(toErrorWire(new ProviderError(429, silent, ms)).headers).toEqual(headers);
    expect(toErrorWire(new GatewayUnavailable('full', ms)).headers).toEqual(headers);
  });

  it('names no wait that the provider did not name, and always one when the gateway is full', () => {
    expect(toErrorWire(new ProviderError(429, silent)).headers).toEqual({});
    expect(toErrorWire(new GatewayUnavailable('full')).headers).toEqual({
      'retry-after': '1',
      'retry-after-ms': '1000',
    });
  });

  it('names the allowed methods', () => {
    expect(toErrorWire(new MethodNotAllowed('GET', '/v1/chat/completions', 'POST')).headers).toEqual({
      allow: 'POST',
    });
  });

  it.each([new ProviderCredentialRejected('openai'), new InvalidConfig(mistakes)])(
    'keeps the SDKs from repeating what only the operator can mend (%s)',
    (error) => {
      expect(toErrorWire(error).headers).toMatchObject({ 'x-should-retry': 'false' });
    },
  );
});

describe('docs/api.md', () => {
  it('lists every code of ours', () => {
    const codes = new Set(WIRES.map(([error]) => error.code));
    codes.delete('provider_rejected_request'); // goes out under the provider's own code
    expect(codes.size).toBeGreaterThan(15);
    for (const code of codes) expect(page).toContain(`| \`${code}\` |`);
  });
});

describe('messages', () => {
  it('name every mistake of a document', () => {
    expect(new InvalidConfig(mistakes).message).toContain('models.fast: is odd; keys[0]: too');
  });

  it.each([
    (text: string) => new ModelNotFound(text),
    (text: string) => new ModelNotAllowed(text),
    (text: string) => new RouteNotFound('GET', text),
    (text: string) => new RouteNotSupported('GET', text),
    (text: string) => new MethodNotAllowed('GET', text, 'POST'),
  ])('quote what the client chose, and cut it', (make) => {
    expect(make('a"b\nc').message).toContain('"a\\"b\\nc"');
    expect(make('x'.repeat(100_000)).message.length).toBeLessThan(400);
  });
});

describe('toGatewayError', () => {
  it('leaves our own errors as they are', () => {
    for (const [error] of WIRES) expect(toGatewayError(error)).toBe(error);
  });

  it.each([new TypeError('secret detail'), 'secret detail', { code: 'invalid_api_key' }, undefined, null])(
    'shows the client nothing of %s',
    (thrown) => {
      const error = toGatewayError(thrown);
      expect(error.cause).toBe(thrown);
      expect(toErrorWire(error).status).toBe(500);
      expect(JSON.stringify(toErrorWire(error))).not.toContain('secret detail');
    },
  );
});
