/** A Registry of its own for each test, and what tests say to it. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { Actor } from '../../../src/admin/actor.ts';
import type {
  CommandInput,
  CommandName,
  CommandValue,
  Idempotency,
  QueryInput,
  QueryName,
  QueryValue,
  RegistryDesk,
} from '../../../src/admin/registry/commands.ts';
import type { CreateKey } from '../../../src/admin/registry/key-commands.ts';
import type { Registry } from '../../../src/admin/registry/registry.ts';
import type { Outcome, RefusalFields } from '../../../src/admin/registry/transaction.ts';
import { createRegistryDesk } from '../../../src/admin/registry-desk.ts';
import type { RegistryEdge } from '../../../src/keys/registry-edge.ts';

/** As `wrangler.toml` binds them. */
export const bindings = env as unknown as {
  readonly REGISTRY: DurableObjectNamespace<Registry>;
  readonly EDGE_COPIES: KVNamespace;
};

export const OWNER: Actor = {
  subject: 'admin-token',
  issuer: null,
  role: 'owner',
  projects: null,
  ip: '192.0.2.1',
  country: 'NO',
  requestId: 'req_test',
};
/** Who vouches for everybody but the owner. */
export const ISSUER = 'https://id.example';
/** Somebody with the same name, for whom another issuer vouches. */
export const namesakeOf = (actor: Actor): Actor => ({ ...actor, issuer: 'https://other.example' });
export const ADMIN: Actor = { ...OWNER, subject: 'ada@example.com', issuer: ISSUER, role: 'admin' };
export const developerOf = (...projects: string[]): Actor => ({
  ...OWNER,
  subject: `dev-of-${projects.join('-')}@example.com`,
  issuer: ISSUER,
  role: 'developer',
  projects,
});

export interface AuditEntry {
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly project: string | null;
  readonly before: unknown;
  readonly after: unknown;
}

export interface TestRegistry {
  /** With the types of the object itself: those of RPC have none for what holds an `unknown`. */
  readonly stub: DurableObjectStub & RegistryEdge;
  readonly desk: RegistryDesk;
  /** The value of a command; throws if it is refused. */
  write<Name extends CommandName>(
    name: Name,
    input: CommandInput<Name>,
    actor?: Actor,
  ): Promise<CommandValue<Name>>;
  /** Why a command was refused; throws if it was not. */
  refuse<Name extends CommandName>(
    name: Name,
    input: CommandInput<Name>,
    actor?: Actor,
  ): Promise<RefusalFields>;
  query<Name extends QueryName>(
    name: Name,
    input: QueryInput<Name>,
    actor?: Actor,
  ): Promise<QueryValue<Name>>;
  /** A create as a client sends it with `Idempotency-Key`. */
  repeat<Name extends CommandName>(
    name: Name,
    input: CommandInput<Name>,
    idempotency: Idempotency,
    actor?: Actor,
  ): Promise<Outcome<CommandValue<Name>>>;
  /** The audit trail, oldest first. */
  audit(): Promise<AuditEntry[]>;
  rows<Row extends Record<string, SqlStorageValue>>(query: string, ...values: unknown[]): Promise<Row[]>;
}

export function createRegistry(): TestRegistry {
  const id = bindings.REGISTRY.idFromName(crypto.randomUUID());
  const stub = bindings.REGISTRY.get(id) as unknown as TestRegistry['stub']; // see there
  const desk = createRegistryDesk(
    () => bindings.REGISTRY.get(id),
    () => undefined,
  );
  const rows = <Row extends Record<string, SqlStorageValue>>(query: string, ...values: unknown[]) =>
    runInDurableObject(stub, (_, state) => [...state.storage.sql.exec<Row>(query, ...values)]);
  return {
    stub,
    desk,
    write: async (name, input, actor = OWNER) => resultOf(await desk.write(name, input, actor)),
    refuse: async (name, input, actor = OWNER) => refusalOf(await desk.write(name, input, actor)),
    query: async (name, input, actor = OWNER) => resultOf(await desk.query(name, input, actor)),
    repeat: (name, input, idempotency, actor = OWNER) => desk.write(name, input, actor, idempotency),
    audit: async () => {
      const entries = await rows<Record<'actor' | 'action' | 'target', string> & TextColumns>(
        'SELECT actor, action, target, project, before, after FROM audit ORDER BY seq',
      );
      return entries.map(({ before, after, ...rest }) => ({
        ...rest,
        before: before === null ? null : JSON.parse(before),
        after: after === null ? null : JSON.parse(after),
      }));
    },
    rows,
  };
}

type TextColumns = Record<'project' | 'before' | 'after', string | null>;

export function resultOf<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw new Error(`refused: ${JSON.stringify(outcome.refusal)}`);
  return outcome.value;
}

export function refusalOf(outcome: Outcome<unknown>): RefusalFields {
  if (outcome.ok) throw new Error(`not refused: ${JSON.stringify(outcome.value)}`);
  return outcome.refusal;
}

/** For `expect.poll`: what has to happen does so in milliseconds, unless the machine is busy. */
export const SOON = { timeout: 15_000 };

/** Another one each time. */
export const newSha256 = (): string =>
  [...crypto.getRandomValues(new Uint8Array(32))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export const newSecret = (sha256 = newSha256()) => ({ sha256, masked: `ew-${sha256.slice(0, 4)}…wXyZ` });

/** A key to be created. */
export const aKey = (wishes: Partial<CreateKey> = {}): CreateKey => ({
  secret: newSecret(),
  name: 'a key',
  project: 'web',
  organization: null,
  expiresAt: null,
  fields: {},
  ...wishes,
});

/** A page with no condition. */
export const EVERY_KEY = {
  limit: 1000,
  cursor: null,
  project: null,
  organization: null,
  status: null,
  tag: null,
  search: null,
};
