/** `projects …` and `organizations …`: who keys belong to. */
import { pathTo } from '../api-client.ts';
import type { OptionRule } from '../arguments.ts';
import type { Command } from '../command.ts';
import { definedFields, parseSettings, SET } from './fields.ts';
import { LIMIT, type Shown, showList, showRecord } from './show.ts';

interface Kind {
  /** In commands and in paths. */
  readonly plural: 'projects' | 'organizations';
  /** With its article. */
  readonly singular: string;
  readonly columns: readonly Shown[];
  readonly options: readonly OptionRule[];
}

const ID: Shown = { title: 'ID', member: 'id', isWhole: true };
const STATUS: Shown = { title: 'STATUS', member: 'status', isWhole: true };
const NAME: Shown = { title: 'NAME', member: 'name' };
const CREATED: Shown = { title: 'CREATED', member: 'created_at' };

const PROJECTS: Kind = {
  plural: 'projects',
  singular: 'a project',
  columns: [ID, NAME, { title: 'ORGANIZATION', member: 'organization' }, STATUS, CREATED],
  options: [{ name: 'organization', kind: 'text', value: 'ORGANIZATION' }],
};

const ORGANIZATIONS: Kind = {
  plural: 'organizations',
  singular: 'an organisation',
  columns: [ID, NAME, STATUS, CREATED],
  options: [],
};

const commandsOf = ({ plural, singular, columns, options }: Kind): Command[] => [
  {
    name: `${plural} list`,
    summary: `lists ${plural}, newest first`,
    positionals: [],
    options: [LIMIT],
    run: (call) => showList(call, pathTo(plural), {}, columns),
  },
  {
    name: `${plural} create`,
    summary: `makes ${singular}`,
    positionals: ['NAME'],
    options: [...options, SET],
    async run(call) {
      const organization = call.options.text('organization');
      const body = {
        name: call.positionals[0],
        ...definedFields({ organization }),
        ...parseSettings(call.options.texts('set')),
      };
      const answer = await call.connect().create(pathTo(plural), body);
      showRecord(call, answer.body);
    },
  },
  ...(['disable', 'enable'] as const).map(
    (verb): Command => ({
      name: `${plural} ${verb}`,
      summary: verb === 'disable' ? 'refuses all its keys until it is enabled' : 'lets its keys in again',
      positionals: ['ID'],
      options: [],
      async run(call) {
        const path = pathTo(plural, call.positionals[0] ?? '', verb);
        const answer = await call.connect().send({ method: 'POST', path });
        showRecord(call, answer.body);
      },
    }),
  ),
];

export const TENANT_COMMANDS: readonly Command[] = [...commandsOf(PROJECTS), ...commandsOf(ORGANIZATIONS)];
