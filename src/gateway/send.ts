/** Sends the calls of one attempt. An answer that is not 2xx is read, classified and thrown. */
import type { ClientRequest } from '../dialects/client-request.ts';
import { AuthorizationFailed } from '../providers/credentials/authorization-failed.ts';
import { secretsIn } from '../providers/credentials/authorize.ts';
import type { Credential, Provider } from '../providers/provider.ts';
import { buildUpstreamRequest } from '../providers/upstream-request.ts';
import type { Exchange, Target } from './exchange.ts';
import type { Leg, LegCall } from './leg.ts';
import { AttemptFailed, credentialRefused, readFailedResponse, unreachable } from './provider-failure.ts';
import { saidByClient } from './said-by-client.ts';
import { transportFor } from './services.ts';
import { asNamed } from './stored-responses.ts';
import type { UpstreamCall } from './upstream-call.ts';

/** Calls that go out at once, where a vendor takes one input a call. */
const MAX_PARALLEL_CALLS = 6;

export interface SendOptions {
  readonly exchange: Exchange;
  readonly request: ClientRequest;
  readonly target: Target;
  readonly credential: Credential;
  readonly call: UpstreamCall;
  readonly idleMs: number;
  /** Of each answer, whatever it is. */
  readonly onResponse: (response: Response) => void;
}

/** The answers, in the order of the calls. Throws `AttemptFailed` with the first that failed. */
export async function sendCalls(leg: Leg, options: SendOptions): Promise<Response[]> {
  const responses: Response[] = [];
  for (let start = 0; start < leg.calls.length; start += MAX_PARALLEL_CALLS) {
    const some = leg.calls.slice(start, start + MAX_PARALLEL_CALLS);
    responses.push(...(await Promise.all(some.map((one) => send(one, leg, options)))));
  }
  options.call.clearTimer('headers');
  return responses;
}

async function send(legCall: LegCall, { upstream }: Leg, options: SendOptions): Promise<Response> {
  const { exchange, request, target, credential, call } = options;
  const { context, services, headers: clientHeaders } = exchange;
  const { provider, model } = target;
  const transport = transportFor(provider, context.fetch, services);
  const built = buildUpstreamRequest(
    { ...legCall, provider, credential, model, wantsStream: request.wantsStream, clientHeaders },
    { fetch: transport, now: context.now, tokens: services.accessTokens, signal: call.signal },
  );
  const { url, init } = built instanceof Promise ? await built.catch(toAttemptFailure(provider)) : built;
  // Keys stand in the configuration, where the redactor knows them; what they were traded for stands nowhere.
  if (credential.parts !== undefined) call.secrets.push(...secretsIn(init.headers as Record<string, string>)); // as `buildUpstreamRequest` made them
  const response = await transport(url, init);
  options.onResponse(response);
  if (response.ok) return response;
  call.clearTimer('headers');
  call.watchIdle(options.idleMs);
  const readError = upstream?.readError ?? (() => null);
  const redact = (text: string) => exchange.redact(asNamed(text, request, target), call.secrets);
  throw new AttemptFailed(
    await readFailedResponse(response, readError, {
      provider,
      redact,
      now: context.now(),
      isOfClient: saidByClient(request, clientHeaders),
    }),
  );
}

/** A token endpoint that refuses, or cannot be reached, stands for the provider behind it. */
const toAttemptFailure =
  (provider: Provider) =>
  (error: unknown): never => {
    if (!(error instanceof AuthorizationFailed)) throw error;
    throw new AttemptFailed(error.reason === 'refused' ? credentialRefused(provider) : unreachable(provider));
  };

const REQUEST_ID_HEADERS = ['x-request-id', 'request-id', 'apim-request-id', 'x-amzn-requestid', 'cf-ray'];

/** The provider's own id of the call, for a question to its support. */
export function upstreamRequestId(headers: Headers, redact: (text: string) => string): string | null {
  for (const name of REQUEST_ID_HEADERS) {
    const value = headers.get(name);
    if (value !== null) return redact(value).slice(0, 200);
  }
  return null;
}
