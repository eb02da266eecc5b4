import { describe, expect, it } from 'vitest';
import { claimAt, readClaim, readClaimList } from '../../../src/keys/claims.ts';

const CLAIMS: Record<string, unknown> = JSON.parse(`{
  "sub": "user-1",
  "scope": "read  write ",
  "empty": "",
  "none": [],
  "groups": ["admins", "Platform Team"],
  "mixed": ["admins", 7],
  "nested": [["admins"]],
  "number": 7,
  "yes": true,
  "nothing": null,
  "realm_access": { "roles": ["owner", "viewer"], "": "blank", "deep": { "er": { "name": "x" } } },
  "https://example.com/roles": ["namespaced"],
  "realm_access.owner": "whole name",
  "cognito:groups": ["pool"],
  "__proto__": { "roles": ["own"] },
  "list": { "length": "own length" }
}`);

describe('readClaim', () => {
  it.each([
    ['sub', 'user-1'],
    ['scope', 'read  write '],
    ['realm_access.deep.er.name', 'x'],
    ['realm_access.owner', 'whole name'],
    ['realm_access.', 'blank'],
    ['list.length', 'own length'],
  ])('reads %s', (path, value) => {
    expect(readClaim(CLAIMS, path)).toBe(value);
  });

  it.each([
    'absent',
    'empty',
    'number',
    'yes',
    'nothing',
    'groups',
    'realm_access',
    'realm_access.roles',
    'realm_access.absent.name',
    'sub.length',
    'groups.0',
    'groups.length',
    'nothing.name',
    'constructor.name',
    'toString',
    'hasOwnProperty',
    'realm_access.constructor.name',
    '',
    '.',
    '.sub',
    'sub.',
    'Sub',
    '.'.repeat(100_000),
  ])('has no text at %.30s', (path) => {
    expect(readClaim(CLAIMS, path)).toBeNull();
  });
});

describe('readClaimList', () => {
  it.each([
    ['groups', ['admins', 'Platform Team']],
    ['none', []],
    ['scope', ['read', 'write']],
    ['sub', ['user-1']],
    ['empty', []],
    ['realm_access.roles', ['owner', 'viewer']],
    ['https://example.com/roles', ['namespaced']],
    ['cognito:groups', ['pool']],
    ['__proto__.roles', ['own']],
  ])('reads %s', (path, list) => {
    expect(readClaimList(CLAIMS, path)).toEqual(list);
  });

  it.each(['absent', 'mixed', 'nested', 'number', 'yes', 'nothing', 'realm_access', 'realm_access.deep'])(
    'has no list at %s',
    (path) => {
      expect(readClaimList(CLAIMS, path)).toBeNull();
    },
  );

  it('splits at spaces only', () => {
    expect(readClaimList({ scope: 'a,b\tc\u00a0d e' }, 'scope')).toEqual(['a,b\tc\u00a0d', 'e']);
  });
});

describe('claimAt', () => {
  it('gives the value as it is, and nothing of a prototype', () => {
    expect(claimAt(CLAIMS, 'number')).toBe(7);
    expect(claimAt(CLAIMS, 'nothing')).toBeNull();
    expect(claimAt({}, '__proto__')).toBeUndefined();
    expect(claimAt({}, 'constructor')).toBeUndefined();
  });
});
