/** `keys …`: hand out access and take it back. */
import { pathTo } from '../api-client.ts';
import type { Options } from '../arguments.ts';
import type { Call, Command } from '../command.ts';
import { parseMoment, parseSpan } from '../spans.ts';
import { definedFields, parseSettings, SET } from './fields.ts';
import { LIMIT, type Shown, showList, showMinted, showRecord } from './show.ts';

const COLUMNS: readonly Shown[] = [
  { title: 'ID', member: 'id', isWhole: true },
  { title: 'NAME', member: 'name' },
  { title: 'PROJECT', member: 'project' },
  { title: 'STATUS', member: 'status', isWhole: true },
  { title: 'KEY', member: 'masked_key' },
  { title: 'MODELS', member: 'models' },
  { title: 'EXPIRES', member: 'expires_at' },
];

const CREATE: Command = {
  name: 'keys create',
  summary: 'makes a key and shows it this once',
  positionals: ['NAME'],
  options: [
    { name: 'project', kind: 'text', value: 'PROJECT' },
    { name: 'organization', kind: 'text', value: 'ORGANIZATION' },
    { name: 'model', kind: 'texts', value: 'MODEL' },
    { name: 'deny', kind: 'texts', value: 'MODEL' },
    { name: 'route', kind: 'texts', value: 'ROUTE' },
    { name: 'ip', kind: 'texts', value: 'CIDR' },
    { name: 'expires', kind: 'text', value: 'TIME|30d' },
    { name: 'tag', kind: 'texts', value: 'TAG' },
    { name: 'rpm', kind: 'number', value: 'N' },
    SET,
  ],
  async run(call) {
    const { positionals, options, world, connect } = call;
    const body = { name: positionals[0], ...toKeyFields(options, world.now()) };
    const answer = await connect().create('/keys', body);
    showMinted(call, answer.body);
  },
};

function toKeyFields(options: Options, now: number): Record<string, unknown> {
  const expires = options.text('expires');
  const said = definedFields({
    project: options.text('project'),
    organization: options.text('organization'),
    models: options.texts('model'),
    denied_models: options.texts('deny'),
    routes: options.texts('route'),
    ip_ranges: options.texts('ip'),
    expires_at: expires === undefined ? undefined : parseMoment(expires, '--expires', now),
    tags: options.texts('tag'),
    requests_per_minute: options.number('rpm'),
  });
  return { ...said, ...parseSettings(options.texts('set')) };
}

const LIST: Command = {
  name: 'keys list',
  summary: 'lists keys, newest first',
  positionals: [],
  options: [
    { name: 'project', kind: 'text', value: 'PROJECT' },
    { name: 'organization', kind: 'text', value: 'ORGANIZATION' },
    { name: 'search', kind: 'text', value: 'TEXT' },
    { name: 'status', kind: 'text', value: 'STATUS' },
    { name: 'tag', kind: 'text', value: 'TAG' },
    LIMIT,
  ],
  run(call) {
    const filters = ['project', 'organization', 'search', 'status', 'tag'];
    const query = Object.fromEntries(filters.map((name) => [name, call.options.text(name)]));
    return showList(call, '/keys', query, COLUMNS);
  },
};

const GET: Command = {
  name: 'keys get',
  summary: 'shows one key, without the key itself',
  positionals: ['ID'],
  options: [],
  async run(call) {
    const answer = await call.connect().send({ method: 'GET', path: pathToKey(call) });
    showRecord(call, answer.body);
  },
};

const ROTATE: Command = {
  name: 'keys rotate',
  summary: 'makes a new key in place of the old one, which stays valid for the overlap',
  positionals: ['ID'],
  options: [{ name: 'overlap', kind: 'text', value: 'SECONDS|10m' }],
  async run(call) {
    const overlap = call.options.text('overlap');
    const body = overlap === undefined ? {} : { overlap_seconds: parseSpan(overlap, '--overlap') };
    const answer = await call.connect().send({ method: 'POST', path: `${pathToKey(call)}/rotate`, body });
    showMinted(call, answer.body);
  },
};

const DELETE: Command = {
  name: 'keys delete',
  summary: 'deletes a key and what is known of it',
  positionals: ['ID'],
  options: [],
  async run(call) {
    const { body } = await call.connect().send({ method: 'DELETE', path: pathToKey(call) });
    call.output.show(body, () => call.output.line(`${call.positionals[0]} is deleted`));
  },
};

const changeStatus = (verb: string, summary: string): Command => ({
  name: `keys ${verb}`,
  summary,
  positionals: ['ID'],
  options: [],
  async run(call) {
    const answer = await call.connect().send({ method: 'POST', path: `${pathToKey(call)}/${verb}` });
    showRecord(call, answer.body);
  },
});

const pathToKey = ({ positionals: [id = ''] }: Call): string => pathTo('keys', id);

export const KEY_COMMANDS: readonly Command[] = [
  CREATE,
  LIST,
  GET,
  ROTATE,
  changeStatus('revoke', 'takes a key back for good'),
  changeStatus('disable', 'takes a key back until it is enabled'),
  changeStatus('enable', 'gives a disabled key back'),
  DELETE,
];
