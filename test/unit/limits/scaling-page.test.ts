/** `docs/scaling.md` says what the arithmetic says. The calls in it are simulated by `node test/simulation/costs.ts --check`. */
import { describe, expect, it } from 'vitest';
import page from '../../../docs/scaling.md?raw';
import { BEGIN, baseDollars, END, limitDollars } from '../../simulation/costs.ts';

const printed = page.split(BEGIN)[1]?.split(END)[0] ?? '';
const lines = printed.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
const costs = lines.filter((cells) => cells[1]?.match(/^(a key|the same)/));

describe('the page of costs', () => {
  it.each(costs)('%s %s', (_, name = '', calls, _atOnce, _wait, limits, all) => {
    const perRequest = name.includes('with a budget') ? (alarmsOf(Number(calls)) ?? 0) : 0;
    const dollars = limitDollars(Number(calls), perRequest);
    expect(limits).toBe(dollars.toFixed(2));
    expect(all).toBe((dollars + baseDollars()).toFixed(2));
  });

  it('has a row for each case', () => {
    expect(costs.length).toBe(7);
  });

  it('tells the price of a call, and of a request without limits', () => {
    expect(page).toContain(`Without limits $${baseDollars().toFixed(2)}:`);
    expect(page).toContain(`costs $${limitDollars(1).toFixed(2)} for a million`);
    expect(page).toContain(`× $${limitDollars(1).toFixed(2)}*`);
  });
});

/** A quiet key sets an alarm for each request; a busy one next to none. */
const alarmsOf = (calls: number): number => (calls > 1 ? 1 : 0);
