import { describe, expect, it } from 'vitest';
import { PRIORITIES, type Priority } from '../../../../src/limits/waiting/waiter.ts';
import { type Place, WaitingLine } from '../../../../src/limits/waiting/waiting-line.ts';
import { seeded } from '../../../support/seeded.ts';

const place = (id: string, key = 'a', priority: Priority = 'default'): Place => ({ id, key, priority });

function lineOf(...places: readonly Place[]): WaitingLine<Place> {
  const line = new WaitingLine<Place>();
  for (const one of places) line.add(one);
  return line;
}

/** Serves all of it. */
function* drain(line: WaitingLine<Place>): Generator<string> {
  for (let next = line.next(); next !== undefined; next = line.next()) {
    line.serve(next.id);
    yield next.id;
  }
}

describe('a waiting line', () => {
  it('serves one key in the order of its requests', () => {
    expect([...drain(lineOf(place('1'), place('2'), place('3')))]).toEqual(['1', '2', '3']);
  });

  it('serves priority before default before flex', () => {
    const line = lineOf(place('1', 'a', 'flex'), place('2'), place('3', 'a', 'priority'), place('4'));
    expect([...drain(line)]).toEqual(['3', '2', '4', '1']);
  });

  it('lets keys take turns', () => {
    const line = lineOf(
      ...['a1', 'a2', 'a3', 'a4'].map((id) => place(id, 'a')),
      place('b1', 'b'),
      place('b2', 'b'),
      place('c1', 'c'),
    );
    expect([...drain(line)]).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
  });

  it('serves a single request of one key after at most one of each other, however many they have', () => {
    const line = lineOf(...Array.from({ length: 1000 }, (_, index) => place(`a${index}`, 'a')));
    line.serve('a0');
    line.add(place('b', 'b'));
    const order = [...drain(line)];
    expect(order.indexOf('b')).toBe(1);
    expect(order).toHaveLength(1000);
  });

  it('does not give a key another turn for coming again', () => {
    const line = lineOf(place('a1', 'a'), place('b1', 'b'), place('b2', 'b'));
    line.serve('a1');
    line.add(place('a2', 'a'));
    expect([...drain(line)]).toEqual(['b1', 'a2', 'b2']);
  });

  it('keeps the turn of a key whose first waiter leaves', () => {
    const line = lineOf(place('a1', 'a'), place('a2', 'a'), place('b1', 'b'));
    expect(line.remove('a1')?.id).toBe('a1');
    expect([...drain(line)]).toEqual(['a2', 'b1']);
  });

  it('passes over who is not ready, who keeps the place', () => {
    const line = lineOf(place('a1', 'a'), place('a2', 'a'), place('b1', 'b'));
    expect(line.next(({ id }) => id !== 'a1')?.id).toBe('a2');
    expect(line.next(({ key }) => key === 'b')?.id).toBe('b1');
    expect(line.next(() => false)).toBeUndefined();
    expect(line.next()?.id).toBe('a1');
  });

  it('knows who is in it', () => {
    const line = lineOf(place('a1', 'a'), place('a2', 'a', 'flex'), place('b1', 'b'));
    expect([line.size, line.countOf('a'), line.countOf('b'), line.countOf('c')]).toEqual([3, 2, 1, 0]);
    line.remove('a1');
    line.serve('b1');
    line.remove('nobody');
    line.serve('nobody');
    expect([line.size, line.countOf('a'), line.countOf('b')]).toEqual([1, 1, 0]);
    expect([line.find('a1'), line.find('a2')?.id]).toEqual([undefined, 'a2']);
  });

  it.each([
    ['priority', [true, true, true]],
    ['default', [false, true, true]],
    ['flex', [false, false, true]],
  ] as const)(
    'with somebody of %s in it, is before them: %j of priority, default, flex',
    (priority, behind) => {
      const line = lineOf(place('1', 'a', priority));
      expect(PRIORITIES.map((one) => line.isBehind(one))).toEqual(behind);
    },
  );

  it('is before nobody while it is empty', () => {
    expect(PRIORITIES.map((one) => lineOf().isBehind(one))).toEqual([false, false, false]);
  });

  it('gives keys of one priority their turns and their order, whatever comes and goes', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = seeded(seed);
      const line = new WaitingLine<Place>();
      const waiting: Place[] = [];
      /** Since when somebody of a key and priority waits without a break: turns others had in that time. */
      const passed = new Map<string, number>();
      for (let step = 0; step < 300; step += 1) {
        const what = random.next();
        if (what < 0.5) {
          const priority = random.pick(PRIORITIES);
          const one = place(`${step}`, `key ${random.between(1, 5)}`, priority);
          line.add(one);
          waiting.push(one);
        } else if (what < 0.65 && waiting.length > 0) {
          const [left] = waiting.splice(random.between(0, waiting.length - 1), 1);
          line.remove(left?.id ?? '');
        } else if (waiting.length > 0) {
          const served = line.next() as Place;
          const rank = PRIORITIES.indexOf(served.priority);
          expect(waiting.every(({ priority }) => PRIORITIES.indexOf(priority) >= rank)).toBe(true);
          const own = waiting.filter(
            ({ key, priority }) => key === served.key && priority === served.priority,
          );
          expect(own[0]?.id).toBe(served.id);
          waiting.splice(waiting.indexOf(served), 1);
          line.serve(served.id);
          const others = new Set(
            waiting
              .filter(({ priority, key }) => priority === served.priority && key !== served.key)
              .map(({ key }) => key),
          );
          for (const key of others) {
            const name = `${served.priority} ${key}`;
            passed.set(name, (passed.get(name) ?? 0) + 1);
            // Five keys: at most one turn of each other before the own one.
            expect(passed.get(name)).toBeLessThanOrEqual(4);
          }
          passed.delete(`${served.priority} ${served.key}`);
        }
        for (const name of passed.keys())
          if (!waiting.some(({ priority, key }) => `${priority} ${key}` === name)) passed.delete(name);
      }
      expect(line.size).toBe(waiting.length);
    }
  });
});
