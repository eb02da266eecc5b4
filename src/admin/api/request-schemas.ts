/** What the admin API takes and shows of requests. */
import { z } from '@hono/zod-openapi';
import { keyGrantFields, limitFields } from '../../config/schema.ts';
import type { CreateRequest } from '../registry/request-commands.ts';
import { REQUEST_KINDS, REQUEST_STATUSES } from '../registry/request-rows.ts';
import { nameSchema, nullable, pageQuery } from './shared-schemas.ts';

const text = () => z.string().min(1).max(1000);
const reason = () => text().nullable().optional().describe('Why it is needed, for who decides.');
const keyId = () => z.string().max(100).describe('Key that is to be changed.');

/** What may be asked for a new key: its organisation is that of its project. */
const askedGrants = () => {
  const { name: _, project: __, organization: ___, ...grants } = keyGrantFields();
  return { ...grants, ...limitFields() };
};

export const createRequestSchema = () =>
  z
    .discriminatedUnion(
      'kind',
      [
        z.strictObject({
          kind: z.literal('key').describe('A new key.'),
          project: nameSchema(),
          name: nameSchema(),
          ...nullable(askedGrants()),
          reason: reason(),
        }),
        z.strictObject({
          kind: z.literal('model').describe('More models for a key.'),
          key_id: keyId(),
          models: z.array(z.string().min(1)).min(1).max(100),
          reason: reason(),
        }),
        z
          .strictObject({
            kind: z.literal('limits').describe('Other limits for a key; `null` takes one away.'),
            key_id: keyId(),
            ...nullable(limitFields()),
            reason: reason(),
          })
          .refine(({ kind: _, key_id: __, reason: ___, ...limits }) => Object.keys(limits).length > 0, {
            error: 'names no limit',
          }),
      ],
      { error: 'is not key, model or limits' },
    )
    .openapi('CreateRequest');

export const decisionSchema = () =>
  z.strictObject({ note: text().nullable().optional().describe('For who asked.') }).openapi('DecideRequest');

export const listRequestsQuery = () =>
  z.strictObject({
    ...pageQuery(),
    status: z.enum(REQUEST_STATUSES).optional(),
    kind: z.enum(REQUEST_KINDS).optional(),
    project: z.string().optional(),
  });

export function requestResourceSchema() {
  const issuer = (whom: string) =>
    z.string().nullable().describe(`\`iss\` of the token of ${whom}; \`null\` for \`ADMIN_TOKEN\`.`);
  const fields = {
    id: z.string(),
    project: z.string(),
    key_id: z.string().nullable(),
    status: z
      .enum(REQUEST_STATUSES)
      .describe('`claimed`: the key of an approved request was taken, which happens once.'),
    reason: z.string().nullable(),
    requested_by: z.string(),
    requested_by_issuer: issuer('who asked'),
    requested_at: z.string(),
    decided_by: z.string().nullable(),
    decided_by_issuer: issuer('who decided'),
    decided_at: z.string().nullable(),
    decision_note: z.string().nullable(),
    result_key_id: z.string().nullable().describe('Key that was minted.'),
  };
  const asked = {
    key: z.object({ name: z.string(), ...askedGrants() }),
    model: z.object({ models: z.array(z.string()) }),
    limits: z.object(nullable(limitFields())),
  };
  return z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('key'), asked: asked.key, ...fields }),
      z.object({ kind: z.literal('model'), asked: asked.model, ...fields }),
      z.object({ kind: z.literal('limits'), asked: asked.limits, ...fields }),
    ])
    .openapi('Request');
}

type CreateRequestBody = z.output<ReturnType<typeof createRequestSchema>>;

export function toCreateRequest(body: CreateRequestBody): CreateRequest {
  const reason = body.reason ?? null;
  switch (body.kind) {
    case 'key': {
      const { kind, project, reason: _, ...asked } = body;
      return { kind, project, asked, reason };
    }
    case 'model':
      return { kind: 'model', keyId: body.key_id, models: body.models, reason };
    case 'limits': {
      const { kind, key_id: keyId, reason: _, ...limits } = body;
      return { kind, keyId, limits, reason };
    }
    default:
      return body satisfies never;
  }
}
