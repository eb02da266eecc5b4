/** Clients that ask a running gateway at a fixed rate, whether they are answered or not. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Sample {
  /** When it was sent, in seconds since the traffic began. */
  readonly at: number;
  /** To the first content of a stream, or to the whole answer, in milliseconds. */
  readonly ms: number;
  /** Who answered; `null`: nobody did. */
  readonly provider: string | null;
  /** What was wrong; `null`: a whole and honest answer. */
  readonly failure: string | null;
}

export type Ask = (body: object) => Promise<Response>;

export interface TrafficOptions {
  readonly ask: Ask;
  readonly model: string;
  readonly perSecond: number;
  readonly seconds: number;
  /** Of those that are asked for: all are streams, or every other. */
  readonly streams: 'all' | 'half';
  /** What is asked; each has its number behind it. */
  readonly question: string;
}

/** Resolves when the last answer has come; samples stand in the order in which they were sent. */
export async function runTraffic(options: TrafficOptions): Promise<Sample[]> {
  const { perSecond, seconds } = options;
  const startedAt = performance.now();
  const asked: Promise<Sample>[] = [];
  const total = Math.round(perSecond * seconds);
  while (asked.length < total) {
    const due = Math.min(total, Math.ceil(((performance.now() - startedAt) / 1000) * perSecond));
    while (asked.length < due) asked.push(askOnce(options, asked.length, startedAt));
    await delay(2);
  }
  return Promise.all(asked);
}

async function askOnce(options: TrafficOptions, number: number, startedAt: number): Promise<Sample> {
  const { ask, model, streams, question } = options;
  const sentAt = performance.now();
  const stream = streams === 'all' || number % 2 === 0;
  const at = (sentAt - startedAt) / 1000;
  try {
    const messages = [{ role: 'user', content: `${question} (${number})` }];
    const response = await ask({ model, stream, messages });
    const provider = response.headers.get('x-edgeway-provider');
    const { ms, failure } = await readAnswer(response, stream, sentAt);
    return { at, ms, provider, failure };
  } catch (error) {
    return { at, ms: performance.now() - sentAt, provider: null, failure: String(error) };
  }
}

async function readAnswer(
  response: Response,
  isStream: boolean,
  sentAt: number,
): Promise<Pick<Sample, 'ms' | 'failure'>> {
  if (response.status !== 200 || response.body === null) {
    const text = await response.text();
    return { ms: performance.now() - sentAt, failure: `${response.status} ${text.slice(0, 200)}` };
  }
  const decoder = new TextDecoder();
  let text = '';
  let firstMs: number | null = null;
  for await (const bytes of response.body) {
    text += decoder.decode(bytes, { stream: true });
    if (firstMs === null && /"content":"[^"]/.test(text)) firstMs = performance.now() - sentAt;
  }
  const ms = isStream ? (firstMs ?? performance.now() - sentAt) : performance.now() - sentAt;
  return { ms, failure: isStream ? failureOfStream(text) : failureOfWhole(text) };
}

function failureOfStream(text: string): string | null {
  return text.endsWith('data: [DONE]\n\n') && !text.includes('"error"') ? null : text.slice(-200);
}

function failureOfWhole(text: string): string | null {
  return text.includes('"finish_reason":"stop"') ? null : text.slice(0, 200);
}
