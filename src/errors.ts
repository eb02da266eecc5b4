/**
 * Every failure a caller of Edgeway can act on: one class each, and one exhaustive map to the wire.
 *
 * What is not here: how a provider's answer is read (`gateway/provider-failure.ts`) and the other doors'
 * error shapes (their dialects wrap what `toErrorWire` returns).
 */

/** `error.type` values of the OpenAI API that we use. */
export type ErrorType = 'invalid_request_error' | 'permission_error' | 'rate_limit_error' | 'server_error';

abstract class BaseGatewayError extends Error {}

/** No, malformed, unknown, revoked or expired key. One body for all, so that nothing can be probed. */
export class InvalidApiKey extends BaseGatewayError {
  readonly code = 'invalid_api_key';
  constructor() {
    super('The API key is missing or not valid. Send it as "Authorization: Bearer <key>".');
  }
}

/** The key is good, but may not be used on this route or from this address. */
export class PermissionDenied extends BaseGatewayError {
  readonly code = 'permission_denied';
}

/** The key may not use this model. */
export class ModelNotAllowed extends BaseGatewayError {
  readonly code = 'model_not_allowed';
  constructor(model: string) {
    super(`This API key may not use the model ${quote(model)}.`);
  }
}

/** Neither an alias, nor a model of a configured provider. */
export class ModelNotFound extends BaseGatewayError {
  readonly code = 'model_not_found';
  constructor(model: string, hint = '') {
    super(`The model ${quote(model)} does not exist here.${hint ? ` ${hint}` : ''}`);
  }
}

/** No such stored response for this key: never made, deleted, forged, or another tenant's. */
export class ResponseNotFound extends BaseGatewayError {
  readonly code = 'response_not_found';
  constructor(id: string) {
    super(`There is no stored response ${quote(id)} for this key.`);
  }
}

/** No, malformed or unknown credential at the control plane, or none is configured. One body for all. */
export class InvalidAdminCredential extends BaseGatewayError {
  readonly code = 'invalid_admin_credential';
  constructor() {
    super('The admin credential is missing or not valid. Send it as "Authorization: Bearer <token>".');
  }
}

/** The control plane has nothing under this id, or nothing that this caller may see. */
export class ResourceNotFound extends BaseGatewayError {
  readonly code = 'resource_not_found';
}

/** `only-if-cached` was asked, and nothing is kept that would do. Source: RFC 9111, 5.2.1.7. */
export class NotInCache extends BaseGatewayError {
  readonly code = 'not_in_cache';
  constructor() {
    super('Nothing is cached for this request, and `Cache-Control: only-if-cached` asks for nothing else.');
  }
}

/** An `Idempotency-Key` that stands for another request. */
export class IdempotencyConflict extends BaseGatewayError {
  readonly code = 'idempotency_conflict';
}

/** A failure of a request that another object runs, as that told it. */
export class RelayedFailure extends BaseGatewayError {
  readonly code = 'relayed_failure';
  readonly wire: ErrorWire;
  /** A provider was asked; else the gateway refused the request by itself. */
  readonly wasAsked: boolean;
  constructor(wire: ErrorWire, wasAsked = true) {
    super(wire.error.message);
    this.wire = wire;
    this.wasAsked = wasAsked;
  }
}

/** The control plane's state forbids it: a name that is taken, a key that is revoked. */
export class Conflict extends BaseGatewayError {
  readonly code = 'conflict';
  readonly param: string | null;
  constructor(message: string, param: string | null = null) {
    super(message);
    this.param = param;
  }
}

/** `If-Match` names a version that is no longer the current one. */
export class PreconditionFailed extends BaseGatewayError {
  readonly code = 'precondition_failed';
}

/** The client sent something that cannot be served. `param` names the field, or the header. */
export class InvalidRequest extends BaseGatewayError {
  readonly code = 'invalid_request';
  readonly param: string | null;
  constructor(message: string, param: string | null) {
    super(message);
    this.param = param;
  }
}

