/**
 * What changed from one configuration document to another, for people. Works on parsed JSON as it was written, so
 * a default that somebody wrote down is a change too. Literal secrets must have been redacted.
 */
import { isRecord } from '../is-record.ts';
import { canonicalText, type ListRule, listRule, pairEntries } from './diff-lists.ts';
import { clip, onOneLine, shown } from './diff-texts.ts';
import { toPath } from './parse-document.ts';

export interface Change {
  readonly op: 'add' | 'remove' | 'change';
  /** Dotted path; indexes count in the new document, those of what was removed in the old one. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
  /** One line in English. */
  readonly text: string;
}

/** So many changes are told one by one; one more then says how many there are besides. */
export const MAX_CHANGES = 500;

const LONGEST_NAME = 200;
const LONGEST_ORDER = 300;

/** In the order of the old document, what was added behind it. Empty if both say the same. */
export function diffDocuments(before: unknown, after: unknown): Change[] {
  const report = new Report();
  compare({ segments: [], name: '' }, before, after, report);
  return report.changes();
}

/** Where a value stands. */
interface Place {
  readonly segments: readonly PropertyKey[];
  /** As `segments`, but with entries of lists by their names: `models.fast.targets[openai/gpt-5.2]`. */
  readonly name: string;
}

class Report {
  readonly #told: Change[] = [];
  #untold = 0;

  /** `tell` is asked only for what is told. */
  add(place: Place, change: Omit<Change, 'path' | 'text'>, tell: () => string): void {
    if (this.#told.length === MAX_CHANGES) {
      this.#untold += 1;
      return;
    }
    const text = onOneLine(`${place.name === '' ? '(document)' : place.name}: ${tell()}`);
    this.#told.push({ ...change, path: toPath(place.segments), text });
  }

  changes(): Change[] {
    if (this.#untold === 0) return this.#told;
    const text = `and ${this.#untold} more change${this.#untold === 1 ? '' : 's'}`;
    return [...this.#told, { op: 'change', path: toPath([]), text }];
  }
}

function compare(place: Place, before: unknown, after: unknown, report: Report): void {
  if (Array.isArray(before) && Array.isArray(after)) compareLists(place, before, after, report);
  else if (isRecord(before) && isRecord(after)) compareRecords(place, before, after, report);
  else if (canonicalText(before) !== canonicalText(after))
    report.add(place, { op: 'change', before, after }, () => `${shown(before)} → ${shown(after)}`);
}

function compareRecords(
  place: Place,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  report: Report,
): void {
  for (const [name, old] of Object.entries(before)) {
    const member = memberOf(place, name);
    if (Object.hasOwn(after, name)) compare(member, old, after[name], report);
    else report.add(member, { op: 'remove', before: old }, () => `removed, was ${shown(old)}`);
  }
  for (const [name, added] of Object.entries(after)) {
    if (Object.hasOwn(before, name)) continue;
    report.add(memberOf(place, name), { op: 'add', after: added }, () => `added, ${shown(added)}`);
  }
}

function compareLists(
  place: Place,
  before: readonly unknown[],
  after: readonly unknown[],
  report: Report,
): void {
  const rule = listRule(place.segments.at(-1));
  const partners = pairEntries(before, after, rule);
  for (const [index, old] of before.entries()) {
    const label = rule.label(old);
    const partner = partners[index];
    if (partner !== undefined) compare(entryOf(place, partner, label), old, after[partner], report);
    else report.add(inList(place, index), { op: 'remove', before: old }, () => `${label} removed`);
  }
  const kept = partners.filter((partner) => partner !== undefined);
  const known = new Set(kept);
  for (const [index, added] of after.entries()) {
    if (known.has(index)) continue;
    const position = rule.isOrdered ? positionOf(index, after, rule.label) : '';
    const tell = () => `${rule.label(added)} added${position}`;
    report.add(inList(place, index), { op: 'add', after: added }, tell);
  }
  const inNewOrder = kept.toSorted((a, b) => a - b);
  if (kept.every((partner, at) => partner === inNewOrder[at])) return;
  const labels = (indexes: readonly number[]) => indexes.map((index) => rule.label(after[index]));
  const order = { before: labels(kept), after: labels(inNewOrder) };
  report.add(
    place,
    { op: 'change', ...order },
    () => `order ${inOrder(order.before)} → ${inOrder(order.after)}`,
  );
}

function memberOf({ segments, name }: Place, member: string): Place {
  const called = clip(member, LONGEST_NAME);
  return { segments: [...segments, called], name: name === '' ? called : `${name}.${called}` };
}

/** An entry that came or went is told of its list. */
const inList = ({ segments, name }: Place, index: number): Place => ({
  segments: [...segments, index],
  name,
});

const entryOf = ({ segments, name }: Place, index: number, label: string): Place => ({
  segments: [...segments, index],
  name: `${name}[${label}]`,
});

/** Where the entry at `index` stands, by the one behind it. */
function positionOf(index: number, list: readonly unknown[], label: ListRule['label']): string {
  if (index + 1 < list.length) return ` before ${label(list[index + 1])}`;
  return index === 0 ? '' : ' at the end';
}

const inOrder = (labels: readonly string[]): string => clip(labels.join(', '), LONGEST_ORDER);
