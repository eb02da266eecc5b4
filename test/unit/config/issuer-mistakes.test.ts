import { describe, expect, it } from 'vitest';
import { issuerMistakes, type RefuseUrl } from '../../../src/config/issuer-mistakes.ts';
import { configSchema } from '../../../src/config/schema.ts';

const refuseUrl: RefuseUrl = (url, allowInsecure) => {
  if (!URL.canParse(url)) return 'is not a URL';
  if (/[?#]/.test(url)) return 'may hold no query and no fragment';
  return allowInsecure || url.startsWith('https:') ? undefined : 'is not https';
};
const mistakes = (document: object) =>
  issuerMistakes(configSchema().parse(document), refuseUrl).map(({ path, message }) => `${path}: ${message}`);

const ISSUER = { issuer: 'https://id.example', audience: 'a' };
const admin = (...entries: object[]) => ({
  admin: { identity: entries.map((entry) => ({ ...entry, grants: [{ group: 'g', role: 'viewer' }] })) },
});
const projects = (entries: Record<string, object[]>) => ({
  projects: Object.fromEntries(Object.entries(entries).map(([name, issuers]) => [name, { issuers }])),
});

describe('issuerMistakes', () => {
  it('finds none where there are no issuers', () => {
    expect(mistakes({})).toEqual([]);
    expect(mistakes({ admin: {}, projects: { p: { concurrency: 2 } } })).toEqual([]);
  });

  it('takes issuers whose tokens belong to one project each', () => {
    const document = projects({
      a: [ISSUER, { ...ISSUER, audience: ['b', 'c'] }],
      b: [
        { ...ISSUER, audience: 'd' },
        { issuer: 'https://id.example/', audience: 'a' },
      ],
    });
    expect(mistakes(document)).toEqual([]);
  });

  it('refuses an issuer and an audience that stand in two projects', () => {
    const document = projects({
      a: [{ ...ISSUER, audience: ['x', 'a'] }],
      b: [{ ...ISSUER, audience: 'other' }, ISSUER],
      c: [{ ...ISSUER, audience: ['other', 'y'] }],
    });
    const message = (path: string) =>
      `has the issuer and an audience of \`${path}\`: a token must say whose it is`;
    expect(mistakes(document)).toEqual([
      `projects.b.issuers[1]: ${message('projects.a.issuers[0]')}`,
      `projects.c.issuers[0]: ${message('projects.b.issuers[0]')}`,
    ]);
  });

  it('takes two entries of one project for the same tokens, which required claims tell apart', () => {
    const document = projects({
      a: [
        { ...ISSUER, required_claims: { repository: 'a/b' }, models: ['fast'] },
        { ...ISSUER, required_claims: { repository: 'a/c' } },
      ],
    });
    expect(mistakes(document)).toEqual([]);
  });

  it('wants one entry of the admin section for the same tokens', () => {
    expect(mistakes(admin(ISSUER, { ...ISSUER, audience: ['b', 'a'] }))).toEqual([
      'admin.identity[1]: has the issuer and an audience of `admin.identity[0]`: their grants belong in one entry',
    ]);
    expect(mistakes(admin(ISSUER, { ...ISSUER, audience: 'b' }))).toEqual([]);
  });

  it('refuses tokens that would open the admin API and a project', () => {
    const both = (audience: string | string[]) => ({
      ...admin({ ...ISSUER, audience: 'x' }, ISSUER),
      ...projects({ a: [{ ...ISSUER, audience }] }),
    });
    expect(mistakes(both(['b', 'a']))).toEqual([
      'projects.a.issuers[0]: has the issuer and an audience of `admin.identity[1]`: what opens the admin API opens no project',
    ]);
    expect(mistakes(both(['b', 'c']))).toEqual([]);
  });

  it('traps H1: refuses keys at an address that may not be called', () => {
    const jwks_url = 'http://id.example/keys';
    const ofProject = { ...ISSUER, audience: 'b', jwks_url };
    expect(mistakes({ ...admin({ ...ISSUER, jwks_url }), ...projects({ a: [ofProject] }) })).toEqual([
      'admin.identity[0].jwks_url: is not https',
      'projects.a.issuers[0].jwks_url: is not https',
    ]);
    expect(mistakes(admin({ ...ISSUER, jwks_url, allow_insecure: true }))).toEqual([]);
  });

  it('lets keys be told apart by a query, which an issuer may not have', () => {
    const jwks_url = 'https://id.example/keys?policy=a';
    expect(mistakes(admin({ ...ISSUER, jwks_url }))).toEqual([]);
    expect(mistakes(admin({ ...ISSUER, jwks_url: `${jwks_url}#b` }))).toEqual([
      'admin.identity[0].jwks_url: may hold no query and no fragment',
    ]);
    expect(mistakes(admin({ ...ISSUER, issuer: 'https://id.example/?a' }))).toEqual([
      'admin.identity[0].issuer: may hold no query and no fragment, and no `jwks_url` is set',
    ]);
  });

  it('asks of an issuer to be an address only where its keys are looked for there', () => {
    const issuer = 'kubernetes/serviceaccount';
    expect(mistakes(projects({ a: [{ ...ISSUER, issuer }] }))).toEqual([
      'projects.a.issuers[0].issuer: is not a URL, and no `jwks_url` is set',
    ]);
    expect(mistakes(projects({ a: [{ ...ISSUER, issuer, jwks_url: 'https://k8s.example/keys' }] }))).toEqual(
      [],
    );
  });
});
