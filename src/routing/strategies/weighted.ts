/** `weighted`: by weight, for each request anew or (`sticky_by`) for each who asks. The others follow by weight, too. */
import { lotOf, uniformHash } from '../rendezvous.ts';
import { type StickyBy, stickyIdOf } from '../sticky-id.ts';
import { ascending, type Order } from './order.ts';

const WHOSE: Readonly<Record<StickyBy, string>> = {
  conversation: 'hash of the conversation',
  end_user: 'hash of the end user',
  key: 'hash of the key',
};

/**
 * A lot for each arm, drawn by its weight: the order is that of drawing without putting back. Where `sticky_by` names
 * somebody whom this request does not tell, chance decides, so that the shares stay as they are.
 */
export const byWeight: Order = ({ alias, entry, arms }, question) => {
  const { sticky_by: by } = entry;
  const id = by === undefined ? null : stickyIdOf(by, question);
  let sum = 0;
  for (const { weight } of arms) sum += weight;
  const drawn = arms.map((arm) => {
    const uniform = id === null ? 1 - question.random() : uniformHash(`${alias} ${arm.name} ${id}`);
    return { arm, lot: lotOf(uniform, arm.weight) };
  });
  const how = by === undefined || id === null ? 'drawn' : WHOSE[by];
  return ascending(drawn, ({ lot }) => lot).map(({ arm }, at) => {
    const share = `weighted: ${percent(arm.weight, sum)}`;
    return { arm, reason: at === 0 ? `${share}, ${how}` : share };
  });
};

/** Of the arms that are there; with one digit where it is small. */
function percent(weight: number, sum: number): string {
  const share = sum === 0 ? 0 : (100 * weight) / sum;
  return `${share < 10 ? Math.round(share * 10) / 10 : Math.round(share)} %`;
}
