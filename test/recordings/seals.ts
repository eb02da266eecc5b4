/** The ids of responses, which clients see sealed: the seals are taken off again, so that all other bytes compare. */
import { expect } from 'vitest';
import { parsed } from './said/said.ts';
import { readEvents } from './sse-reader.ts';

const SEAL = /^resp_[A-Za-z0-9_-]{40,}$/;

/**
 * `told` with the provider's ids again; it begins with what was `recorded`. Checks that each id was sealed, always in
 * the same way, and stands nowhere unsealed.
 */
export function withoutSeals(told: Buffer, recorded: Buffer): Buffer {
  const seals = idsIn(told);
  const sealOf = new Map<string, string>();
  for (const [place, id] of idsIn(recorded).entries()) {
    const seal = seals[place] ?? '';
    expect(seal).toMatch(SEAL);
    expect(sealOf.get(id) ?? seal).toBe(seal);
    sealOf.set(id, seal);
  }
  const known = [...sealOf.values()];
  expect(new Set(known).size).toBe(known.length);
  for (const seal of seals) expect(known).toContain(seal);
  let text = told.toString('latin1');
  for (const [id, seal] of sealOf) {
    expect(text.includes(JSON.stringify(id)), `${id} stands unsealed`).toBe(false);
    text = text.replaceAll(JSON.stringify(seal), JSON.stringify(id));
  }
  return Buffer.from(text, 'latin1');
}

/** Ids of response objects, in the order of the text. */
function idsIn(bytes: Buffer): string[] {
  const text = bytes.toString();
  const values = text.startsWith('{')
    ? [JSON.parse(text)]
    : parsed(readEvents(bytes).map(({ data }) => data));
  return values.flatMap((value) => {
    const own = value.object === 'response' ? value.id : undefined;
    return [own, value.response?.id, value.response_id].filter((id) => typeof id === 'string');
  });
}
