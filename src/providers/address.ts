/** Where a provider answers: its entry's address or its row's, with the settings put in. */
import { refuseBaseUrl } from './base-url.ts';
import type { Credential } from './credentials/credential.ts';
import type { Refuse } from './credentials/read-parts.ts';
import type { SettingSources, Settings } from './settings.ts';

/** A service account knows its project. Without one it is not known yet, and that alone is no mistake. */
export function withProject(
  settings: Settings,
  credentials: readonly Credential[] | undefined,
  isOff: boolean,
): Settings {
  if (settings.project !== undefined) return settings;
  const parts = credentials?.find(({ parts }) => parts?.kind === 'service-account')?.parts;
  const project = parts?.kind === 'service-account' ? parts.projectId : null;
  if (project !== null && SAFE_PROJECT.test(project)) return { ...settings, project };
  return isOff ? { ...settings, project: 'unknown' } : settings;
}

const SAFE_PROJECT = /^[a-z0-9][a-z0-9-]*$/;

export function resolveBaseUrl(
  { entry, row }: Pick<SettingSources, 'entry' | 'row'>,
  settings: Settings,
  refuse: Refuse,
): string | undefined {
  const regional = settings.region === undefined ? undefined : row?.regionBaseUrls?.[settings.region];
  const template = entry.base_url ?? regional ?? row?.baseUrl ?? undefined;
  if (template === undefined) {
    refuse('base_url', 'is needed: the catalogue has no address for this provider');
    return undefined;
  }
  let missing = false;
  const url = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = (settings as Record<string, string | undefined>)[name]; // a template may name anything
    if (value !== undefined) return value;
    missing = true;
    refuse(name, 'is needed for the address of this provider, or set `base_url`');
    return '';
  });
  if (missing) return undefined;
  // A row's own address is trusted as it stands: local servers live on loopback by their documentation.
  const refusal = entry.base_url === undefined ? undefined : refuseBaseUrl(url, entry.allow_insecure);
  if (refusal === undefined) return url;
  refuse('base_url', refusal);
  return undefined;
}
