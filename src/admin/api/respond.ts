/** From what the Registry says to what the client gets. */
import type { Context } from 'hono';
import {
  Conflict,
  InvalidRequest,
  PermissionDenied,
  PreconditionFailed,
  ResourceNotFound,
} from '../../errors.ts';
import { sha256Hex } from '../../sha256.ts';
import type { Idempotency } from '../registry/commands.ts';
import type { Outcome, RefusalFields } from '../registry/transaction.ts';
import type { AdminEnv } from './admin-env.ts';

/** Something that a change was checked against changed before it was written: checking it again may be all it takes. */
export class Outdated extends Conflict {}

/** How often a change is checked before its client hears that others were faster each time. */
const MAX_TRIES = 5;

/** `change` reads, checks and writes. It is done again from the beginning while it throws `Outdated`. */
export async function whileOutdated<Answer>(change: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await change();
    } catch (error) {
      if (!(error instanceof Outdated) || tries === MAX_TRIES) throw error;
    }
  }
}

/** Throws what the refusal says. */
export function unwrap<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw toError(outcome.refusal);
  return outcome.value;
}

/** For queries of one thing. Throws `ResourceNotFound`. */
export function found<Value>(outcome: Outcome<Value | null>, what: string): Value {
  const value = unwrap(outcome);
  if (value === null) throw new ResourceNotFound(`There is no such ${what}.`);
  return value;
}

function toError({ code, message, param }: RefusalFields) {
  switch (code) {
    case 'resource_not_found':
      return new ResourceNotFound(message);
    case 'conflict':
      return new Conflict(message, param);
    case 'outdated':
      return new Outdated(message, param);
    case 'precondition_failed':
      return new PreconditionFailed(message);
    case 'permission_denied':
      return new PermissionDenied(message);
    case 'invalid_request':
      return new InvalidRequest(message, param);
    default:
      return code satisfies never;
  }
}

/** The version that `If-Match` names; `null` without one, or for `*`. Throws `InvalidRequest`. */
export function readIfMatch(c: Context<AdminEnv>): number | null {
  const header = c.req.header('if-match')?.trim();
  if (header === undefined || header === '*') return null;
  const match = /^(?:W\/)?"?(\d{1,15})"?$/.exec(header);
  if (match === null) throw new InvalidRequest('If-Match is no ETag of ours.', 'if-match');
  return Number(match[1]);
}

/** Of a create: `body` as it was asked for. */
export async function readIdempotency(c: Context<AdminEnv>, body: unknown): Promise<Idempotency | undefined> {
  const key = c.req.header('idempotency-key');
  if (key === undefined) return undefined;
  return { key, fingerprint: await sha256Hex(JSON.stringify(body)) };
}
