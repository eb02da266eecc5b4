/**
 * `npm run config:check FILE`: prints every mistake of a configuration document with its path, or that there is
 * none. Secrets are taken from the environment where they are set; those that are not are assumed to be.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { InvalidConfig } from '../errors.ts';
import { buildSnapshot } from '../gateway/snapshot.ts';

const { positionals } = parseArgs({ allowPositionals: true });
const [file] = positionals;
if (file === undefined) {
  console.error('usage: npm run config:check FILE');
  process.exit(2);
}

const document = readFileSync(file, 'utf8');
const assumed = new Set<string>();
/** A secret is only looked for where the document, or a provider that it names, asks for it. */
const variable = (name: string): string | undefined => {
  if (name === 'GATEWAY_CONFIG') return document;
  if (name.startsWith('GATEWAY_CONFIG_')) return undefined;
  const value = process.env[name];
  if (value !== undefined) return value;
  if (!document.includes(`"$${name}"`)) return undefined;
  assumed.add(name);
  return isServiceAccount(name) ? ASSUMED_SERVICE_ACCOUNT : 'assumed-to-be-set';
};

/** This secret has a shape, and what stands for it must not look like a mistake. */
const isServiceAccount = (name: string): boolean =>
  new RegExp(`"service_account"\\s*:\\s*"\\$${name}"`).test(document);
const ASSUMED_SERVICE_ACCOUNT = JSON.stringify({
  type: 'service_account',
  project_id: 'assumed-to-be-set',
  client_email: 'assumed@to-be-set.example',
  private_key: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n',
});

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
