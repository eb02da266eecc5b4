/**
 * The providers of a document that is being made. Other gateways give each deployment its own address and key; here a
 * provider has them, so deployments that agree in both share one. The first of a vendor gets the vendor's id, and with
 * it all that the catalogue knows; further ones are described by themselves.
 */
import { CATALOGUE, findProviderRow } from '../../../providers/catalogue.ts';
import type { ProviderRow } from '../../../providers/provider-row.ts';
import { readBaseUrl } from './base-urls.ts';
import type { Notes } from './note.ts';
import { createCredentialWriter } from './provider-credentials.ts';
import {
  completedSettings,
  fillTemplate,
  keptSettings,
  type Settings,
  usableSettings,
} from './provider-settings.ts';
import type { ProviderWish } from './provider-wish.ts';
import type { SecretNames } from './secret-names.ts';

export interface ProviderBook {
  /** The provider's id, or `undefined` with a note if it cannot be one. */
  enter(wish: ProviderWish): string | undefined;
  /** By id, for the document. */
  entries(): Record<string, unknown>;
}

export function createProviderBook(notes: Notes, names: SecretNames): ProviderBook {
  const byIdentity = new Map<string, string | undefined>();
  const entries = new Map<string, Record<string, unknown>>();
  const writeCredentials = createCredentialWriter(notes, names);

  function enter(wish: ProviderWish): string | undefined {
    const { vendor, baseUrl, settings, apiKeys, parts, headers, isOpen } = wish;
    const identity = JSON.stringify([vendor, baseUrl, settings, apiKeys, parts, headers, isOpen]);
    if (!byIdentity.has(identity)) byIdentity.set(identity, add(wish));
    return byIdentity.get(identity);
  }

  function add(wish: ProviderWish): string | undefined {
    const row = wish.vendor === null ? undefined : findProviderRow(wish.vendor);
    const isFirst = row !== undefined && !entries.has(row.id);
    const said = usableSettings(wish, names, notes);
    const needsAddress = !isFirst || wish.baseUrl !== undefined || row.baseUrl === null;
    const address = needsAddress ? toAddress(wish, row, said) : {};
    if (address === undefined) return undefined;
    const id = isFirst ? row.id : freeId(wish.name || (row?.id ?? 'provider'));
    if (!isFirst && row !== undefined)
      notes.add(
        'check',
        wish.path,
        `a further account of ${row.name} became the provider ${id}, which is described by itself: what the catalogue knows of the vendor's ways does not apply to it`,
      );
    entries.set(id, {
      ...(isFirst || row === undefined ? {} : { dialect: row.dialect }),
      ...address,
      ...(isFirst ? completedSettings(said, row, wish, names, notes) : keptSettings(said, row)),
      ...writeCredentials(wish, { id, row, isFirst }),
    });
    return id;
  }

  function toAddress(wish: ProviderWish, row: ProviderRow | undefined, settings: Settings) {
    const text = wish.baseUrl ?? (row === undefined ? undefined : fillTemplate(row, settings));
    const read = text === undefined ? undefined : readBaseUrl(text);
    if (!read?.ok) {
      const reason = read === undefined ? 'the file does not say where it is' : `its address ${read.reason}`;
      notes.add('lost', wish.path, reason);
      return undefined;
    }
    if (!read.isInsecure) return { base_url: read.url };
    notes.add(
      'check',
      wish.path,
      'its address is http or private, so `allow_insecure` is set; the gateway has to be able to reach it',
    );
    return { base_url: read.url, allow_insecure: true };
  }

  function freeId(wish: string): string {
    const word = wish.toLowerCase().replace(/[^a-z0-9._-]+/g, '-');
    const base = word.replace(/^[^a-z0-9]+|-+$/g, '') || 'provider';
    const isTaken = (id: string) =>
      entries.has(id) || id === 'simulator' || CATALOGUE.some((row) => row.id === id);
    let id = base;
    for (let number = 2; isTaken(id); number += 1) id = `${base}-${number}`;
    return id;
  }

  return { enter, entries: () => Object.fromEntries(entries) };
}
