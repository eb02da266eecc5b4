/** What the response cache costs, and what it saves: hits, misses, and batches of which most is known. */
import type { Contender } from '../contenders.ts';
import type { Lab, Measured } from '../lab.ts';
import type { Behaviour } from '../requests.ts';
import { BATCH_INPUTS } from '../requests.ts';
import { compare, runRounds } from '../rounds.ts';
import type { Goal, Row } from '../row.ts';

const CONNECTIONS = 16;
const BODY_BYTES = 1024;
/** An isolate remembers 64 entries and 1,000 keys, those that it had last: asked in turn, none of these is among them. */
const QUESTIONS = 1500;
const BATCH_CONNECTIONS = 4;

const QUESTIONS_IN_TURN = { from: 1, count: QUESTIONS };
/** Behind those, and each asked once. */
const FIRST_NEW = 10_000;

/** The same question again and again; then many, each of which the near cache has. */
export async function nearHits(lab: Lab): Promise<Row[]> {
  const goal = { of: 'ratio', atMost: 1 } as const;
  return [
    await hits(lab, 'hot', 'CPU a cache hit, one question', goal),
    await hits(lab, 'near', 'CPU a cache hit, near cache', goal),
  ];
}

/** Many questions, each of which only KV has. */
export async function farHits(lab: Lab): Promise<Row[]> {
  return [
    await hits(lab, 'far', 'CPU a cache hit, KV, without a near cache', null),
    await hits(lab, 'behind', 'CPU a cache hit, KV, behind a near cache that has nothing', null),
  ];
}

async function hits(lab: Lab, contender: Contender, name: string, goal: Goal | null): Promise<Row> {
  const requests = lab.isQuick ? 1500 : 3000;
  const task = { kind: 'closed', connections: CONNECTIONS, requests, numbers: QUESTIONS_IN_TURN } as const;
  await lab.measure(contender, 'whole', { ...task, requests: QUESTIONS }, BODY_BYTES); // so that they are known
  await lab.measure(contender, 'whole', task, BODY_BYTES);
  const rounds = await runRounds(lab.isQuick ? 3 : 5, ['bare', contender], (one) =>
    lab.measure(one, 'whole', task, BODY_BYTES),
  );
  checkThatNobodyAsked(rounds.map((round) => round.get(contender)));
  return compare(rounds, contender, cpuOf(requests), { name, unit: 'µs', goal });
}

function checkThatNobodyAsked(measured: readonly (Measured | undefined)[]): void {
  const calls = measured.reduce((sum, one) => sum + (one?.upstream.calls ?? 0), 0);
  if (calls > 0) throw new Error(`${calls} of the hits were none`);
}

/** What is looked up in vain, recorded and written, held against the same with the cache off. */
export async function cacheMisses(lab: Lab): Promise<Row[]> {
  const requests = lab.isQuick ? 1000 : 2000;
  const measure = renewing(lab, 'whole', { connections: CONNECTIONS, requests });
  const contenders: readonly Contender[] = ['asked', 'missed', 'marked'];
  for (const contender of contenders) await measure(contender);
  const rounds = await runRounds(lab.isQuick ? 3 : 5, contenders, measure);
  const row = { unit: 'µs', goal: null } as const;
  return [
    compare(
      rounds,
      'missed',
      cpuOf(requests),
      { ...row, name: 'CPU a miss that is written (to: cache off)' },
      'asked',
    ),
    compare(
      rounds,
      'marked',
      cpuOf(requests),
      { ...row, name: 'CPU a miss that is marked (to: cache off)' },
      'asked',
    ),
  ];
}

/** Of 100 texts 10 are new. */
export async function embeddingsBatches(lab: Lab): Promise<Row[]> {
  const requests = lab.isQuick ? 60 : 150;
  const measure = renewing(lab, 'vectors', { connections: BATCH_CONNECTIONS, requests });
  await lab.measure('missed', 'vectors', { kind: 'closed', connections: 1, requests: 1 }); // so that 90 are known
  const contenders: readonly Contender[] = ['asked', 'missed'];
  for (const contender of contenders) await measure(contender);
  const rounds = await runRounds(lab.isQuick ? 3 : 5, contenders, measure);
  return [
    compare(
      rounds,
      'missed',
      ({ upstream }) => upstream.inputs / requests,
      {
        name: `texts sent up of a batch of ${BATCH_INPUTS} (to: cache off)`,
        unit: '',
        goal: { of: 'ratio', atMost: 0.1 },
      },
      'asked',
    ),
    compare(
      rounds,
      'missed',
      ({ cpuMicros }) => cpuMicros / 1000 / requests,
      {
        name: `CPU a batch of ${BATCH_INPUTS}, 90 known (to: cache off)`,
        unit: 'ms',
        goal: null,
      },
      'asked',
    ),
  ];
}

/** Tasks in which every request is new. */
function renewing(lab: Lab, behaviour: Behaviour, task: { connections: number; requests: number }) {
  let from = FIRST_NEW;
  return (contender: Contender): Promise<Measured> => {
    const numbers = { from, count: task.requests };
    from += task.requests;
    return lab.measure(contender, behaviour, { kind: 'closed', ...task, numbers }, BODY_BYTES);
  };
}

const cpuOf =
  (requests: number) =>
  ({ cpuMicros }: Measured): number =>
    cpuMicros / requests;
