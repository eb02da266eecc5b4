/** Every fault of a provider, for streams and whole answers, alone and with another behind it: the whole consequence of each. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ControlledGateway, makeKey, startGateway } from '../support/gateway.ts';
import { NANO_PER_TOKEN, PRICES, toNano } from '../support/limits/lab.ts';
import { type Cell, type Expected, expectedOf, WAYS } from '../support/routing/expected.ts';
import { streamText, wholeText } from '../support/routing/fault-handlers.ts';
import { badOf, type FaultStand, GOOD, startFaultStand } from '../support/routing/fault-stand.ts';
import { FAULTS } from '../support/routing/fault-table.ts';
import { inParallel, type Observation, observeCell, type Seen } from '../support/routing/observe-cell.ts';
import { countLines, dataOf, errorAtEnd } from '../support/streaming.ts';

/** Most of the time of a cell is waiting. */
const AT_ONCE = 24;
/** `USAGE` of the stand-in's answers. */
const ANSWER_NANO = 7 * NANO_PER_TOKEN;

const CELLS: readonly Cell[] = FAULTS.flatMap((fault, number) =>
  WAYS.flatMap((way) =>
    (['stream', 'not a stream'] as const).map((mode) => ({
      id: `f${number}-${way}-${mode === 'stream' ? 's' : 'w'}`,
      fault,
      way,
      mode,
      meaning: fault.modes[mode],
    })),
  ),
);

let stand: FaultStand;
let gateway: ControlledGateway;
const observed = new Map<Cell, Observation>();

beforeAll(async () => {
  stand = await startFaultStand(CELLS);
  const keys = new Map(CELLS.map((cell) => [cell, makeKey(cell.id, { project: cell.id })]));
  gateway = await startGateway({
    config: { providers: stand.providers, models: stand.models, prices: PRICES },
    keys: [...keys.values()],
    controlPlane: true,
  });
  await inParallel([...keys], AT_ONCE, async ([cell, key]) => {
    observed.set(cell, await observeCell(cell, gateway, stand, key));
  });
}, 120_000);
afterAll(async () => {
  await gateway.stop();
  await stand.stop();
});

const seenOf = (cell: Cell): Observation => {
  const observation = observed.get(cell);
  if (observation === undefined) throw new Error(`${cell.id} was not asked`);
  return observation;
};

describe.each(WAYS)('a target that fails, under %s', (way) => {
  const cells = CELLS.filter((cell) => cell.way === way).map((cell) => ({
    ...cell,
    cell,
    name: cell.fault.name,
  }));

  it.each(cells)('$name ($mode): the client is told what is right', ({ cell }) => {
    const { first } = seenOf(cell);
    expectTold(cell, expectedOf(cell), first);
  });

  it.each(cells)('$name ($mode): as many calls as it takes, and no more', ({ cell }) => {
    const { first } = seenOf(cell);
    const { bad, good, by } = expectedOf(cell);
    expect([first.bad, first.good]).toEqual([first.bad === null ? null : bad, good]);
    expect(first.line.attempts).toBe(bad + good);
    // Headers that went before the last call count those until then.
    expect(first.headers.get('x-edgeway-attempts')).toBe(String(bad + good));
    expect(first.headers.get('x-edgeway-provider')).toBe(by === 'bad' ? badOf(cell) : GOOD);
  });

  it.each(cells)('$name ($mode): is settled once, at what it cost', ({ cell }) => {
    const { first, costUsd, usage, requestIds } = seenOf(cell);
    expectSettled(cell, expectedOf(cell), first);
    const counts = countLines(gateway);
    expect(requestIds.map((id) => counts.get(id))).toEqual(requestIds.map(() => 1));
    expect(usage.total.requests).toBe(requestIds.length);
    expect(toNano(usage.total.cost_usd)).toBe(toNano(costUsd));
  });
});

