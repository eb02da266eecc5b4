import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Alarm } from '../../../src/streaming/alarm.ts';
import { Watchdog } from '../../../src/streaming/watchdog.ts';

describe('Watchdog', () => {
  let calls = 0;
  const watch = (silenceMs: number) =>
    new Watchdog({
      name: 'test',
      silenceMs,
      onSilence: () => {
        calls += 1;
      },
      now: Date.now,
      alarm: new Alarm(Date.now),
    });

  beforeEach(() => {
    vi.useFakeTimers();
    calls = 0;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('calls after the silence, and again after each further one', () => {
    watch(100);
    vi.advanceTimersByTime(99);
    expect(calls).toBe(0);
    vi.advanceTimersByTime(1);
    expect(calls).toBe(1);
    vi.advanceTimersByTime(200);
    expect(calls).toBe(3);
  });

  it('counts from the last progress, not from the start', () => {
    const watchdog = watch(100);
    vi.advanceTimersByTime(60);
    watchdog.progress();
    vi.advanceTimersByTime(99);
    expect(calls).toBe(0);
    vi.advanceTimersByTime(1);
    expect(calls).toBe(1);
  });

  it('keeps one timer, however often it is told of progress', () => {
    const watchdog = watch(100);
    for (let i = 0; i < 1000; i += 1) watchdog.progress();
    expect(vi.getTimerCount()).toBe(1);
  });

  it('stays silent as long as progress comes often enough', () => {
    const watchdog = watch(100);
    for (let i = 0; i < 50; i += 1) {
      vi.advanceTimersByTime(90);
      watchdog.progress();
    }
    expect(calls).toBe(0);
  });

  it('leaves no timer behind when it is stopped, and may be stopped twice', () => {
    const watchdog = watch(100);
    watchdog.stop();
    watchdog.stop();
    vi.advanceTimersByTime(1000);
    expect(calls).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not count the time for which it is suspended', () => {
    const watchdog = watch(100);
    vi.advanceTimersByTime(60);
    watchdog.suspend();
    watchdog.suspend();
    vi.advanceTimersByTime(1000);
    expect(calls).toBe(0);
    watchdog.resume();
    watchdog.resume();
    vi.advanceTimersByTime(39);
    expect(calls).toBe(0);
    vi.advanceTimersByTime(100);
    expect(calls).toBeGreaterThan(0);
  });

  it('calls no later than one silence after it should have, when it was suspended', () => {
    const watchdog = watch(100);
    vi.advanceTimersByTime(90);
    watchdog.suspend();
    vi.advanceTimersByTime(20);
    watchdog.resume();
    vi.advanceTimersByTime(10 + 100);
    expect(calls).toBe(1);
  });

  it('leaves no timer behind when it is stopped while it is suspended', () => {
    const watchdog = watch(100);
    watchdog.suspend();
    vi.advanceTimersByTime(500);
    watchdog.stop();
    watchdog.resume();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('can be stopped by what it calls', () => {
    const watchdog = new Watchdog({
      name: 'test',
      silenceMs: 100,
      onSilence: () => {
        calls += 1;
        watchdog.stop();
      },
      now: Date.now,
      alarm: new Alarm(Date.now),
    });
    vi.advanceTimersByTime(1000);
    expect(calls).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
