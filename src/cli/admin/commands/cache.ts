/** `cache …`: cached answers are forgotten. */
import type { OptionRule, Options } from '../arguments.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../failures.ts';
import { definedFields } from './fields.ts';
import { LIMIT, type Shown, showList, showRecord } from './show.ts';

const PATH = '/cache/invalidations';

const COLUMNS: readonly Shown[] = [
  { title: 'GENERATION', member: 'generation', isWhole: true },
  { title: 'PROJECT', member: 'project' },
  { title: 'ORGANIZATION', member: 'organization' },
  { title: 'KIND', member: 'kind', isWhole: true },
  { title: 'VALUE', member: 'value' },
  { title: 'CREATED', member: 'created_at' },
  { title: 'BY', member: 'created_by' },
];

const PROJECT: OptionRule = { name: 'project', kind: 'text', value: 'PROJECT' };
const KINDS = ['key', 'model', 'namespace', 'tag'];

const FORGET: Command = {
  name: 'cache forget',
  summary: 'forgets cached answers: by one of these, or all; of one project or organisation, if one is named',
  positionals: [],
  options: [
    ...KINDS.map((name): OptionRule => ({ name, kind: 'text', value: name.toUpperCase() })),
    { name: 'all', kind: 'flag' },
    PROJECT,
    { name: 'organization', kind: 'text', value: 'ORGANIZATION' },
  ],
  async run(call) {
    const { options } = call;
    const body = {
      ...readWhat(options),
      ...definedFields({ project: options.text('project'), organization: options.text('organization') }),
    };
    const answer = await call.connect().send({ method: 'POST', path: PATH, body });
    showRecord(call, answer.body);
  },
};

/** Nothing but a project or an organisation means all of it. Throws `UsageError`. */
function readWhat(options: Options): { readonly kind: string; readonly value?: string } {
  const named = KINDS.flatMap((kind) => {
    const value = options.text(kind);
    return value === undefined ? [] : [{ kind, value }];
  });
  const isAll = options.flag('all');
  const [first, second] = named;
  if (second !== undefined || (first !== undefined && isAll))
    throw new UsageError('only one of --key, --model, --namespace, --tag and --all says what is forgotten');
  if (first !== undefined) return first;
  if (isAll || options.text('project') !== undefined || options.text('organization') !== undefined)
    return { kind: 'all' };
  throw new UsageError('--key, --model, --namespace, --tag, --project or --all has to say what is forgotten');
}

const LIST: Command = {
  name: 'cache list',
  summary: 'lists what is to be forgotten, newest first',
  positionals: [],
  options: [PROJECT, { name: 'kind', kind: 'text', value: 'KIND' }, LIMIT],
  run: (call) =>
    showList(call, PATH, { project: call.options.text('project'), kind: call.options.text('kind') }, COLUMNS),
};

export const CACHE_COMMANDS: readonly Command[] = [FORGET, LIST];
