/**
 * `npm run config:check FILE`: prints every mistake of a configuration document with its path, or that there is
 * none. Secrets are taken from the environment where they are set; those that are not are assumed to be.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { InvalidConfig } from '../errors.ts';
import { buildSnapshot } from '../gateway/snapshot.ts';
import { assumeSecrets } from './assumed-secrets.ts';

const { positionals } = parseArgs({ allowPositionals: true });
const [file] = positionals;
if (file === undefined) {
  console.error('usage: npm run config:check FILE');
  process.exit(2);
}

const { variable, assumed } = assumeSecrets(readFileSync(file, 'utf8'), (name) => process.env[name]);
try {
  const { warnings } = buildSnapshot(variable);
  for (const warning of warnings) console.log(`warning  ${warning}`);
  for (const name of assumed) console.log(`secret   ${name} has to be set (npx wrangler secret put ${name})`);
  console.log(`${file}: no mistakes`);
} catch (error) {
  if (!(error instanceof InvalidConfig)) throw error;
  for (const { path, message } of error.mistakes) console.log(`mistake  ${path}: ${message}`);
  console.log(`${file}: ${error.mistakes.length} mistake${error.mistakes.length === 1 ? '' : 's'}`);
  process.exitCode = 1;
}
