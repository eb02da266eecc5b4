/**
 * `npm run docs:roles`: writes `docs/admin-roles.md` from the table of operations that the routes of the admin API are
 * held to, and from those routes. `--check` only compares, so that the page cannot fall behind.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { parseArgs } from 'node:util';
import { ROLES } from '../admin/actor.ts';
import { OPERATIONS } from '../admin/operations.ts';

const FILE = new URL('../../docs/admin-roles.md', import.meta.url);

const INTRO = `# Who may do what at the admin API

<!-- Written by \`npm run docs:roles\` from \`src/admin/operations.ts\` and the routes. Change those, not this page. -->

The holder of \`ADMIN_TOKEN\` is \`owner\`. Everybody else has the strongest role that \`admin.identity\` in the
configuration grants to one of their groups. Whoever has none is refused with 403 \`permission_denied\`, and so is a role
without a mark in the operation's row: the routes enforce this very table.

A \`developer\` sees and touches what belongs to their own projects, the \`projects\` of their grants. Anything else answers
404, as if it were not there. \`/admin/v1/openapi.json\` and \`/admin/v1/docs\` need no credential.
`;

interface Place {
  readonly method: string;
  readonly path: string;
  readonly tag: string;
}

/** What is read of the OpenAPI document. */
interface ApiDescription {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { operationId: string; tags: [string] }>>>>;
  readonly tags: readonly { readonly name: string }[];
}

/** Bundlers take single members of a JSON file by name, and Node does not without this. */
registerHooks({
  load(url, context, nextLoad) {
    if (!url.endsWith('.json')) return nextLoad(url, context);
    const members = Object.entries<unknown>(JSON.parse(readFileSync(new URL(url), 'utf8')));
    const source = members.map(
      ([name, value], index) =>
        `const member${index} = ${JSON.stringify(value)}; export { member${index} as ${JSON.stringify(name)} };`,
    );
    return { format: 'module', source: source.join('\n'), shortCircuit: true };
  },
});
// By URL: the compiler would hold the Worker's files to Node's types if it could follow the import.
const load = (path: string) => import(new URL(path, import.meta.url).href);
const { createAdminApp } = await load('../admin/api/admin-app.ts');
const { describeApi } = await load('../admin/api/documentation.ts');
const { paths, tags }: ApiDescription = describeApi(createAdminApp());

/** Where an operation is, by its id. */
const places = new Map<string, Place>(
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([
        method,
        {
          operationId,
          tags: [tag],
        },
      ]) => [operationId, { method: method.toUpperCase(), path, tag }],
    ),
  ),
);

const placed = Object.entries(OPERATIONS).map(([id, operation]) => {
  const place = places.get(id);
  if (place === undefined) throw new Error(`no route is the operation ${id}`);
  return { ...operation, ...place };
});

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;

const sections = tags.map(({ name }) => {
  const rows = placed
    .filter(({ tag }) => tag === name)
    .map(({ summary, method, path, roles }) => {
      const marks = ROLES.map((role) => (roles.some((one) => one === role) ? 'yes' : ''));
      return row([summary, `\`${method} ${path}\``, ...marks]);
    });
  const head = ['operation', 'route', ...ROLES];
  return `## ${name}\n\n${row(head)}${row(head.map(() => '---'))}${rows.join('')}`;
});

const text = [INTRO, ...sections].join('\n');

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
if (!values.check) writeFileSync(FILE, text);
else if (readFileSync(FILE, 'utf8') !== text) {
  console.error('docs/admin-roles.md is not what the code says: run `npm run docs:roles`');
  process.exitCode = 1;
}
