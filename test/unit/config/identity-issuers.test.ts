import { describe, expect, it } from 'vitest';
import { audiencesOf } from '../../../src/config/identity-issuers.ts';
import { parseDocument } from '../../../src/config/parse-document.ts';

const ISSUER = { issuer: 'https://id.example', audience: 'edgeway' };
const GRANT = { group: 'ops', role: 'admin' };

/** The mistakes of a document as `path: message`; `[]` if it was taken. */
function mistakes(document: unknown): string[] {
  const parsed = parseDocument(JSON.stringify(document));
  return parsed.ok ? [] : parsed.mistakes.map(({ path, message }) => `${path}: ${message}`);
}
/** The refused paths below one issuer of a project, and below one of the admin section. */
const refusedIn = (path: string, document: unknown): string[] =>
  mistakes(document).map((line) => line.slice(path.length, line.indexOf(':')));
const refusedOfProject = (fields: object) =>
  refusedIn('projects.p.issuers[0].', { projects: { p: { issuers: [{ ...ISSUER, ...fields }] } } });
const refusedOfAdmin = (fields: object) =>
  refusedIn('admin.identity[0].', { admin: { identity: [{ ...ISSUER, grants: [GRANT], ...fields }] } });

describe('issuers', () => {
  it('of the admin section get their defaults', () => {
    const parsed = parseDocument(JSON.stringify({ admin: { identity: [{ ...ISSUER, grants: [GRANT] }] } }));
    expect(parsed.ok && parsed.document.admin).toEqual({
      identity: [
        {
          ...ISSUER,
          kind: 'oidc',
          groups_claim: 'groups',
          clock_skew_seconds: 60,
          allow_insecure: false,
          grants: [GRANT],
        },
      ],
    });
  });

  it('of a project get their defaults', () => {
    const parsed = parseDocument(JSON.stringify({ projects: { p: { issuers: [ISSUER] } } }));
    expect(parsed.ok && parsed.document.projects).toEqual({
      p: { issuers: [{ ...ISSUER, end_user_claim: 'sub', clock_skew_seconds: 60, allow_insecure: false }] },
    });
  });

  it.each([
    { audience: ['a', 'b'], jwks_url: 'https://id.example/keys', clock_skew_seconds: 0 },
    { issuer: 'kubernetes/serviceaccount', jwks_url: 'http://10.0.0.1/keys', allow_insecure: true },
    { clock_skew_seconds: 300 },
  ])('take %j in both places', (fields) => {
    expect(refusedOfProject(fields)).toEqual([]);
    expect(refusedOfAdmin(fields)).toEqual([]);
  });

  it.each([
    [{ issuer: '' }, 'issuer'],
    [{ issuer: undefined }, 'issuer'],
    [{ audience: undefined }, 'audience'],
    [{ audience: '' }, 'audience'],
    [{ audience: [] }, 'audience'],
    [{ audience: [''] }, 'audience[0]'],
    [{ jwks_url: 'file:///etc/passwd' }, 'jwks_url'],
    [{ jwks_url: '$KEYS' }, 'jwks_url'],
    [{ clock_skew_seconds: 301 }, 'clock_skew_seconds'],
    [{ clock_skew_seconds: -1 }, 'clock_skew_seconds'],
    [{ algorithms: ['none'] }, 'algorithms'],
  ])('refuse %j in both places', (fields, path) => {
    expect(refusedOfProject(fields)).toEqual([path]);
    expect(refusedOfAdmin(fields)).toEqual([path]);
  });

  it.each([
    { end_user_claim: 'email', models_claim: 'https://example.com/models', models: ['fast'] },
    { denied_models: ['openai/*'], routes: ['/v1/*'], ip_ranges: ['10.0.0.0/8'], models: [] },
    { required_claims: { repository: 'a/b', ref: ['x', 'y'], 'a.verified': true, level: [1, 2] } },
  ])('of a project take %j', (fields) => {
    expect(refusedOfProject(fields)).toEqual([]);
  });

  it.each([
    [{ end_user_claim: '' }, 'end_user_claim'],
    [{ models_claim: ['a'] }, 'models_claim'],
    [{ ip_ranges: ['everywhere'] }, 'ip_ranges[0]'],
    [{ required_claims: {} }, 'required_claims'],
    [{ required_claims: { sub: [] } }, 'required_claims.sub'],
    [{ required_claims: { sub: null } }, 'required_claims.sub'],
    [{ grants: [GRANT] }, 'grants'],
    [{ kind: 'oidc' }, 'kind'],
    [{ expires_at: '2027-01-01T00:00:00Z' }, 'expires_at'],
  ])('of a project refuse %j', (fields, path) => {
    expect(refusedOfProject(fields)).toEqual([path]);
  });

  it('of a project refuse a required claim that would not be kept', () => {
    const text = JSON.stringify({ projects: { p: { issuers: [{ ...ISSUER, required_claims: 0 }] } } });
    expect(parseDocument(text.replace('0', '{"__proto__":"x"}')).ok).toBe(false);
  });

  it.each([
    { kind: 'cloudflare-access', groups_claim: 'custom.groups', subject_claim: 'sub' },
    { grants: [GRANT, { group: '*', role: 'viewer' }, { group: 'o', role: 'owner' }] },
    { grants: [{ group: 'd', role: 'developer', projects: ['p', 'q'] }] },
  ])('of the admin section take %j', (fields) => {
    expect(refusedOfAdmin(fields)).toEqual([]);
  });

  it.each([
    [{ kind: 'saml' }, 'kind'],
    [{ groups_claim: '' }, 'groups_claim'],
    [{ grants: [] }, 'grants'],
    [{ grants: undefined }, 'grants'],
    [{ grants: [{ role: 'admin' }] }, 'grants[0].group'],
    [{ grants: [{ group: '', role: 'admin' }] }, 'grants[0].group'],
    [{ grants: [{ ...GRANT, role: 'developer' }] }, 'grants[0].projects'],
    [{ grants: [{ ...GRANT, role: 'developer', projects: [] }] }, 'grants[0].projects'],
    [{ models: ['fast'] }, 'models'],
    [{ required_claims: { sub: 'x' } }, 'required_claims'],
  ])('of the admin section refuse %j', (fields, path) => {
    expect(refusedOfAdmin(fields)).toEqual([path]);
  });

  it('say what is wrong with a role', () => {
    const admin = (grant: object) => mistakes({ admin: { identity: [{ ...ISSUER, grants: [grant] }] } });
    expect(admin({ group: 'g', role: 'root' })).toEqual([
      'admin.identity[0].grants[0].role: is not owner, admin, developer or viewer',
    ]);
    expect(admin({ group: 'g' })).toEqual([
      'admin.identity[0].grants[0].role: is not owner, admin, developer or viewer',
    ]);
    expect(admin({ group: 'g', role: 'viewer', projects: ['p'] })).toEqual([
      'admin.identity[0].grants[0].projects: is for the role `developer` only',
    ]);
    expect(admin({ group: 'g', role: 'developer' })).toEqual([
      'admin.identity[0].grants[0].projects: is needed for the role `developer`',
    ]);
  });
});

describe('the admin section', () => {
  it.each([1, 3650])('keeps the audit trail for %d days', (audit_retention_days) => {
    expect(mistakes({ admin: { audit_retention_days } })).toEqual([]);
  });

  it.each([0, 3651, 1.5, '30'])('does not keep the audit trail for %j days', (audit_retention_days) => {
    expect(refusedIn('', { admin: { audit_retention_days } })).toEqual(['admin.audit_retention_days']);
  });

  it('may be empty, and knows no other field', () => {
    expect(mistakes({ admin: {} })).toEqual([]);
    expect(mistakes({ admin: { token: 'x' } })).toEqual(['admin.token: is not a known field']);
  });
});

describe('audiencesOf', () => {
  it('lists the audiences of an entry', () => {
    expect(audiencesOf({ audience: 'a' })).toEqual(['a']);
    expect(audiencesOf({ audience: ['a', 'b'] })).toEqual(['a', 'b']);
  });
});
