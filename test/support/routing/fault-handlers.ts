/** Handlers of a provider that fails in ways which need more than a status and a body. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { send as sendBytes, splitEvents, startEvents } from '../streaming.ts';
import { chatCompletion, chatStream, type Handler, type ReceivedCall } from '../upstream.ts';

const USAGE = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };

export const isStream = ({ body }: ReceivedCall): boolean => JSON.parse(body.toString()).stream === true;

export const wholeText = (text: string): string => JSON.stringify(chatCompletion(text));
export const streamText = (text: string): string => chatStream([text], { usage: USAGE });

/** What a healthy provider answers, usage included. */
export const answers =
  (text: string): Handler =>
  (call, response) => {
    if (!isStream(call)) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(wholeText(text));
      return;
    }
    startEvents(response);
    response.end(streamText(text));
  };

/** What comes behind a beginning. */
type Rest = (response: ServerResponse, request: IncomingMessage) => void;

export const nothing: Rest = () => undefined;
export const end: Rest = (response) => void response.end();
export const cut: Rest = (_, request) => void request.socket.resetAndDestroy();
export const send =
  (text: string): Rest =>
  (response) =>
    void response.end(text);

/** A role, a first word, and then the rest; no finish reason, no usage. */
export const contentAnd =
  (rest: Rest): Handler =>
  async (_, response, request) => {
    startEvents(response);
    const [role = '', word = ''] = splitEvents(chatStream(['partial']));
    await sendBytes(response, role + word);
    rest(response, request);
  };

export const halfABodyAnd =
  (rest: Rest): Handler =>
  async (_, response, request) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    await sendBytes(response, wholeText('never whole').slice(0, 60));
    rest(response, request);
  };

export const onlyARole: Handler = (_, response) => {
  startEvents(response);
  response.write(splitEvents(chatStream([]))[0]);
};

export const onlyHeaders: Handler = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
};

/** A page of a proxy in front of the provider. */
export const html =
  (status: number): Handler =>
  (_, response) =>
    void response
      .writeHead(status, { 'content-type': 'text/html' })
      .end('<!doctype html><title>Bad gateway</title><p>proxy-words-0001</p>');

/** Bytes that are neither text nor events, under the right content type. */
export const garbage: Handler = (call, response) => {
  const bytes = Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * 131 + (at >> 3)) % 256));
  response
    .writeHead(200, { 'content-type': isStream(call) ? 'text/event-stream' : 'application/json' })
    .end(bytes);
};

const DRIP_BYTES = 48;
const DRIP_MS = 10;

/** An honest answer, a few bytes at a time. */
export const drip =
  (text: string): Handler =>
  async (call, response) => {
    const bytes = Buffer.from(isStream(call) ? streamText(text) : wholeText(text));
    if (isStream(call)) startEvents(response);
    else response.writeHead(200, { 'content-type': 'application/json' });
    for (let at = 0; at < bytes.length && !response.destroyed; at += DRIP_BYTES) {
      await sendBytes(response, bytes.subarray(at, at + DRIP_BYTES));
      await delay(DRIP_MS);
    }
    response.end();
  };
