/** What a provider's address is made of besides its host: region, resource, project and the like. */
import type { ProviderRow } from '../../../providers/provider-row.ts';
import type { Notes } from './note.ts';
import type { ProviderWish } from './provider-wish.ts';
import { isUsableName, type SecretNames } from './secret-names.ts';

/** By their names in the document. */
export type Settings = Readonly<Record<string, string>>;

/** What the document takes as a setting. A text of the file never becomes a reference to a secret. */
const USABLE = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const API_VERSION = /^[A-Za-z0-9.-]+$/;

/** As the document takes them. What it does not take is asked for under a name of ours. */
export function usableSettings(wish: ProviderWish, names: SecretNames, notes: Notes): Settings {
  const { settings = {}, path, vendor } = wish;
  const usable: Record<string, string> = {};
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined) continue;
    const isVersion = name === 'api_version'; // the document takes no variable there
    const text = typeof value === 'string' ? value : undefined;
    const variable = typeof value === 'object' && value.kind === 'variable' ? value.name : '';
    if (text !== undefined && (isVersion ? API_VERSION : USABLE).test(text)) usable[name] = text;
    else if (isVersion) notes.add('lost', path, 'its api_version cannot be used here');
    else if (isUsableName(variable)) usable[name] = `$${variable}`;
    else {
      usable[name] = `$${names.allocate(`${vendor ?? 'provider'}_${name}`)}`;
      notes.add('check', path, `its ${name} cannot be used as it is: put it into ${usable[name].slice(1)}`);
    }
  }
  return usable;
}

/** `undefined` if a setting that the address needs is not said, or is a variable: an address holds none. */
export function fillTemplate(row: ProviderRow, settings: Settings): string | undefined {
  const region = settings.region ?? row.settingSources?.region?.otherwise;
  const template = (region === undefined ? undefined : row.regionBaseUrls?.[region]) ?? row.baseUrl;
  const known: Record<string, string | undefined> = { ...settings, region };
  let isWhole = template !== null;
  const url = (template ?? '').replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = known[name];
    if (value === undefined || value.startsWith('$')) isWhole = false;
    return value ?? '';
  });
  return isWhole ? url : undefined;
}

/** What a provider still needs when its address is written out: signatures name the region. */
export function keptSettings(said: Settings, row: ProviderRow | undefined): Settings {
  const kept = ['api_version', 'tenant_id', 'client_id', ...(row?.auth.kind === 'sigv4' ? ['region'] : [])];
  return Object.fromEntries(Object.entries(said).filter(([name]) => kept.includes(name)));
}

/** With a variable for each part of the vendor's address that the file does not say. */
export function completedSettings(
  said: Settings,
  row: ProviderRow,
  { baseUrl, path }: ProviderWish,
  names: SecretNames,
  notes: Notes,
): Settings {
  if (baseUrl !== undefined) return said;
  const settings: Record<string, string> = { ...said };
  for (const name of row.settings ?? []) {
    const source = row.settingSources?.[name];
    const comesWithCredential = name === 'project' && row.auth.kind === 'google-service-account';
    if (settings[name] !== undefined || source?.otherwise !== undefined || comesWithCredential) continue;
    const variable = source?.variables?.[0] ?? names.allocate(`${row.id}_${name}`);
    settings[name] = `$${variable}`;
    notes.add('check', path, `does not say the ${name}: put it into the secret or variable ${variable}`);
  }
  return settings;
}
