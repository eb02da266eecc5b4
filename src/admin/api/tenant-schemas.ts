/** What the admin API takes and shows of projects and organisations. */
import { z } from '@hono/zod-openapi';
import { projectIssuerSchema } from '../../config/identity-issuers.ts';
import { limitFields } from '../../config/schema.ts';
import { nameSchema, nullable, pageQuery } from './shared-schemas.ts';

const MAX_ISSUERS = 50;

const issuersSchema = () =>
  z
    .array(projectIssuerSchema())
    .max(MAX_ISSUERS)
    .describe('Issuers whose tokens are credentials of this project, beside its keys.');

/** Only there to say why, instead of calling the field unknown. */
const unchangeableName = () =>
  z
    .never({ error: UNCHANGEABLE })
    .optional()
    // The library has no word for `never`, and needs a type beside ours.
    .openapi({ type: 'string', not: {}, description: `It ${UNCHANGEABLE}.` });

const UNCHANGEABLE = 'cannot be changed, because keys and logs name it';

export const createOrganizationSchema = () =>
  z.strictObject({ name: nameSchema(), ...nullable(limitFields()) }).openapi('CreateOrganization');

export const updateOrganizationSchema = () =>
  z.strictObject({ name: unchangeableName(), ...nullable(limitFields()) }).openapi('UpdateOrganization');

/** `null` says what absence says in a create, and takes away in a change. */
const projectFields = () => ({
  organization: nameSchema()
    .nullable()
    .optional()
    .describe('Organisation that the project belongs to; made, if there is none of this name.'),
  ...nullable({ issuers: issuersSchema().optional(), ...limitFields() }),
});

export const createProjectSchema = () =>
  z.strictObject({ name: nameSchema(), ...projectFields() }).openapi('CreateProject');

export const updateProjectSchema = () =>
  z.strictObject({ name: unchangeableName(), ...projectFields() }).openapi('UpdateProject');

const tenantFields = () => ({
  id: z.string(),
  name: z.string(),
  status: z.enum(['active', 'disabled']),
  ...limitFields(),
  created_at: z.string(),
  updated_at: z.string(),
  version: z.number(),
});

export const organizationResourceSchema = () => z.object(tenantFields()).openapi('Organization');

export const projectResourceSchema = () =>
  z
    .object({ ...tenantFields(), organization: z.string().nullable(), issuers: issuersSchema() })
    .openapi('Project');

const tenantQuery = () => ({
  ...pageQuery(),
  status: z.enum(['active', 'disabled']).optional(),
  search: z.string().max(200).optional().describe('Part of the name or the id.'),
});

export const listOrganizationsQuery = () => z.strictObject(tenantQuery());

export const listProjectsQuery = () =>
  z.strictObject({
    ...tenantQuery(),
    organization: z.string().optional().describe('Name of the organisation.'),
  });
