/**
 * Stage 7: the answer goes down. Same wire form on both sides: bytes pass as they come, and what may differ is said
 * in `relay-events.ts`. Another form: `relay-translated.ts` writes it anew.
 */

import type { RequestContext } from '../context.ts';
import type { ClientRequest } from '../dialects/client-request.ts';
import { DOOR_CODECS } from '../dialects/registry.ts';
import { toErrorWire, toGatewayError } from '../errors.ts';
import { parseExact } from '../exact-json.ts';
import { encodeDataEvent } from '../streaming/sse.ts';
import { StreamWriter } from '../streaming/stream-writer.ts';
import type { Answer, AnswerBody } from './answer.ts';
import type { AnswerRun } from './answer-run.ts';
import { runNoteHeader } from './cache/run-note.ts';
import { ClientLeft } from './client-left.ts';
import type { Exchange, Plan } from './exchange.ts';
import { relayBytes } from './relay-bytes.ts';
import { relayEvents } from './relay-events.ts';
import { relayFollowed } from './relay-followed.ts';
import { keepAliveWith } from './relay-options.ts';
import { relayTold } from './relay-told.ts';
import { relayTranslated } from './relay-translated.ts';

/** Provider headers that clients may see. Encodings, cookies, lengths and limits of our account are not theirs. */
const PASSED_HEADERS = ['content-disposition', 'openai-processing-ms', 'openai-version'];
const SSE_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'private, no-cache, no-transform',
  'x-accel-buffering': 'no',
};

export interface Delivery {
  readonly run: AnswerRun;
  readonly exchange: Exchange;
  readonly request: Pick<ClientRequest, 'wantsStream'>;
  readonly plan: Pick<Plan, 'isMetered' | 'timeouts'>;
}

/** The client's response. Rejects as long as no byte has gone; after that failures are told in the stream. */
export async function relay(delivery: Delivery): Promise<Response> {
  const { run, exchange, request, plan } = delivery;
  // Without metering nobody may touch the bytes, unless they are ours anyway; who reads from a Flight keeps its own client awake.
  if (!request.wantsStream || !plan.isMetered) return deliver(await run.answer, delivery);
  if (exchange.flight !== null) return deliver(await run.answer.catch(afterSilence(exchange)), delivery);
  const keepAliveMs = exchange.services.snapshot.document.keep_alive_ms;
  const first = await Promise.race([run.answer, silence(keepAliveMs, run, exchange.context)]);
  if (first !== 'silence') return deliver(first, delivery);
  return commitEarly(delivery);
}

/** Whoever began this run keeps its client awake elsewhere, and has told it status 200 by then: the log says so. */
const afterSilence =
  ({ settlement, services, context }: Exchange) =>
  (error: unknown): never => {
    const isSpent = context.now() - context.arrivedAt >= services.snapshot.document.keep_alive_ms;
    if (isSpent) settlement.fail(error instanceof ClientLeft ? error : toGatewayError(error), 200);
    throw error;
  };

/** Resolves after `ms`, unless the run ends before. */
function silence(ms: number, run: AnswerRun, { now }: RequestContext): Promise<'silence'> {
  return new Promise((resolve) => {
    run.alarm.set('silence', now() + ms, () => resolve('silence'));
    const clear = () => run.alarm.clear('silence');
    run.answer.then(clear, clear);
  });
}

function deliver(answer: Answer, delivery: Delivery): Response {
  const { run, exchange } = delivery;
  const { settlement } = exchange;
  settlement.status = answer.status;
  const respond = (body: BodyInit | null, headers: Record<string, string>) =>
    new Response(body, {
      status: answer.status,
      headers: {
        ...passedHeaders(answer.headers),
        ...headers,
        ...settlement.headers(),
        ...answer.told,
        ...runNoteHeader(exchange),
      },
    });
  const { body } = answer;
  switch (body.kind) {
    case 'whole':
      run.finish();
      settlement.content?.takeResponse(body.bytes);
      settlement.watch?.whole(body.bytes);
      finishWhole(body, delivery);
      return respond(body.bytes, {
        'content-type': body.contentType ?? 'application/json',
        'cache-control': 'private',
        ...settlement.costHeader(),
      });
    case 'native':
      run.recorder?.giveUp();
      return respond(handOver(body.body, run, exchange), nativeHeaders(answer.headers));
    case 'bytes': {
      const type = answer.headers.get('content-type') ?? 'application/octet-stream';
      run.recorder?.startBytes(type);
      const writer = openWriter(delivery);
      exchange.context.waitUntil(pump(body, writer, delivery));
      return respond(writer.readable, { 'content-type': type, 'cache-control': 'private' });
    }
    case 'followed':
    case 'events':
    case 'translated':
    case 'told': {
      const writer = openWriter(delivery);
      exchange.context.waitUntil(pump(body, writer, delivery));
      return respond(writer.readable, SSE_HEADERS);
    }
  }
}

