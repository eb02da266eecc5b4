/**
 * `sticky`: the same target for the same conversation, so that the provider's prompt cache stays warm (traps I6). A target
 * that fails goes behind the others, and its conversations come back to it when it works again.
 */
import { lotOf, uniformHash } from '../rendezvous.ts';
import { type StickyBy, stickyIdOf } from '../sticky-id.ts';
import { ascending, type Order } from './order.ts';

const WHOSE: Readonly<Record<StickyBy, string>> = {
  conversation: 'sticky: hash of the conversation',
  end_user: 'sticky: hash of the end user',
  key: 'sticky: hash of the key',
};

/** What the request does not tell is made up for by what it does: the end user by the conversation, and that by the key. */
const INSTEAD: Readonly<Record<StickyBy, readonly StickyBy[]>> = {
  conversation: ['conversation', 'key'],
  end_user: ['end_user', 'conversation', 'key'],
  key: ['key'],
};

export const byConversation: Order = ({ alias, entry, arms }, question) => {
  let by: StickyBy = 'key';
  let id: string | null = null;
  for (by of INSTEAD[entry.sticky_by ?? 'conversation']) {
    id = stickyIdOf(by, question);
    if (id !== null) break;
  }
  const drawn = arms.map((arm) => ({
    arm,
    lot: lotOf(uniformHash(`${alias} ${arm.name} ${id}`), arm.weight),
  }));
  return ascending(drawn, ({ lot }) => lot).map(({ arm }, at) => ({
    arm,
    reason: at === 0 ? WHOSE[by] : `sticky: number ${at + 1} by the hash`,
  }));
};
