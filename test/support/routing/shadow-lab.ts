/** A gateway that copies requests to a second vendor, and what the two vendors and the log then say. */
import { expect, vi } from 'vitest';
import { type Answer, type CacheAsk, type CacheLab, freshLabel, startCacheLab } from '../cache/lab.ts';
import { type NumberedVendor, startNumberedVendor } from '../cache/numbered-vendor.ts';
import type { TestKey } from '../gateway.ts';
import type { LogLine } from '../workerd.ts';

export interface ShadowLab extends CacheLab {
  /** Whom requests are copied to: `dark` (OpenAI's chat), `dark-keeper`, `dark-claude`, `dark-google`. */
  readonly dark: NumberedVendor;
  /** The line that compares a request with its copy; waits for it. */
  shadowOf(answer: Pick<Answer, 'headers'>): Promise<LogLine>;
  /** Asserts that nothing was copied of a request that ended before: a later one was, and it was not. */
  expectNoCopy(label: string): Promise<void>;
}

const targets = [{ provider: 'up', model: 'm' }];
const shadow = { provider: 'dark', model: 'm', share: 1 };

/** An alias of the first vendor, copied to the second; `fields` are further ones. */
export const copied = (fields: object = {}, to: object = {}): object => ({
  retries: 0,
  targets,
  shadow: { ...shadow, ...to },
  ...fields,
});

export async function startShadowLab(options: {
  readonly models: Readonly<Record<string, unknown>>;
  readonly keys?: readonly TestKey[];
  readonly config?: Readonly<Record<string, object>>;
}): Promise<ShadowLab> {
  const dark = await startNumberedVendor();
  const providers = Object.fromEntries(
    Object.entries(dark.providers).map(([name, entry]) => [name === 'up' ? 'dark' : `dark-${name}`, entry]),
  );
  const lab = await startCacheLab({
    keys: options.keys ?? [],
    config: {
      ...options.config,
      providers: { ...providers, ...options.config?.providers },
      models: { sentinel: copied(), ...options.models },
    },
  });
  const shadowOf = (answer: Pick<Answer, 'headers'>) => {
    const id = answer.headers.get('x-request-id');
    return vi.waitUntil(
      () => lab.gateway.lines.find((line) => line.type === 'shadow' && line.request_id === id),
      { timeout: 20_000, interval: 20 },
    );
  };
  return {
    ...lab,
    dark,
    shadowOf,
    expectNoCopy: async (label) => {
      const later = freshLabel();
      const answer = await lab.ask({ model: 'sentinel', text: later });
      await shadowOf(answer);
      expect([dark.calls(label).length, dark.calls(later).length]).toEqual([0, 1]);
    },
    stop: async () => {
      await lab.stop();
      await dark.stop();
    },
  };
}

/** Asks with a label of its own. */
export async function askCopied(
  lab: ShadowLab,
  ask: CacheAsk = {},
): Promise<{ readonly label: string; readonly answer: Answer }> {
  const label = freshLabel();
  return { label, answer: await lab.ask({ text: label, ...ask }) };
}
