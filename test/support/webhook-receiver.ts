/**
 * Somebody who takes webhooks: a real `node:http` server that checks signatures with its own means, and answers as a test
 * tells it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Handler, type ReceivedCall, startUpstream } from './upstream.ts';

export interface ReceivedAlert {
  readonly path: string;
  /** `webhook-id`: the same on every attempt. */
  readonly id: string | null;
  /** By the convention's rules, with the receiver's secret and clock; `null`: it carries no signature. */
  readonly isSigned: boolean | null;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

export interface WebhookReceiver {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** Every message that came, refused ones as well, in order. */
  readonly alerts: ReceivedAlert[];
  /** The nth message (0 is the first); waits for it. */
  alert(index: number): Promise<ReceivedAlert>;
  /** What the next messages are answered with, one each; after these 204. */
  answerNext(...answers: readonly ReceiverAnswer[]): void;
  stop(): Promise<void>;
}

/** A status; nothing at all; or a redirect to somewhere else on this receiver. */
export type ReceiverAnswer = number | 'silence' | { readonly redirect: string };

/** A message that is older, or newer, was sent again by somebody who heard it. */
const TOLERANCE_SECONDS = 300;

export async function startWebhookReceiver(secret: string): Promise<WebhookReceiver> {
  const alerts: ReceivedAlert[] = [];
  const answers: ReceiverAnswer[] = [];
  const handler: Handler = (call, response) => {
    alerts.push(toAlert(call, secret));
    const answer = answers.shift() ?? 204;
    if (answer === 'silence') return;
    if (typeof answer === 'number') response.writeHead(answer).end();
    else response.writeHead(307, { location: answer.redirect }).end();
  };
  const server = await startUpstream(handler);
  return {
    url: server.url,
    alerts,
    alert: async (index) => {
      const call = await server.call(index);
      return alerts[index] ?? toAlert(call, secret);
    },
    answerNext: (...next) => void answers.push(...next),
    stop: () => server.stop(),
  };
}

function toAlert({ path, headers, body }: ReceivedCall, secret: string): ReceivedAlert {
  const text = body.toString('utf8');
  const header = (name: string) => (typeof headers[name] === 'string' ? headers[name] : null);
  const [id, timestamp, signatures] = [
    header('webhook-id'),
    header('webhook-timestamp'),
    header('webhook-signature'),
  ];
  const isSigned =
    signatures === null
      ? null
      : isGood({ signed: `${id}.${timestamp}.${text}`, timestamp, signatures, secret });
  return { path, id, isSigned, body: JSON.parse(text) as Record<string, unknown>, text };
}

function isGood(message: {
  readonly signed: string;
  readonly timestamp: string | null;
  readonly signatures: string;
  readonly secret: string;
}): boolean {
  const { signed, timestamp, signatures, secret } = message;
  const ageSeconds = Math.abs(Date.now() / 1000 - Number(timestamp));
  if (!(ageSeconds <= TOLERANCE_SECONDS)) return false;
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
  const expected = createHmac('sha256', key).update(signed).digest();
  return signatures.split(' ').some((one) => {
    const [version, signature = ''] = one.split(',');
    const told = Buffer.from(signature, 'base64');
    return version === 'v1' && told.length === expected.length && timingSafeEqual(told, expected);
  });
}
