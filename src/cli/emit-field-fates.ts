/**
 * `npm run docs:fields`: writes `docs/dialects.md` from the tables of fates that the codecs are held to. `--check` only
 * compares, so that the page cannot fall behind.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CHAT_FATES, NATIVE_FATES } from '../dialects/chat-fates.ts';
import { EMBEDDINGS_FIELDS } from '../dialects/embeddings/fields.ts';
import type { FieldFate, FieldFates } from '../dialects/field-fate.ts';
import { RERANK_FIELDS } from '../dialects/rerank/fields.ts';

const FILE = new URL('../../docs/dialects.md', import.meta.url);

const INTRO = `# Fields between wire forms

<!-- Written by \`npm run docs:fields\` from the tables in \`src/dialects\`. Change those, not this page. -->

A client speaks one wire form (OpenAI chat, OpenAI Responses, Anthropic Messages, Gemini), a provider speaks another
or the same. Where both speak the same form, nothing on this page applies: the body goes up as it came, and only
\`model\` and \`stream_options\` may be set in it.

Where they differ, the request is read into one *canonical form* and written from there in the provider's words. The
canonical form keeps the order of the messages and of the parts in them; fields that only one form knows ride along,
and come out again in that form only. So every door reaches every provider, and each field has one fate on its way
into a form:

- **mapped**: said in the provider's words, in full or within the bounds that the notes name;
- **refused**: a 400 whose \`param\` names the field, if the value asks for what the form cannot do and the answer would
  be another one than the client asked for. Another target of the model is tried first, if there is one;
- **dropped**: left out, and named in the answer's header \`x-edgeway-dropped-params\`, if the value asks for anything at
  all. A value that asks for nothing (a penalty of 0, \`false\`, \`null\`) is not named.

With \`strict_params\` in the configuration nothing is dropped: what would be is a 400 that names it.

Fields go by their names in OpenAI's chat form, whatever the client's form calls them: their paths without indices, and
without the wrappers \`content\` and \`function\`. What OpenAI has no field for goes by the name that most others gave it
(\`top_k\`, \`cache_control\`, \`thinking.budget_tokens\`). Members of \`metadata\`, of schemas and of vendors' own blocks are
named with their keys (\`metadata.team\`, \`tools.parameters.pattern\`). Fields that stand nowhere on this page are dropped
and named too.
`;

const CHAT = `## Chat

At the doors of OpenAI chat, OpenAI Responses, Anthropic Messages and Gemini.
`;

const NATIVE = `### Fields of one provider only

A client of any form may send these to a provider of the form; elsewhere they are dropped.
`;

const EMBEDDINGS = `## Embeddings

At \`/v1/embeddings\`, and at Gemini's \`embedContent\` and \`batchEmbedContents\`. Members that are not named here go to a
provider whose form has them (\`priority\` at Cohere, \`late_chunking\` at Jina), and are dropped elsewhere.
`;

const RERANK = `## Rerank

At \`/v1/rerank\`. Members that are not named here go to a provider whose form has them, and are dropped elsewhere.
`;

const ALL = 'all of them';

/** Tables by the form's id. */
type Fates = Readonly<Record<string, FieldFates>>;

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  row(head) + row(head.map(() => '---')) + rows.map(row).join('');

/** The fate of each field in each form. */
function overview(fates: Fates): string {
  const forms = Object.keys(fates);
  const fields = [...new Set(Object.values(fates).flatMap(Object.keys))];
  const rows = fields.map((field) => [
    `\`${field}\``,
    ...forms.map((form) => fates[form]?.[field]?.fate ?? ''),
  ]);
  return table(['field', ...forms], rows);
}

const isNoted = ([, { note }]: [string, FieldFate]): boolean => note !== '';

/** What there is to say of the fields, form by form. */
const notes = (fates: Fates): string =>
  Object.entries(fates)
    .map(([form, fields]) => [form, Object.entries(fields).filter(isNoted)] as const)
    .filter(([, noted]) => noted.length > 0)
    .map(([form, noted]) => {
      const rows = noted.map(([field, { fate, note }]) => [`\`${field}\``, fate, note]);
      return `### To ${form === ALL ? form : `\`${form}\``}\n\n${table(['field', 'fate', ''], rows)}`;
    })
    .join('\n');

const native = Object.entries(NATIVE_FATES).flatMap(([form, fields]) =>
  Object.entries(fields).map(([field, { note }]) => [`\`${field}\``, form, note]),
);

const text = [
  INTRO,
  CHAT,
  overview(CHAT_FATES),
  notes(CHAT_FATES),
  NATIVE,
  table(['field', 'form', ''], native),
  EMBEDDINGS,
  overview(EMBEDDINGS_FIELDS),
  notes(differing(EMBEDDINGS_FIELDS)),
  RERANK,
  overview(RERANK_FIELDS),
  notes(differing(RERANK_FIELDS)),
].join('\n');

/** What all forms share stands by itself, before them. */
function differing(fates: Fates): Fates {
  const tables = Object.values(fates);
  const [first = {}] = tables;
  const isCommon = ([field, { fate, note }]: [string, FieldFate]): boolean =>
    tables.every((one) => one[field]?.fate === fate && one[field].note === note);
  const common = Object.fromEntries(Object.entries(first).filter(isCommon));
  const rest = Object.entries(fates).map(([form, fields]): [string, FieldFates] => [
    form,
    Object.fromEntries(Object.entries(fields).filter(([field]) => common[field] === undefined)),
  ]);
  return { [ALL]: common, ...Object.fromEntries(rest) };
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
if (!values.check) writeFileSync(FILE, text);
else if (readFileSync(FILE, 'utf8') !== text) {
  console.error('docs/dialects.md is not what the code says: run `npm run docs:fields`');
  process.exitCode = 1;
}
