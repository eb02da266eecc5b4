/** Makes a run's call, and brings what comes of it. */
import type { ErrorWire } from '../../errors.ts';
import type { Run } from './run.ts';

export interface AnswerParts {
  readonly answer: () => Promise<Response>;
  /** Told of what `answer` throws; says what clients are told. */
  readonly explain: (thrown: unknown) => ErrorWire;
}

/** Resolves when the run is over, or given up. */
export async function runAnswer(run: Run, { answer, explain }: AnswerParts): Promise<void> {
  const { signal } = run;
  const gone = new Promise<null>((resolve) => {
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  const answered = answer();
  let response: Response | null;
  try {
    response = await Promise.race([answered, gone]);
  } catch (thrown) {
    run.threw(explain(thrown));
    return;
  }
  if (response === null || run.isOver) return discard(answered);
  run.opened(response.status, response.headers);
  if (response.body === null) run.closed('ended');
  else run.closed(await bring(response.body.getReader(), run));
}

async function bring(reader: ReadableStreamDefaultReader<Uint8Array>, run: Run): Promise<'ended' | 'broken'> {
  const leave = () => void reader.cancel().catch(() => undefined);
  run.signal.addEventListener('abort', leave, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return 'ended';
      const pressure = run.append(value);
      if (pressure !== null) await pressure;
    }
  } catch {
    return 'broken'; // the pipeline told why
  } finally {
    run.signal.removeEventListener('abort', leave);
  }
}

/** An answer that comes after all, for nobody. */
async function discard(answered: Promise<Response>): Promise<void> {
  const response = await answered.catch(() => null);
  await response?.body?.cancel().catch(() => undefined);
}