/** Of an answer that tells no usage, its own length is the best that is known of it. */
function finishWhole(body: Extract<AnswerBody, { kind: 'whole' }>, { run, exchange }: Delivery): void {
  const isText = exchange.route.streams === 'choices' || exchange.route.operation === 'chat';
  exchange.settlement.finish('complete', body.usage, isText ? body.bytes.length : 0);
  run.recorder?.whole(body.bytes, body.canonical ?? null);
}

function openWriter({ run, exchange: { settlement } }: Delivery): StreamWriter {
  const observers = [
    settlement.content?.observe(),
    run.recorder?.observe(),
    settlement.watch?.observe(),
  ].filter((one) => one !== undefined);
  return new StreamWriter(() => run.stop(new ClientLeft()), ...observers);
}

/**
 * Nobody touches the bytes, so nobody can tell what they were: the hand-over is what is settled. Only a place among the
 * requests in flight is kept until they have gone.
 */
function handOver(
  body: ReadableStream<Uint8Array> | null,
  run: AnswerRun,
  { settlement, context }: Exchange,
): ReadableStream<Uint8Array> | null {
  const settle = () => settlement.finish('complete', null);
  if (body === null || !settlement.bill.holdsPlace) {
    settle();
    return body;
  }
  const passage = new IdentityTransformStream();
  const end = () => {
    settle();
    run.finish();
  };
  context.waitUntil(body.pipeTo(passage.writable).then(end, end));
  return passage.readable;
}

function passedHeaders(upstream: Headers): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of PASSED_HEADERS) {
    const value = upstream.get(name);
    if (value !== null) headers[name] = value;
  }
  return headers;
}

function nativeHeaders(upstream: Headers): Record<string, string> {
  const type = upstream.get('content-type') ?? 'application/octet-stream';
  return type.includes('text/event-stream')
    ? SSE_HEADERS
    : { 'content-type': type, 'cache-control': 'private' };
}

/** The silence was long: status 200 goes now, comments keep the connection alive, failures come in the stream. */
function commitEarly(delivery: Delivery): Response {
  const { run, exchange } = delivery;
  const { settlement, context } = exchange;
  const writer = openWriter(delivery);
  const headers = { ...SSE_HEADERS, ...settlement.headers() };
  const { filler } = DOOR_CODECS[exchange.route.dialect];
  const keepAlive = keepAliveWith(filler, { writer, run, exchange });
  const whole = async () => {
    await writer.write(filler);
    try {
      const answer = await run.answer;
      keepAlive.stop();
      await pump(answer.body, writer, delivery);
    } catch (error) {
      keepAlive.stop();
      await endInBand(error, writer, delivery);
    }
  };
  context.waitUntil(whole());
  return new Response(writer.readable, { headers });
}

async function endInBand(
  thrown: unknown,
  writer: StreamWriter,
  { exchange: { settlement, route } }: Delivery,
): Promise<void> {
  const error = thrown instanceof ClientLeft ? thrown : toGatewayError(thrown);
  settlement.fail(error, 200);
  if (!(error instanceof ClientLeft))
    await writer.write(DOOR_CODECS[route.dialect].encodeFailure(toErrorWire(error), null));
  await writer.close();
}

async function pump(body: AnswerBody, writer: StreamWriter, delivery: Delivery): Promise<void> {
  const { run, exchange, plan } = delivery;
  const shared = { writer, run, exchange, idleMs: plan.timeouts.idle_ms };
  switch (body.kind) {
    case 'events':
      await relayEvents({ body, ...shared });
      break;
    case 'translated':
      await relayTranslated({ body, ...shared });
      break;
    case 'told':
      await relayTold({ body, ...shared });
      break;
    case 'followed':
      await relayFollowed({ body, ...shared });
      break;
    case 'whole':
      // A route that streams no choices answered whole, after comments had gone: its JSON is told as one event.
      await writer.write(encodeDataEvent(parseExact(new TextDecoder().decode(body.bytes))));
      finishWhole(body, delivery);
      await writer.close();
      break;
    case 'bytes':
      return relayBytes({ body, ...shared });
    case 'native':
      throw new Error('an unmetered answer is never pumped');
  }
  run.finish();
}
