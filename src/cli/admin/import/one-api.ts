/**
 * Channels and tokens of one-api and new-api as a configuration document. Every model name of the channels becomes an
 * alias: channels of higher priority first, those of equal priority by weight.
 */
import { isRecord } from '../../../is-record.ts';
import { createAliasBook, type ModelTarget, refuseAliasName, toTiers } from './aliases.ts';
import { createNotes, type Imported, type Notes, UnreadableFile } from './note.ts';
import { type Channel, readChannel } from './one-api-channel.ts';
import { readTokens } from './one-api-tokens.ts';
import { type Flavour, flavourOf, isShared } from './one-api-types.ts';
import { createProviderBook, type ProviderBook } from './provider-book.ts';
import { createSecretNames } from './secret-names.ts';
import { commaListOf, listOf, numberOf } from './values.ts';

interface Ranked {
  /** The smaller, the earlier. */
  readonly rank: number;
  readonly target: ModelTarget;
}

/** `{ "channels": […], "tokens": […] }`, or a list of channels alone. Throws `UnreadableFile`. */
export function importOneApi(text: string): Imported {
  const { channels, tokens } = readFile(text);
  const notes = createNotes();
  const flavour = flavourOf([...channels, ...tokens].filter(isRecord));
  noteFlavour(channels, flavour, notes);
  const book = createProviderBook(notes, createSecretNames([]));
  const models = readModels(channels, flavour, book, notes);
  const aliases = createAliasBook(notes, models.keys());
  for (const [name, { path, ranked }] of models) {
    const refusal = refuseAliasName(name);
    if (refusal === undefined) aliases.add(name, path, toTiers(ranked));
    else notes.add('lost', path, refusal);
  }
  const keys = readTokens(tokens, notes);
  if (new Set(tokens.filter(isRecord).map((token) => token.user_id)).size > 1)
    notes.add('lost', 'tokens', 'they belong to several users; all keys are in the project `default`');
  return {
    document: {
      providers: book.entries(),
      models: aliases.entries(),
      ...(keys.length > 0 ? { keys } : {}),
    },
    notes: notes.all,
  };
}

function readFile(text: string): { channels: readonly unknown[]; tokens: readonly unknown[] } {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    throw new UnreadableFile('it is not JSON');
  }
  if (Array.isArray(file)) return { channels: file, tokens: [] };
  if (!isRecord(file) || (!Array.isArray(file.channels) && !Array.isArray(file.tokens)))
    throw new UnreadableFile('it is no list of channels, and has no channels and no tokens');
  return { channels: listOf(file.channels), tokens: listOf(file.tokens) };
}

function noteFlavour(channels: readonly unknown[], flavour: Flavour, notes: Notes): void {
  const depends = channels.some((channel) => isRecord(channel) && !isShared(numberOf(channel.type) ?? 0));
  if (depends) notes.add('check', 'channels', `their types were read as those of ${flavour}`);
}

const ENABLED = 1;

function readModels(channels: readonly unknown[], flavour: Flavour, book: ProviderBook, notes: Notes) {
  const models = new Map<string, { path: string; ranked: Ranked[] }>();
  for (const [index, channel] of channels.entries()) {
    const path = `channels[${index}]`;
    if (!isRecord(channel)) notes.add('lost', path, 'is no channel');
    else if ((numberOf(channel.status) ?? ENABLED) !== ENABLED)
      notes.add('lost', path, 'was left out: it is disabled');
    else
      for (const { name, target } of readTargets(channel, flavour, path, book, notes)) {
        const known = models.get(name) ?? { path: `${path}.models`, ranked: [] };
        known.ranked.push({ rank: -(numberOf(channel.priority) ?? 0), target });
        models.set(name, known);
      }
  }
  return models;
}

function readTargets(channel: Channel, flavour: Flavour, path: string, book: ProviderBook, notes: Notes) {
  const names = [...new Set(commaListOf(channel.models))];
  if (names.length === 0) notes.add('lost', `${path}.models`, 'lists no model');
  const read = names.length === 0 ? undefined : readChannel(channel, flavour, path, notes);
  const weight = Math.max(0, numberOf(channel.weight) ?? 0);
  return names.flatMap((name) => {
    const reached = read?.reach(name);
    const provider = reached && book.enter(reached.wish);
    return reached === undefined || provider === undefined
      ? []
      : [{ name, target: { provider, model: reached.model, weight } }];
  });
}
