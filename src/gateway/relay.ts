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
import type { AttemptRun } from './attempt.ts';
import { ClientLeft } from './client-left.ts';
import type { Exchange, Plan } from './exchange.ts';
import { relayBytes } from './relay-bytes.ts';
import { relayEvents } from './relay-events.ts';
import { keepAliveWith } from './relay-options.ts';
import { relayTranslated } from './relay-translated.ts';

/** Provider headers that clients may see. Encodings, cookies, lengths and limits of our account are not theirs. */
const PASSED_HEADERS = ['content-disposition', 'openai-processing-ms', 'openai-version'];
const SSE_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'private, no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/** The client's response. Rejects as long as no byte has gone; after that failures are told in the stream. */
export async function relay(
  run: AttemptRun,
  exchange: Exchange,
  request: ClientRequest,
  plan: Plan,
): Promise<Response> {
  // Without metering nobody may touch the bytes, unless they are ours anyway.
  if (!request.wantsStream || !plan.isMetered) return deliver(await run.answer, run, exchange, plan);
  const keepAliveMs = exchange.services.snapshot.document.keep_alive_ms;
  const first = await Promise.race([run.answer, silence(keepAliveMs, run, exchange.context)]);
  if (first !== 'silence') return deliver(first, run, exchange, plan);
  return commitEarly(run, exchange, plan);
}

/** Resolves after `ms`, unless the run ends before. */
function silence(ms: number, run: AttemptRun, { now }: RequestContext): Promise<'silence'> {
  return new Promise((resolve) => {
    run.alarm.set('silence', now() + ms, () => resolve('silence'));
    const clear = () => run.alarm.clear('silence');
    run.answer.then(clear, clear);
  });
}

function deliver(answer: Answer, run: AttemptRun, exchange: Exchange, plan: Plan): Response {
  const { settlement } = exchange;
  settlement.status = answer.status;
  const respond = (body: BodyInit | null, headers: Record<string, string>) =>
    new Response(body, {
      status: answer.status,
      headers: { ...passedHeaders(answer.headers), ...headers, ...settlement.headers() },
    });
  const { body } = answer;
  switch (body.kind) {
    case 'whole':
      run.finish();
      settlement.content?.takeResponse(body.bytes);
      finishWhole(body, exchange);
      return respond(body.bytes, {
        'content-type': 'application/json',
        'cache-control': 'private',
        ...settlement.costHeader(),
      });
    case 'native':
      return respond(handOver(body.body, run, exchange), nativeHeaders(answer.headers));
    case 'bytes': {
      const writer = openWriter(run, exchange);
      exchange.context.waitUntil(
        relayBytes({ body, call: answer.call, writer, run, exchange, idleMs: plan.timeouts.idle_ms }),
      );
      const type = answer.headers.get('content-type') ?? 'application/octet-stream';
      return respond(writer.readable, { 'content-type': type, 'cache-control': 'private' });
    }
    case 'events':
    case 'translated':
    case 'told': {
      const writer = openWriter(run, exchange);
      exchange.context.waitUntil(pump(body, answer, writer, run, exchange, plan));
      return respond(writer.readable, SSE_HEADERS);
    }
  }
}

/** Of an answer that tells no usage, its own length is the best that is known of it. */
function finishWhole({ usage, bytes }: Extract<AnswerBody, { kind: 'whole' }>, exchange: Exchange): void {
  const isText = exchange.route.streams === 'choices' || exchange.route.operation === 'chat';
  exchange.settlement.finish('complete', usage, isText ? bytes.length : 0);
}

const openWriter = (run: AttemptRun, { settlement }: Exchange): StreamWriter =>
  new StreamWriter(() => run.stop(new ClientLeft()), settlement.content?.observe());

/**
 * Nobody touches the bytes, so nobody can tell what they were: the hand-over is what is settled. Only a place among the
 * requests in flight is kept until they have gone.
 */
function handOver(
  body: ReadableStream<Uint8Array> | null,
  run: AttemptRun,
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
function commitEarly(run: AttemptRun, exchange: Exchange, plan: Plan): Response {
  const { settlement, context } = exchange;
  const writer = openWriter(run, exchange);
  const headers = { ...SSE_HEADERS, ...settlement.headers() };
  const { filler } = DOOR_CODECS[exchange.route.dialect];
  const keepAlive = keepAliveWith(filler, { writer, run, exchange });
  const whole = async () => {
    await writer.write(filler);
    try {
      const answer = await run.answer;
      keepAlive.stop();
      await pump(answer.body, answer, writer, run, exchange, plan);
    } catch (error) {
      keepAlive.stop();
      await endInBand(error, writer, exchange);
    }
  };
  context.waitUntil(whole());
  return new Response(writer.readable, { headers });
}

async function endInBand(
  thrown: unknown,
  writer: StreamWriter,
  { settlement, route }: Exchange,
): Promise<void> {
  const error = thrown instanceof ClientLeft ? thrown : toGatewayError(thrown);
  settlement.fail(error, 200);
  if (!(error instanceof ClientLeft))
    await writer.write(DOOR_CODECS[route.dialect].encodeFailure(toErrorWire(error), null));
  await writer.close();
}

async function pump(
  body: AnswerBody,
  answer: Answer,
  writer: StreamWriter,
  run: AttemptRun,
  exchange: Exchange,
  plan: Plan,
): Promise<void> {
  const shared = { call: answer.call, writer, run, exchange, idleMs: plan.timeouts.idle_ms };
  switch (body.kind) {
    case 'events':
      await relayEvents({ body, ...shared });
      break;
    case 'translated':
      await relayTranslated({ body, ...shared });
      break;
    case 'told':
      exchange.settlement.markFirstToken();
      for (const event of body.events) await writer.write(event);
      exchange.settlement.finish('complete', body.usage);
      await writer.close();
      break;
    case 'whole':
      // A route that streams no choices answered whole, after comments had gone: its JSON is told as one event.
      await writer.write(encodeDataEvent(parseExact(new TextDecoder().decode(body.bytes))));
      finishWhole(body, exchange);
      await writer.close();
      break;
    case 'bytes':
      return relayBytes({ body, ...shared });
    case 'native':
      throw new Error('an unmetered answer is never pumped');
  }
  run.finish();
}
