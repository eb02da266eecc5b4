import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Alarm } from '../../../src/streaming/alarm.ts';

describe('Alarm', () => {
  const rung: string[] = [];
  const ring = (name: string) => () => {
    rung.push(name);
  };

  beforeEach(() => {
    rung.length = 0;
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('rings each deadline once, in time, on one timer', () => {
    const alarm = new Alarm(Date.now);
    const start = Date.now();
    alarm.set('late', start + 60_000, ring('late'));
    alarm.set('soon', start + 100, ring('soon'));
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(99);
    expect(rung).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(rung).toEqual(['soon']);
    vi.advanceTimersByTime(59_899);
    expect(rung).toEqual(['soon']);
    vi.advanceTimersByTime(1);
    expect(rung).toEqual(['soon', 'late']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not ring what was cleared, and rings at the last time that was set', () => {
    const alarm = new Alarm(Date.now);
    const start = Date.now();
    alarm.set('cleared', start + 100, ring('cleared'));
    alarm.set('moved', start + 100, ring('moved'));
    alarm.clear('cleared');
    alarm.set('moved', start + 300, ring('moved'));
    vi.advanceTimersByTime(299);
    expect(rung).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(rung).toEqual(['moved']);
  });

  it('may be set again, or stopped, by what it rings', () => {
    const alarm = new Alarm(Date.now);
    let times = 0;
    const again = () => {
      times += 1;
      if (times < 3) alarm.set('again', Date.now() + 50, again);
      else alarm.stop();
    };
    alarm.set('again', Date.now() + 50, again);
    alarm.set('never', Date.now() + 10_000, ring('never'));
    vi.advanceTimersByTime(60_000);
    expect(times).toBe(3);
    expect(rung).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
