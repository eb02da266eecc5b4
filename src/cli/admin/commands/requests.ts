/** `requests …`: what developers asked for, and what became of it. */
import { isRecord } from '../../../is-record.ts';
import { pathTo } from '../api-client.ts';
import type { OptionRule } from '../arguments.ts';
import type { Command } from '../command.ts';
import { definedFields } from './fields.ts';
import { LIMIT, type Shown, showList, showMinted, showRecord } from './show.ts';

const COLUMNS: readonly Shown[] = [
  { title: 'ID', member: 'id', isWhole: true },
  { title: 'KIND', member: 'kind' },
  { title: 'PROJECT', member: 'project' },
  { title: 'STATUS', member: 'status', isWhole: true },
  { title: 'BY', member: 'requested_by' },
  { title: 'REQUESTED', member: 'requested_at' },
  { title: 'REASON', member: 'reason' },
];

const LIST: Command = {
  name: 'requests list',
  summary: 'lists requests, newest first',
  positionals: [],
  options: [{ name: 'status', kind: 'text', value: 'STATUS' }, LIMIT],
  run: (call) => showList(call, '/requests', { status: call.options.text('status') }, COLUMNS),
};

const NOTE: OptionRule = { name: 'note', kind: 'text', value: 'TEXT' };

const act = (verb: string, summary: string, options: readonly OptionRule[]): Command => ({
  name: `requests ${verb}`,
  summary,
  positionals: ['ID'],
  options,
  async run(call) {
    const path = pathTo('requests', call.positionals[0] ?? '', verb);
    const body = definedFields({ note: call.options.text('note') });
    const answer = await call.connect().send({ method: 'POST', path, body });
    if (isRecord(answer.body) && 'key' in answer.body) showMinted(call, answer.body);
    else showRecord(call, answer.body);
  },
});

export const REQUEST_COMMANDS: readonly Command[] = [
  LIST,
  act('approve', 'does what was asked for', [NOTE]),
  act('refuse', 'turns it down', [NOTE]),
  act('claim', 'shows the key of an approved request, this once', []),
];