export class RequestTooLarge extends BaseGatewayError {
  readonly code = 'request_too_large';
  constructor(maxBytes: number) {
    super(`The request body is larger than the limit of ${maxBytes} bytes.`);
  }
}

export class UnsupportedEncoding extends BaseGatewayError {
  readonly code = 'unsupported_encoding';
  constructor() {
    super('Content-Encoding is not accepted on requests. Send the body uncompressed.');
  }
}

export class MethodNotAllowed extends BaseGatewayError {
  readonly code = 'method_not_allowed';
  readonly allow: string;
  constructor(method: string, path: string, allow: string) {
    super(`${method} is not allowed on ${quote(path)}. Allowed: ${allow}.`);
    this.allow = allow;
  }
}

/** A route that clients of the OpenAI API (or of another that we know) use, and that this gateway does not serve. */
export class RouteNotSupported extends BaseGatewayError {
  readonly code = 'route_not_supported';
  constructor(method: string, path: string) {
    super(`${method} ${quote(path)} is a known route that this gateway does not serve.`);
  }
}

export class RouteNotFound extends BaseGatewayError {
  readonly code = 'route_not_found';
  constructor(method: string, path: string) {
    super(`There is no route ${method} ${quote(path)}.`);
  }
}

/** What a provider said about its own failure: already redacted and capped. */
export interface ProviderErrorFields {
  readonly message: string;
  readonly type: string | null;
  readonly param: string | null;
  readonly code: string | null;
}

