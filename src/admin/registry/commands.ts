/** All that the Registry can be told and asked, by name. */

import type { Actor } from '../actor.ts';
import { auditQueries } from './audit-queries.ts';
import { configCommands } from './config-commands.ts';
import { configQueries } from './config-queries.ts';
import { invalidationCommands } from './invalidation-commands.ts';
import { invalidationQueries } from './invalidation-queries.ts';
import { keyCommands } from './key-commands.ts';
import { keyQueries } from './key-queries.ts';
import { requestCommands } from './request-commands.ts';
import { requestQueries } from './request-queries.ts';
import { secretCommands } from './secret-commands.ts';
import { secretQueries } from './secret-queries.ts';
import { tenantCommands } from './tenant-commands.ts';
import { tenantQueries } from './tenant-queries.ts';
import type { Outcome, Reader, Transaction } from './transaction.ts';

export const COMMANDS = {
  ...keyCommands,
  ...configCommands,
  ...secretCommands,
  ...tenantCommands,
  ...requestCommands,
  ...invalidationCommands,
};
export const QUERIES = {
  ...keyQueries,
  ...auditQueries,
  ...configQueries,
  ...secretQueries,
  ...tenantQueries,
  ...requestQueries,
  ...invalidationQueries,
};

export type Commands = typeof COMMANDS;
export type CommandName = keyof Commands;
export type CommandInput<Name extends CommandName> = Parameters<Commands[Name]>[1];
export type CommandValue<Name extends CommandName> = ReturnType<Commands[Name]>;

export type Queries = typeof QUERIES;
export type QueryName = keyof Queries;
export type QueryInput<Name extends QueryName> = Parameters<Queries[Name]>[1];
export type QueryValue<Name extends QueryName> = ReturnType<Queries[Name]>;

/** What makes a repeated create the same create. */
export interface Idempotency {
  /** As the client sent it. */
  readonly key: string;
  /** Of what was asked for: the same key for something else is refused. */
  readonly fingerprint: string;
}

/** The Registry as the admin API speaks to it. Rejects while it cannot be reached. */
export interface RegistryDesk {
  write<Name extends CommandName>(
    name: Name,
    input: CommandInput<Name>,
    actor: Actor,
    idempotency?: Idempotency,
  ): Promise<Outcome<CommandValue<Name>>>;
  query<Name extends QueryName>(
    name: Name,
    input: QueryInput<Name>,
    actor: Actor,
  ): Promise<Outcome<QueryValue<Name>>>;
}

/** A command or query whose types were checked where it was called. */
export type AnyCommand = (transaction: Transaction, input: unknown) => unknown;
export type AnyQuery = (reader: Reader, input: unknown) => unknown;
