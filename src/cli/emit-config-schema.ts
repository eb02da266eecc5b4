/**
 * `npm run config:schema`: writes the JSON Schema of the configuration document for editors. `--check` only
 * compares, so that the published file cannot fall behind.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { configSchema } from '../config/schema.ts';

const FILE = new URL('../../docs/configuration.schema.json', import.meta.url);

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const schema = z.toJSONSchema(configSchema(), {
  io: 'input',
  target: 'draft-2020-12',
  unrepresentable: 'any',
});
const text = `${JSON.stringify(schema, null, 2)}\n`;
if (!values.check) writeFileSync(FILE, text);
else if (readFileSync(FILE, 'utf8') !== text) {
  console.error('docs/configuration.schema.json is not what the code says: run `npm run config:schema`');
  process.exitCode = 1;
}