describe('what is known of a target after it failed a few times', () => {
  const cells = CELLS.map((cell) => ({ ...cell, cell, name: cell.fault.name }));

  it.each(cells)('$name ($way, $mode): decides whether the next request asks it', ({ cell }) => {
    const { later } = seenOf(cell);
    const expected = expectedOf(cell);
    if (expected.asksAgain) {
      if (later.bad !== null) expect(later.bad).toBeGreaterThan(0);
      expectTold(cell, expected, later);
    } else {
      expect([later.bad, later.good]).toEqual([later.bad === null ? null : 0, 1]);
      expect(later.headers.get('x-edgeway-attempts')).toBe('1');
      expectTold(cell, { ...expected, status: 200, form: 'answer', by: 'good' }, later);
    }
  });

  it.each(cells.filter(({ way }) => way !== 'single'))(
    '$name ($way, $mode): is explained to who asks',
    ({ cell }) => {
      const { explained } = seenOf(cell);
      const order = explained.targets.map(({ provider }) => provider);
      const inTurn = [badOf(cell), GOOD];
      expect(explained.status).toBe(200);
      expect(order).toEqual(expectedOf(cell).asksAgain ? inTurn : inTurn.toReversed());
      for (const { reason } of explained.targets) expect(reason).toMatch(/./);
    },
  );

  it('is shown to the administrator: circuits of those that failed, pauses that were asked for, and no others', async () => {
    const backed = CELLS.filter(({ way }) => way !== 'single');
    const failing = backed.filter(({ meaning }) => meaning.verdict === 'failure' && !isResting(meaning));
    const resting = backed.filter(({ meaning }) => meaning.verdict === 'failure' && isResting(meaning));
    const well = CELLS.filter(({ meaning }) => meaning.verdict !== 'failure');
    await vi.waitFor(
      async () => {
        const { open, cooling } = await troubled();
        expect(failing.map(targetOf).filter((target) => !open.has(target))).toEqual([]);
        expect(resting.map(targetOf).filter((target) => !cooling.has(target))).toEqual([]);
        expect(well.map(targetOf).filter((target) => open.has(target) || cooling.has(target))).toEqual([]);
        expect(open.has(`${GOOD}/m`) || cooling.has(`${GOOD}/m`)).toBe(false);
      },
      { timeout: 10_000, interval: 250 },
    );
  });
});

const isResting = ({ rests }: Cell['meaning']): boolean => rests !== undefined;
const targetOf = (cell: Cell): string => `${badOf(cell)}/m`;

interface TargetView {
  readonly target: string;
  readonly circuit: string;
  readonly cooling_until: string | null;
}

async function troubled(): Promise<Record<'open' | 'cooling', ReadonlySet<string>>> {
  const response = await gateway.admin('GET', '/routing/health');
  const text = await response.text();
  expect({ status: response.status, text }).toMatchObject({ status: 200 });
  const { data } = JSON.parse(text) as { data: readonly { readonly targets: readonly TargetView[] }[] };
  const targets = data.flatMap((region) => region.targets);
  const named = (holds: (view: TargetView) => boolean) =>
    new Set(targets.filter(holds).map(({ target }) => target));
  return {
    open: named(({ circuit }) => circuit === 'open'),
    cooling: named(({ cooling_until }) => cooling_until !== null),
  };
}

function expectTold({ meaning, mode }: Cell, { status, form, by }: Expected, seen: Seen): void {
  expect({ status: seen.status, text: seen.text }).toMatchObject({ status });
  if (form === 'answer') {
    const text = `from ${by}`;
    if (mode === 'stream') expect(seen.text).toBe(withoutUsage(streamText(text)));
    else expect(JSON.parse(seen.text)).toEqual(JSON.parse(wholeText(text)));
    return;
  }
  const error = form === 'in-band' ? errorAtEnd(seen.text) : JSON.parse(seen.text).error;
  const { code, says, hides, rests } = meaning;
  expect(error).toMatchObject({ message: expect.stringMatching(/./), type: expect.stringMatching(/./) });
  expect(error.code).toEqual(code instanceof RegExp ? expect.stringMatching(code) : code);
  if (says !== undefined && says !== '') expect(error.message).toBe(says);
  if (hides !== undefined) expect(seen.text).not.toContain(hides);
  expect(seen.text).not.toContain('[DONE]');
  if (form === 'in-band') {
    expect(dataOf(seen.text).filter((data) => data.includes('"error"'))).toHaveLength(1);
    if (meaning.remedy === 'in-band') expect(seen.text).toContain('partial');
  } else expect(seen.headers.get('retry-after')).toBe(rests === undefined ? null : String(rests));
}

/** The client had not asked for usage. */
const withoutUsage = (stream: string): string => stream.replace(/data: \{[^\n]*"choices":\[\][^\n]*\n\n/, '');

function expectSettled({ meaning }: Cell, expected: Expected, { line, status }: Seen): void {
  const { form, ending, by, chargedInputs } = expected;
  expect(line).toMatchObject({ status, ending, model: 'm' });
  const { code } = meaning;
  const failed = code instanceof RegExp ? expect.stringMatching(code) : code;
  // A provider's own code stays the provider's: the log has ours.
  const logged = code === 'odd_code' ? 'provider_rejected_request' : failed;
  expect(line.error_code ?? null).toEqual(form === 'answer' ? null : logged);
  const cost = toNano(Number(line.cost_usd));
  const answer = form === 'answer' ? ANSWER_NANO : 0;
  if (form === 'answer' && chargedInputs === 0) expect(cost).toBe(answer);
  else if (chargedInputs > 0 || meaning.charged === 'seen') {
    expect(cost).toBeGreaterThan(answer);
    expect(cost).toBeLessThan(answer + (chargedInputs + 1) * 40 * NANO_PER_TOKEN);
  } else expect(cost).toBe(0);
  if (form === 'answer' && by === 'good')
    expect(line.usage).toMatchObject({ input_tokens: 5, output_tokens: 2, estimated: false });
  if (meaning.charged === 'seen') expect(line.usage).toMatchObject({ estimated: true });
}
