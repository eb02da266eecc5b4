/** What every way of relaying a body needs. */
import type { StreamWriter } from '../streaming/stream-writer.ts';
import { Watchdog } from '../streaming/watchdog.ts';
import type { AnswerBody } from './answer.ts';
import type { AnswerRun } from './answer-run.ts';
import type { Exchange } from './exchange.ts';

export interface RelayOptions<Kind extends AnswerBody['kind']> {
  readonly body: Extract<AnswerBody, { kind: Kind }>;
  readonly writer: StreamWriter;
  readonly run: AnswerRun;
  readonly exchange: Exchange;
  readonly idleMs: number;
}

/** Writes `bytes` whenever nothing else was written for `keep_alive_ms`. */
export const keepAliveWith = (
  bytes: Uint8Array,
  { writer, run, exchange }: Pick<RelayOptions<'events'>, 'writer' | 'run' | 'exchange'>,
): Watchdog =>
  new Watchdog({
    name: 'keep-alive',
    silenceMs: exchange.services.snapshot.document.keep_alive_ms,
    onSilence: () => void writer.write(bytes),
    now: exchange.context.now,
    alarm: run.alarm,
  });
