/** `secrets …`: provider secrets that the gateway keeps itself. Their values go one way only. */
import { pathTo } from '../api-client.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../failures.ts';
import { LIMIT, type Shown, showList } from './show.ts';

const COLUMNS: readonly Shown[] = [
  { title: 'NAME', member: 'name', isWhole: true },
  { title: 'UPDATED', member: 'updated_at' },
  { title: 'BY', member: 'updated_by' },
];

const LIST: Command = {
  name: 'secrets list',
  summary: 'lists the names',
  positionals: [],
  options: [LIMIT],
  run: (call) => showList(call, '/secrets', {}, COLUMNS),
};

const PUT: Command = {
  name: 'secrets put',
  summary: 'sets a secret to what stands on standard input',
  positionals: ['NAME'],
  options: [],
  async run({ positionals: [name = ''], world, output, connect }) {
    const path = pathTo('secrets', name);
    const client = connect();
    if (world.inputIsTerminal)
      output.remark('Type the value, then Ctrl-D. It shows on the screen: a pipe or a file is better.');
    const value = (await world.readInput()).replace(/\r?\n$/, '');
    if (value === '') throw new UsageError('standard input holds no value');
    const { body } = await client.send({ method: 'PUT', path, body: { value } });
    output.show(body, () => output.line(`${name} is set`));
  },
};

const DELETE: Command = {
  name: 'secrets delete',
  summary: 'deletes a secret',
  positionals: ['NAME'],
  options: [],
  async run({ positionals: [name = ''], output, connect }) {
    const { body } = await connect().send({ method: 'DELETE', path: pathTo('secrets', name) });
    output.show(body, () => output.line(`${name} is deleted`));
  },
};

export const SECRET_COMMANDS: readonly Command[] = [LIST, PUT, DELETE];
