/** Configuration documents as the routes work with them: read from the Registry or the variable, and shown redacted. */
import type { Context } from 'hono';
import { redactDocument } from '../../config/redacted-document.ts';
import { InvalidConfig, PreconditionFailed } from '../../errors.ts';
import { isRecord } from '../../is-record.ts';
import type { SecretsCopy } from '../../keys/edge-copies.ts';
import type { NumberedText } from '../registry/config-queries.ts';
import type { AdminEnv, ConfigDesk } from './admin-env.ts';
import { found, readIfMatch, unwrap } from './respond.ts';

export interface NumberedDocument {
  /** 0: the variable's. */
  readonly version: number;
  /** JSON text as it is stored, secrets included. */
  readonly text: string;
  /** The same, parsed; `null` if the variable holds no JSON object. */
  readonly document: Record<string, unknown> | null;
}

export async function readActive(c: Context<AdminEnv>): Promise<NumberedDocument> {
  const { registry, config } = c.env.services;
  return toDocument(unwrap(await registry.query('config.active', undefined, c.var.actor)), config);
}

/** `parent`: the version that was active when this one was stored. Throws `ResourceNotFound`. */
export async function readVersion(
  c: Context<AdminEnv>,
  version: number,
): Promise<NumberedDocument & { readonly parent: number }> {
  const { registry, config } = c.env.services;
  const outcome = await registry.query('config.get', { version }, c.var.actor);
  const stored = found(outcome, 'version of the configuration');
  return { ...toDocument(stored, config), parent: stored.parent };
}

/**
 * What a change is checked against. From the Registry and not from what this isolate knows: that may be seconds old, and
 * miss a secret that was put or deleted elsewhere.
 */
export interface Base {
  readonly active: NumberedDocument;
  readonly secrets: SecretsCopy;
}

export async function readBase(c: Context<AdminEnv>): Promise<Base> {
  const { registry, config } = c.env.services;
  const { secrets, ...numbered } = unwrap(await registry.query('config.base', undefined, c.var.actor));
  return { active: toDocument(numbered, config), secrets };
}

/** The base of a new document: `If-Match` may name the active one. Throws `PreconditionFailed` if it names another. */
export async function readMatchedBase(
  c: Context<AdminEnv>,
): Promise<Base & { readonly ifVersion: number | null }> {
  const ifVersion = readIfMatch(c);
  const base = await readBase(c);
  const { version } = base.active;
  if (ifVersion !== null && ifVersion !== version)
    throw new PreconditionFailed(`The active configuration has version ${version} by now.`);
  return { ...base, ifVersion };
}

export function toDocument({ version, text }: NumberedText, { variableText }: ConfigDesk): NumberedDocument {
  const known = text ?? variableText();
  return { version, text: known, document: parseObject(known) };
}

/** `null` for what is no JSON object. */
export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

/** As the admin API shows it. Throws `InvalidConfig` where the variable holds nothing that could be shown. */
export function toShown(
  { document }: NumberedDocument,
  { fingerprint }: ConfigDesk,
): Record<string, unknown> {
  if (document === null)
    throw new InvalidConfig([{ path: 'GATEWAY_CONFIG', message: 'the variable holds no JSON object' }]);
  return redactDocument(document, fingerprint) as Record<string, unknown>; // of an object it makes one
}

export const versionTag = (version: number): string => `"${version}"`;
