/** What a provider's address is made of besides its template: from its entry, or from where its row says. */
import type { ProviderEntry } from '../config/schema.ts';
import type { Refuse } from './credentials/read-parts.ts';
import { missingSecret, type ReadSecret, readSecret, resolveSecret } from './credentials/secret-reference.ts';
import type { ProviderRow } from './provider-row.ts';
import { SETTING, SETTING_RULE } from './setting-rule.ts';

const NAMES = ['resource', 'account_id', 'account', 'region', 'project'] as const;

export type Settings = Partial<Record<(typeof NAMES)[number], string>>;

export interface SettingSources {
  readonly entry: ProviderEntry;
  readonly row: ProviderRow | undefined;
  readonly secret: ReadSecret;
}

export function resolveSettings({ entry, row, secret }: SettingSources, refuse: Refuse): Settings {
  const settings: Settings = {};
  for (const name of NAMES) {
    const text = entry[name];
    const value = text === undefined ? defaultOf(name, row, secret) : resolveSecret(text, secret);
    if (value === undefined) {
      if (text !== undefined) refuse(name, missingSecret(text));
    } else if (SETTING.test(value)) settings[name] = value;
    else refuse(name, SETTING_RULE);
  }
  return settings;
}

function defaultOf(name: string, row: ProviderRow | undefined, secret: ReadSecret): string | undefined {
  const source = row?.settingSources?.[name];
  for (const variable of source?.variables ?? []) {
    const value = readSecret(variable, secret);
    if (value !== undefined) return value;
  }
  return source?.otherwise;
}
