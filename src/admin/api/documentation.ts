/**
 * The admin API describes itself: `/admin/v1/openapi.json`, made from the routes that answer, and `/admin/v1/docs`, a
 * page for people. Neither needs a credential: both say what the project's own documentation says.
 */
import { version } from '../../../package.json';
import { toContentPolicy, toDocsPage } from '../docs-page/page.ts';
import type { AdminApp } from './admin-app.ts';

export const DOCUMENT_PATH = '/openapi.json';
export const PAGE_PATH = '/docs';

type OpenApiDocument = ReturnType<AdminApp['getOpenAPI31Document']>;

/** In the order in which they are shown. A route's first tag is one of these. */
const TAGS = [
  { name: 'identity', description: 'Who is asking.' },
  {
    name: 'keys',
    description:
      'Virtual keys. A key is shown once, when it is made. What is written here counts at once in the place where it ' +
      'was written, and everywhere within seconds.',
  },
  {
    name: 'projects',
    description: 'Keys belong to a project, which may have limits and issuers of its own.',
  },
  { name: 'organizations', description: 'Projects may belong to an organisation.' },
  {
    name: 'configuration',
    description:
      'The configuration document, in numbered versions. Version 0 is the one of the variable `GATEWAY_CONFIG`, which ' +
      'counts until another one is activated.',
  },
  { name: 'secrets', description: 'Secrets of providers: written here, and never shown again.' },
  { name: 'requests', description: 'What developers ask for, and what became of it.' },
  { name: 'usage', description: 'What was used and spent, as the Ledgers of keys and projects recorded it.' },
  { name: 'routing', description: 'What regions see of the targets that requests are routed to.' },
  { name: 'cache', description: 'What is to be forgotten of the response cache.' },
  {
    name: 'audit',
    description:
      'Who did what, when, and from where. Entries are only ever added, each with the hash of the one before. With ' +
      '`admin.audit_retention_days` in an activated document the oldest ones are taken away; without it, and while ' +
      'version 0 of the document counts, all are kept.',
  },
];

const DESCRIPTION =
  'The control plane of the gateway. Every request brings `ADMIN_TOKEN`, or a token of an issuer in `admin.identity`, ' +
  'as a bearer token; behind Cloudflare Access the browser session is enough. Roles stand with each operation: owner, ' +
  'admin, developer (within their own projects), viewer. Errors have one shape, with a `code` to act on.';

export function registerDocumentation(app: AdminApp): void {
  const { openAPIRegistry } = app;
  openAPIRegistry.registerComponent('securitySchemes', 'admin', {
    type: 'http',
    scheme: 'bearer',
    description: '`ADMIN_TOKEN`, or a JWT of an issuer in `admin.identity`.',
  });
  openAPIRegistry.registerComponent('securitySchemes', 'access', {
    type: 'apiKey',
    in: 'header',
    name: 'cf-access-jwt-assertion',
    description: 'Cloudflare Access adds it for whoever has logged in.',
  });
  const documentation = new Documentation(app);
  app.get(DOCUMENT_PATH, () => documentation.document());
  app.get(PAGE_PATH, () => documentation.page());
}

export function describeApi(app: AdminApp): OpenApiDocument {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Edgeway admin API', version, description: DESCRIPTION },
    servers: [{ url: '/' }],
    tags: TAGS,
  });
  return JSON.parse(JSON.stringify(document), withoutFlag);
}

/** The library leaves `/u` at the end of patterns that have this flag. In JSON Schema all patterns are Unicode ones. */
const withoutFlag = (name: string, value: unknown): unknown =>
  name === 'pattern' && typeof value === 'string' ? value.replace(/\/u$/, '') : value;

/** Made when it is first asked for, and kept as text as long as the app. */
class Documentation {
  readonly #app: AdminApp;
  #document: string | undefined;

  constructor(app: AdminApp) {
    this.#app = app;
  }

  document(): Response {
    this.#document ??= JSON.stringify(describeApi(this.#app));
    return new Response(this.#document, { headers: { ...HEADERS, 'content-type': 'application/json' } });
  }

  async page(): Promise<Response> {
    const headers = {
      ...HEADERS,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': await toContentPolicy(),
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    };
    return new Response(toDocsPage(), { headers });
  }
}

/** Both change with the version that is deployed, and have to fit each other. */
const HEADERS = { 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' };