/** A provider failed: its own 408, 409, 429 or 5xx, or (as 502) an answer that was an error or made no sense. */
export class ProviderError extends BaseGatewayError {
  readonly code = 'provider_error';
  readonly status: number;
  readonly provider: ProviderErrorFields;
  readonly retryAfterMs: number | null;
  constructor(status: number, provider: ProviderErrorFields, retryAfterMs: number | null = null) {
    super(provider.message);
    this.status = status;
    this.provider = provider;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A provider refused the request itself (a 4xx that no retry mends): it travels on as it is. */
export class ProviderRejectedRequest extends BaseGatewayError {
  readonly code = 'provider_rejected_request';
  readonly status: number;
  readonly provider: ProviderErrorFields;
  constructor(status: number, provider: ProviderErrorFields) {
    super(provider.message);
    this.status = status;
    this.provider = provider;
  }
}

/** Refused, reset, DNS, TLS, or broken before content. */
export class ProviderUnreachable extends BaseGatewayError {
  readonly code = 'provider_unreachable';
}

export class ProviderTimeout extends BaseGatewayError {
  readonly code = 'provider_timeout';
}

/** The provider refused our own credential, and no other was left. Never a 401: the client's key is good. */
export class ProviderCredentialRejected extends BaseGatewayError {
  readonly code = 'provider_credential_rejected';
  constructor(provider: string) {
    super(`The provider ${quote(provider)} refused the gateway's credential. The operator has to mend it.`);
  }
}

export type LimitCode =
  | 'request_limit_exceeded'
  | 'token_limit_exceeded'
  | 'concurrency_exceeded'
  | 'budget_exceeded';

/** A limit of the key, or of whom it belongs to. `scope`: whose, as `key "ci"`; `param`: the field that sets it. */
export class LimitExceeded extends BaseGatewayError {
  readonly code: LimitCode;
  readonly scope: string;
  readonly param: string;
  /** Until it is worth asking again; `null`: waiting does not help. */
  readonly retryAfterMs: number | null;
  /** What is left in the buckets of a minute, for `x-ratelimit-*`; told by who knows all scopes of the request. */
  room: RateRoom | null = null;
  constructor(fields: {
    code: LimitCode;
    message: string;
    scope: string;
    param: string;
    retryAfterMs: number | null;
  }) {
    super(fields.message);
    this.code = fields.code;
    this.scope = fields.scope;
    this.param = fields.param;
    this.retryAfterMs = fields.retryAfterMs;
  }
}

/** As `Room` of `limits/ledger-protocol.ts`. */
interface RateRoom {
  readonly requests: BucketRoom | null;
  readonly tokens: BucketRoom | null;
}
interface BucketRoom {
  readonly limit: number;
  readonly remaining: number;
  readonly resetMs: number;
}

/** A store we need is down, or the isolate holds as many request bodies as it may. */
export class GatewayUnavailable extends BaseGatewayError {
  readonly code = 'gateway_unavailable';
  readonly retryAfterMs: number;
  constructor(message: string, retryAfterMs = 1000) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** One mistake in the configuration document: where, and why. Never holds a secret's value. */
export interface ConfigMistake {
  /** Dotted path with array indexes in brackets: `models.fast.targets[0].provider`. */
  readonly path: string;
  readonly message: string;
}

/** The configuration document was refused. */
export class InvalidConfig extends BaseGatewayError {
  readonly code = 'invalid_config';
  readonly mistakes: readonly ConfigMistake[];
  constructor(mistakes: readonly ConfigMistake[]) {
    super(
      `The gateway's configuration is not valid: ${mistakes.map((m) => `${m.path}: ${m.message}`).join('; ')}`,
    );
    this.mistakes = mistakes;
  }
}

/** A mistake of ours. The cause goes to the log, never to the client. */
export class InternalError extends BaseGatewayError {
  readonly code = 'internal_error';
  constructor(cause: unknown) {
    super('The gateway failed on this request. The request id identifies it in the log.', { cause });
  }
}

export type AnyGatewayError =
  | InvalidApiKey
  | PermissionDenied
  | ModelNotAllowed
  | ModelNotFound
  | ResponseNotFound
  | InvalidAdminCredential
  | ResourceNotFound
  | NotInCache
  | IdempotencyConflict
  | RelayedFailure
  | Conflict
  | PreconditionFailed
  | InvalidRequest
  | RequestTooLarge
  | UnsupportedEncoding
  | MethodNotAllowed
  | RouteNotSupported
  | RouteNotFound
  | ProviderError
  | ProviderRejectedRequest
  | ProviderUnreachable
  | ProviderTimeout
  | ProviderCredentialRejected
  | LimitExceeded
  | GatewayUnavailable
  | InvalidConfig
  | InternalError;

/** The closed list of our own codes; `docs/api.md` describes each. */
export type ErrorCode = Exclude<AnyGatewayError, RelayedFailure>['code'];

/** A failure as a client sees it, in OpenAI's shape; other doors wrap the same fields. */
export interface ErrorWire {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
    /** The provider's own code where ours stands in `code`. */
    readonly provider_code?: string;
    /** Whose limit it was. */
    readonly scope?: string;
  };
}

/** Anything thrown becomes one of ours; what we did not throw ourselves shows the client nothing. */
export function toGatewayError(thrown: unknown): AnyGatewayError {
  return thrown instanceof BaseGatewayError ? (thrown as AnyGatewayError) : new InternalError(thrown);
}

/** The one place where a failure gets its HTTP status. A class without a case here does not compile. */
export function toErrorWire(error: AnyGatewayError): ErrorWire {
  switch (error.code) {
    case 'invalid_api_key':
      return wire(error, 401, 'invalid_request_error');
    case 'permission_denied':
    case 'model_not_allowed':
      return wire(error, 403, 'permission_error', error.code === 'model_not_allowed' ? 'model' : null);
    case 'model_not_found':
      return wire(error, 404, 'invalid_request_error', 'model');
    case 'response_not_found':
      return wire(error, 404, 'invalid_request_error', 'response_id');
    case 'invalid_admin_credential':
      return wire(error, 401, 'invalid_request_error', null, { 'www-authenticate': 'Bearer' });
    case 'resource_not_found':
      return wire(error, 404, 'invalid_request_error');
    case 'not_in_cache':
      return wire(error, 504, 'invalid_request_error', 'cache-control', { 'x-should-retry': 'false' });
    case 'idempotency_conflict':
      return wire(error, 409, 'invalid_request_error', 'idempotency-key', { 'x-should-retry': 'false' });
    case 'relayed_failure':
      return error.wire;
    case 'conflict':
      return wire(error, 409, 'invalid_request_error', error.param);
    case 'precondition_failed':
      return wire(error, 412, 'invalid_request_error', 'if-match');
    case 'invalid_request':
      return wire(error, 400, 'invalid_request_error', error.param);
    case 'request_too_large':
      return wire(error, 413, 'invalid_request_error');
    case 'unsupported_encoding':
      return wire(error, 415, 'invalid_request_error', 'content-encoding');
    case 'method_not_allowed':
      return wire(error, 405, 'invalid_request_error', null, { allow: error.allow });
    case 'route_not_supported':
    case 'route_not_found':
      return wire(error, 404, 'invalid_request_error');
    case 'provider_error':
      return providerErrorWire(error);
    case 'provider_rejected_request': {
      const { message, type, param, code } = error.provider;
      const body = {
        message,
        type: type ?? 'invalid_request_error',
        param,
        code: code ?? 'provider_error',
      };
      return { status: error.status, headers: {}, error: body };
    }
    case 'provider_unreachable':
      return wire(error, 502, 'server_error');
    case 'provider_timeout':
      return wire(error, 504, 'server_error');
    case 'provider_credential_rejected':
      return wire(error, 502, 'server_error', null, { 'x-should-retry': 'false' });
    case 'request_limit_exceeded':
    case 'token_limit_exceeded':
    case 'concurrency_exceeded':
    case 'budget_exceeded':
      return limitWire(error);
    case 'gateway_unavailable':
      return wire(error, 503, 'server_error', null, retryAfterHeaders(error.retryAfterMs));
    case 'invalid_config':
      return wire(error, 500, 'server_error', null, { 'x-should-retry': 'false' });
    case 'internal_error':
      return wire(error, 500, 'server_error');
    default:
      return error satisfies never;
  }
}

function wire(
  error: AnyGatewayError,
  status: number,
  type: ErrorType,
  param: string | null = null,
  headers: Record<string, string> = {},
): ErrorWire {
  return { status, headers, error: { message: error.message, type, param, code: error.code } };
}

/** Every 429 tells a wait (traps F6): a day, where only somebody who raises the limit can help. */
const NO_USE_WAITING_MS = 86_400_000;

/** What no wait of a client's patience mends is not worth its retries. */
function limitWire(error: LimitExceeded): ErrorWire {
  const { retryAfterMs, code } = error;
  const isWorthRetrying = retryAfterMs !== null && code !== 'budget_exceeded';
  const told = wire(error, 429, 'rate_limit_error', error.param, {
    ...retryAfterHeaders(Math.max(1, retryAfterMs ?? NO_USE_WAITING_MS)),
    ...(isWorthRetrying ? {} : { 'x-should-retry': 'false' }),
  });
  return { ...told, error: { ...told.error, scope: error.scope } };
}

function providerErrorWire(error: ProviderError): ErrorWire {
  const { message, type, param, code } = error.provider;
  const fallbackType = error.status === 429 ? 'rate_limit_error' : 'server_error';
  return {
    status: error.status,
    headers: error.retryAfterMs === null ? {} : retryAfterHeaders(error.retryAfterMs),
    error: {
      message,
      type: type ?? fallbackType,
      param,
      code: error.code,
      ...(code === null ? {} : { provider_code: code }),
    },
  };
}

/** Both forms: `Retry-After` in whole seconds for everybody, `retry-after-ms` for the OpenAI SDKs. */
function retryAfterHeaders(milliseconds: number): Record<string, string> {
  return {
    'retry-after': String(Math.ceil(milliseconds / 1000)),
    'retry-after-ms': String(Math.ceil(milliseconds)),
  };
}

/** Client-chosen text inside a message: quoted, and short. */
function quote(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
