/**
 * A model provider inside the Worker, in the OpenAI dialect: answers without a key, and rehearses outages. The
 * gateway calls it as it calls a network upstream. It keeps no state: equal requests get equal answers.
 */
import type { Behaviour } from './behaviour.ts';
import type { Call } from './call.ts';
import { chatGeneration } from './chat.ts';
import { completionGeneration } from './completions.ts';
import { embeddingGeneration } from './embeddings.ts';
import { hash32, hashHex } from './hash.ts';
import { type Behaviours, resolveModel } from './models.ts';
import { invalidField, Refusal, simulatedError, toErrorBody } from './refusal.ts';
import { isObject, isString, type JsonObject } from './request.ts';
import { bodyFault, durationMs, type Generation, inBandError, reached, streamScript } from './script.ts';
import { hang, playScript, sleep } from './stream.ts';

export { isSimulatorModel, SIMULATOR_MODELS } from './models.ts';

export interface SimulatorOptions {
  /** Milliseconds since the Unix epoch; for `created` and ids. */
  readonly now: () => number;
  /** Models of the configuration document (`providers.simulator.simulations`), by name. */
  readonly behaviours: Behaviours;
}

const ROUTES: Readonly<Record<string, (call: Call) => Generation>> = {
  '/v1/chat/completions': chatGeneration,
  '/v1/completions': completionGeneration,
  '/v1/embeddings': embeddingGeneration,
};

/**
 * A stand-in for `fetch` that serves `POST https://simulator.invalid/v1/{chat/completions,completions,embeddings}`;
 * anything else is a 404. When `request.signal` aborts, it rejects, or breaks the body, with the signal's reason.
 */
export function createSimulator(options: SimulatorOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const { signal } = request;
    signal.throwIfAborted();
    const text = await request.text();
    const now = options.now();
    const key = `${hashHex(text)}${now.toString(16)}`;
    const headers = { 'x-request-id': `req_sim_${key}` };
    try {
      const { route, body, model } = readRequest(request, text);
      const behaviour = resolveModel(model, options.behaviours);
      if (behaviour.hang === 'headers') await hang(signal);
      const refusal = orderedError(behaviour, text);
      if (refusal) {
        await sleep(behaviour.first_token_ms, signal);
        return errorResponse(refusal, { ...headers, ...retryAfter(behaviour) });
      }
      const generation = route({ body, behaviour, model, created: Math.floor(now / 1000), key });
      return generation.stream
        ? streamed(generation, behaviour, headers, signal)
        : await answered(generation, behaviour, headers, signal);
    } catch (error) {
      if (error instanceof Refusal) return errorResponse(error, headers);
      throw error;
    }
  };
}

function readRequest(request: Request, text: string) {
  const { pathname } = new URL(request.url);
  const route = Object.hasOwn(ROUTES, pathname) ? ROUTES[pathname] : undefined;
  if (route === undefined || request.method !== 'POST') {
    throw new Refusal(404, `The simulator does not serve ${request.method} ${pathname}.`, {
      code: 'not_found',
    });
  }
  const body = parseBody(text);
  if (!isString(body.model)) throw invalidField('model', '"model" must name a model of the simulator.');
  return { route, body, model: body.model };
}

function parseBody(text: string): JsonObject {
  try {
    const body: unknown = JSON.parse(text);
    if (isObject(body)) return body;
  } catch {
    // Said below: what the parser found wrong is of no use to anyone here.
  }
  throw new Refusal(400, 'The body is not a JSON object.', { code: 'invalid_request' });
}

/** The error that this model was told to answer with, if this request is one of those that fail. */
function orderedError({ error_status, error_rate }: Behaviour, text: string): Refusal | undefined {
  if (error_status === undefined && error_rate === undefined) return undefined;
  const spared = error_rate !== undefined && hash32(text) / 2 ** 32 >= error_rate;
  return spared ? undefined : simulatedError(error_status ?? 500);
}

const retryAfter = ({ retry_after_seconds }: Behaviour): Record<string, string> =>
  retry_after_seconds === undefined ? {} : { 'retry-after': String(retry_after_seconds) };

function errorResponse(refusal: Refusal, headers: Record<string, string>): Response {
  return Response.json(toErrorBody(refusal), { status: refusal.status, headers });
}

function streamed(
  generation: Generation,
  behaviour: Behaviour,
  headers: Record<string, string>,
  signal: AbortSignal,
): Response {
  return new Response(playScript(streamScript(generation, behaviour), signal), {
    headers: { ...headers, 'content-type': 'text/event-stream', 'cache-control': 'no-cache' },
  });
}

/** Headers and body come together, after all tokens would have been made; or broken, if that was ordered. */
async function answered(
  generation: Generation,
  behaviour: Behaviour,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  await sleep(durationMs(behaviour, generation.rounds), signal);
  const failed = reached(behaviour.in_stream_error_after_tokens, generation.tokens);
  const text = JSON.stringify(failed ? inBandError() : generation.whole());
  const fault = bodyFault(text, generation.tokens, behaviour);
  return new Response(fault ? playScript(fault, signal) : text, {
    headers: { ...headers, 'content-type': 'application/json' },
  });
}
