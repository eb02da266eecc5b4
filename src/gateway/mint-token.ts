/** A token for part of what a key may do: what is asked for is checked here, what it is worth is seen at each use. */
import * as z from 'zod';
import { toPath } from '../config/parse-document.ts';
import { limitFields } from '../config/schema.ts';
import { grantFields } from '../config/schema-keys.ts';
import type { RequestContext } from '../context.ts';
import { InvalidRequest, ModelNotAllowed, PermissionDenied } from '../errors.ts';
import { NarrowTokenTooLarge } from '../keys/narrow-token.ts';
import { mayUseModel, type Principal } from '../keys/principal.ts';
import type { Services } from './services.ts';

const MIN_SECONDS = 60;
const MAX_SECONDS = 24 * 3600;
const DEFAULT_SECONDS = 3600;

/** The answer's body. */
export interface MintedToken {
  readonly object: 'key.token';
  /** To be sent as a key is. */
  readonly token: string;
  readonly id: string;
  /** ISO 8601. */
  readonly expires_at: string;
}

/**
 * Throws `InvalidRequest`, `ModelNotAllowed` for a model that the key itself may not use, `PermissionDenied` for who is no
 * key, and `GatewayUnavailable`.
 */
export async function mintToken(
  body: Uint8Array,
  parent: Principal,
  services: Services,
  context: RequestContext,
): Promise<MintedToken> {
  const { expires_in, end_user, name, models, denied_models, routes, ip_ranges, ...limits } = parse(body);
  for (const model of models ?? [])
    if (!model.includes('*') && !mayUseModel(parent, model)) throw new ModelNotAllowed(model);
  const wanted = context.now() + expires_in * 1000;
  const expiresAt = Math.min(wanted, parent.expiresAt ?? wanted);
  const id = `tok_${crypto.randomUUID().replaceAll('-', '')}`;
  const request = {
    id,
    expiresAt,
    name: name ?? null,
    endUser: end_user ?? null,
    models: models ?? null,
    deniedModels: denied_models ?? [],
    routes: routes ?? null,
    ipRanges: ip_ranges ?? null,
    limits,
  };
  const token = await services.narrowTokens.mint(request, parent).catch(refuseTooLarge);
  if (token === undefined) throw new PermissionDenied('Only a key may mint tokens.');
  return { object: 'key.token', token, id, expires_at: new Date(expiresAt).toISOString() };
}

function requestSchema() {
  return z.strictObject({
    expires_in: z.int().min(MIN_SECONDS).max(MAX_SECONDS).default(DEFAULT_SECONDS),
    name: z.string().min(1).max(200).optional(),
    end_user: z.string().min(1).max(256).optional(),
    ...grantFields(),
    ...limitFields(),
  });
}

function parse(body: Uint8Array): z.output<ReturnType<typeof requestSchema>> {
  const result = requestSchema().safeParse(body.length === 0 ? {} : parseJson(body));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : issue?.path;
  throw new InvalidRequest(`${toPath(path ?? [])}: ${issue?.message ?? 'is not valid'}`, toPath(path ?? []));
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(body));
  } catch {
    throw new InvalidRequest('The body is not valid JSON.', null);
  }
}

function refuseTooLarge(error: unknown): never {
  throw error instanceof NarrowTokenTooLarge ? new InvalidRequest(error.message, null) : error;
}
