/**
 * `Idempotency-Key`: of equal requests with one key the provider hears once. The first is run by an object of its own, and
 * whoever sends it again gets what that got, or gets it as it comes.
 * Source: https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header
 */
import { createHash } from 'node:crypto';
import { concat, splitBytes } from '../../bytes.ts';
import { joinFlight, leadFlight } from '../../cache/flight/flight-client.ts';
import { tenantScope } from '../../cache/tenant-scope.ts';
import { DEFAULT_TIMEOUTS } from '../../config/schema.ts';
import type { ClientRequest } from '../../dialects/client-request.ts';
import { decodeJsonRequest } from '../../dialects/json-request.ts';
import { parseHeaderParameters } from '../../dialects/openai-chat/header-parameters.ts';
import { GatewayUnavailable, InvalidRequest, ModelNotAllowed } from '../../errors.ts';
import { mayReach, type Principal } from '../../keys/principal.ts';
import { sha256Hex } from '../../sha256.ts';
import type { Reservation } from '../admit.ts';
import type { Exchange, Plan } from '../exchange.ts';
import { letOneIn } from '../limits/reserve.ts';
import { relay } from '../relay.ts';
import { route } from '../route.ts';
import { FlightFollower } from './flight-follower.ts';
import { leadingOf, ledRequest } from './lead.ts';

const HEADER = 'idempotency-key';
const KEY = /^[\x21-\x7e]{1,255}$/;
/** The run ends by its own timeouts, and tells how; this is for one that does not. */
const GRACE_MS = 2000;

/** `null`: none was sent, or it was heard before the request was led to where it runs. Throws `InvalidRequest`. */
export function readIdempotencyKey({ headers, flight }: Exchange): string | null {
  const key = headers.get(HEADER);
  if (key === null || flight !== null) return null;
  if (!KEY.test(key))
    throw new InvalidRequest('`Idempotency-Key` must be 1 to 255 printable ASCII characters.', HEADER);
  return key;
}

export interface AskedOnce {
  readonly key: string;
  readonly principal: Principal;
  /** The client's own bound on the whole. */
  readonly timeoutMs: number | null;
  readonly reservation: Reservation;
}

/** Rejects with `IdempotencyConflict`, with `GatewayUnavailable` where nobody can promise it, and as the request itself does. */
export async function answerOnce(exchange: Exchange, asked: AskedOnce): Promise<Response> {
  const { services, context, settlement } = exchange;
  const { key, principal, timeoutMs, reservation } = asked;
  const body = await reservation.body.readAll();
  const request = decoded(exchange, body);
  const plan = request === null ? null : planOf(request, principal, exchange);
  // What a form asks for is not read here: who may not ask for everything shares with nobody.
  const isShared = request !== null || principal.models === null;
  const scope = tenantScope({ ...principal, keyId: principal.ledgerId }, isShared ? 'project' : 'key');
  const flight = services.flights(`idempotency/${await sha256Hex(JSON.stringify([scope, key]))}`);
  if (flight === null) throw unavailable();
  const fingerprint = fingerprintOf(exchange, body);
  const kind = 'idempotency';
  const wantsStream = request?.wantsStream ?? false;
  const joining = { kind, form: '', fingerprint, maxAgeMs: null, followers: 'live' } as const;
  const totalMs = plan?.timeouts.total_ms ?? DEFAULT_TIMEOUTS.total_ms;
  const run = new FlightFollower({
    exchange,
    wantsStream,
    endsAt: context.arrivedAt + Math.min(totalMs + GRACE_MS, timeoutMs ?? totalMs + GRACE_MS),
    join: ({ ignoresStanding }) => joinFlight(flight, { ...joining, ignoresStanding }),
    lead: (ticket) =>
      leadFlight(flight, ledRequest(exchange, body), {
        ...leadingOf(exchange),
        kind,
        form: '',
        ticket,
        totalMs,
      }),
    // Nobody was asked, or nobody says who: fine for whoever may reach everybody.
    mayHave: (run) =>
      run === null ? deniesNothing(principal) : mayReach(principal, `${run.provider}/${run.model}`),
    isGood: () => true,
    letIn: (signal) => letOneIn(principal, request?.endUser ?? null, exchange, signal),
    replay: () => null,
    translated: null,
    alone: (why) => {
      throw why === 'unreachable' ? unavailable() : new ModelNotAllowed(request?.model ?? '');
    },
  });
  settlement.alias = plan?.alias ?? null;
  const letGo = () => reservation.body.release();
  run.answer.then(letGo, letGo);
  return relay({
    run,
    exchange,
    request: { wantsStream },
    plan: { isMetered: true, timeouts: DEFAULT_TIMEOUTS },
  });
}

const deniesNothing = ({ deniedModels, within }: Principal): boolean =>
  deniedModels.length === 0 && (within === null || deniesNothing(within));

const unavailable = (): GatewayUnavailable =>
  new GatewayUnavailable(
    'Nobody can promise right now that a request with an `Idempotency-Key` is made once.',
  );

/** Equal for equal requests, and for a form that is encoded anew with another boundary. */
function fingerprintOf({ url, headers }: Exchange, body: Uint8Array): string {
  const { pathname, search } = new URL(url);
  const hash = createHash('sha256').update(JSON.stringify([pathname.replace(/^\/v1(?=\/)/, ''), search]));
  for (const piece of piecesOf(body, headers)) hash.update(`\n${piece.length}:`).update(piece);
  return hash.digest('hex');
}

/** What stands between the boundaries of a form; of anything else, all of it. */
function piecesOf(body: Uint8Array, headers: Headers): readonly Uint8Array[] {
  const type = parseHeaderParameters(headers.get('content-type') ?? '');
  const boundary = type?.parameters.get('boundary') ?? '';
  if (type?.value !== 'multipart/form-data' || boundary === '') return [body];
  const encoder = new TextEncoder();
  // Each boundary stands behind a line end, but for the first.
  return splitBytes(concat([encoder.encode('\r\n'), body]), encoder.encode(`\r\n--${boundary}`));
}

/** `null` for what cannot be read here; what is wrong with it is told by its run. */
function decoded({ route, inPath }: Exchange, body: Uint8Array): ClientRequest | null {
  if (route.body !== 'json') return null;
  try {
    return decodeJsonRequest(route, body, inPath);
  } catch {
    return null;
  }
}

/**
 * Throws `ModelNotAllowed`: an answer that another key paid for is given to none that might not have asked. `null` where
 * the run will tell what is wrong.
 */
function planOf(request: ClientRequest, principal: Principal, exchange: Exchange): Plan | null {
  try {
    return route(request.model, { exchange, principal, request });
  } catch (error) {
    if (error instanceof ModelNotAllowed) throw error;
    return null;
  }
}
