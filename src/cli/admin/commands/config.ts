/** `config …`: the configuration document, its versions and the way back. */
import { isRecord } from '../../../is-record.ts';
import { pathTo } from '../api-client.ts';
import { parseNumber } from '../arguments.ts';
import type { Call, Command } from '../command.ts';
import { CommandFailed } from '../failures.ts';
import { toCell } from '../table.ts';
import { currentEtag, putDocument, readDocument, versionOf } from './config-exchange.ts';
import { LIMIT, requireRecord, type Shown, showList, showRecord } from './show.ts';

const COLUMNS: readonly Shown[] = [
  { title: 'VERSION', member: 'version', isWhole: true },
  { title: 'ACTIVE', member: 'active' },
  { title: 'CREATED', member: 'created_at', isWhole: true },
  { title: 'BY', member: 'created_by' },
];

const GET: Command = {
  name: 'config get',
  summary: 'prints the active document; secrets in it are blacked out',
  positionals: [],
  options: [],
  async run({ connect, output }) {
    const { body, etag } = await connect().send({ method: 'GET', path: '/config' });
    output.raw(`${JSON.stringify(body, null, 2)}\n`);
    if (etag !== null) output.remark(`version ${versionOf(etag)}`);
  },
};

const DIFF: Command = {
  name: 'config diff',
  summary: 'tells what the file would change, and changes nothing',
  positionals: ['FILE'],
  options: [],
  async run(call) {
    const document = await readDocument(call);
    const { body } = await putDocument(call.connect(), document, { isDryRun: true });
    call.output.show(body, () => tellDiff(call, body));
  },
};

const PUSH: Command = {
  name: 'config push',
  summary: 'activates the file, if the document is still the one that the difference is told of',
  positionals: ['FILE'],
  options: [
    { name: 'dry-run', kind: 'flag' },
    { name: 'if-match', kind: 'text', value: 'VERSION' },
  ],
  async run(call) {
    const document = await readDocument(call);
    const client = call.connect();
    const version = call.options.text('if-match');
    const ifMatch = version === undefined ? await currentEtag(client) : `"${versionOf(version)}"`;
    const { body: preview } = await putDocument(client, document, { isDryRun: true, ifMatch });
    if (!call.output.isJson) tellDiff(call, preview);
    const isSame = diffOf(preview).length === 0;
    if (isSame || call.options.flag('dry-run')) {
      call.output.show(preview, () =>
        call.output.remark(isSame ? 'Nothing to push.' : 'Nothing was pushed.'),
      );
      return;
    }
    const { body } = await putDocument(client, document, { isDryRun: false, ifMatch });
    call.output.show(body, () =>
      call.output.line(`version ${toCell(requireRecord(body).version)} is active`),
    );
  },
};

const VERSIONS: Command = {
  name: 'config versions',
  summary: 'lists the versions, newest first',
  positionals: [],
  options: [LIMIT],
  run: (call) => showList(call, '/config/versions', {}, COLUMNS),
};

const ROLLBACK: Command = {
  name: 'config rollback',
  summary: 'goes back to the version that was active before, or to the one that is named',
  positionals: [],
  options: [{ name: 'to', kind: 'text', value: 'VERSION' }],
  async run(call) {
    const to = call.options.text('to');
    // Version 0 is the document of the variable.
    const version = to === undefined || to === '0' ? to : String(parseNumber(to, '--to'));
    const path =
      version === undefined ? '/config/rollback' : pathTo('config', 'versions', version, 'activate');
    const answer = await call.connect().send({ method: 'POST', path });
    showRecord(call, answer.body);
  },
};

function diffOf(body: unknown): readonly unknown[] {
  const { diff } = requireRecord(body);
  if (!Array.isArray(diff)) throw new CommandFailed('the answer holds no difference');
  return diff;
}

/** Each change has its text from the gateway; warnings go to standard error. */
function tellDiff({ output }: Call, body: unknown): void {
  const diff = diffOf(body);
  if (diff.length === 0) output.line('no difference');
  for (const change of diff) output.line(isRecord(change) ? toChangeLine(change) : toCell(change));
  const { warnings } = requireRecord(body);
  if (Array.isArray(warnings)) for (const warning of warnings) output.remark(`warning: ${toCell(warning)}`);
}

const SIGNS = new Map<unknown, string>([
  ['add', '+'],
  ['remove', '-'],
  ['change', '~'],
]);

function toChangeLine({ op, path, before, after, text }: Record<string, unknown>): string {
  const sign = SIGNS.get(op) ?? ' ';
  if (typeof text === 'string') return `${sign} ${text}`;
  const sides = [before, after].filter((side) => side !== undefined).map((side) => JSON.stringify(side));
  return `${sign} ${toCell(path)}: ${sides.join(' → ')}`;
}

export const CONFIG_COMMANDS: readonly Command[] = [GET, DIFF, PUSH, VERSIONS, ROLLBACK];
