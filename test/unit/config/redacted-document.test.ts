import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { diffDocuments } from '../../../src/config/diff.ts';
import { redactDocument, restoreDocument } from '../../../src/config/redacted-document.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { SECRET_PATHS } from '../../../src/config/secret-fields.ts';
import { isRecord } from '../../../src/is-record.ts';
import { type Seeded, seeded } from '../../support/seeded.ts';

/** Tells texts apart and does not hold them. */
function fingerprint(text: string): string {
  let hash = 0n;
  for (const character of text)
    hash = (hash * 1_000_003n + BigInt(character.codePointAt(0) ?? 0)) % 2n ** 61n;
  return hash.toString(36);
}
const redact = (document: unknown) => redactDocument(document, fingerprint);
const restore = (redacted: unknown, active: unknown) => restoreDocument(redacted, active, fingerprint);
const placeholder = (text: string) => `[redacted:${fingerprint(text)}]`;

const HASH = 'ab'.repeat(32);
const DOCUMENT = {
  $schema: 'configuration.schema.json',
  providers: {
    openai: {
      api_keys: ['$OPENAI_API_KEY', 'sk-literal-1', { key: 'sk-literal-2', weight: 2 }, { key: '$B' }],
      headers: { 'x-team': 'a b', authorization: '$AUTH' },
    },
    vertex: { service_account: '{"private_key":"pem"}', region: '$REGION', project: 'p' },
    bedrock: {
      access_key_id: 'AKIA1',
      secret_access_key: 'wJal',
      session_token: 'FwoG',
      region: 'eu-west-1',
    },
    azure: { resource: 'r', tenant_id: 't', client_id: 'c', client_secret: 'cs~1' },
  },
  models: { fast: { targets: [{ provider: 'openai', model: 'sk-literal-1' }] } },
  keys: [{ name: 'ci', sha256: HASH, project: 'api_keys' }],
};

describe('SECRET_PATHS', () => {
  /** Paths of all values that the JSON Schema marks `writeOnly`. */
  function marked(schema: unknown, path: readonly string[]): string[] {
    if (!isRecord(schema)) return [];
    const { writeOnly, properties, additionalProperties, items, anyOf, oneOf } = schema;
    return [
      ...(writeOnly === true ? [path.join('.')] : []),
      ...(isRecord(properties) ? Object.entries(properties) : []).flatMap(([name, inner]) =>
        marked(inner, [...path, name]),
      ),
      ...[additionalProperties, items].flatMap((inner) => marked(inner, [...path, '*'])),
      ...[anyOf, oneOf]
        .flatMap((list) => (Array.isArray(list) ? list : []))
        .flatMap((inner) => marked(inner, path)),
    ];
  }
  const jsonSchema = z.toJSONSchema(configSchema(), { io: 'input', unrepresentable: 'any' });

  it('are the fields that the schema marks as never shown', () => {
    expect(SECRET_PATHS.map((path) => path.join('.')).sort()).toEqual(marked(jsonSchema, []).sort());
  });

  it('hold every field that can be a credential', () => {
    expect(marked(jsonSchema, []).sort()).toEqual([
      'alerts.webhooks.*.secret',
      'alerts.webhooks.*.url',
      'keys.*.sha256',
      'providers.*.access_key_id',
      'providers.*.api_keys.*',
      'providers.*.api_keys.*.key',
      'providers.*.client_secret',
      'providers.*.headers.*',
      'providers.*.secret_access_key',
      'providers.*.service_account',
      'providers.*.session_token',
    ]);
  });
});

describe('redactDocument', () => {
  it('shows the fingerprint of each literal secret, and everything else as it is', () => {
    expect(redact(DOCUMENT)).toEqual({
      ...DOCUMENT,
      providers: {
        openai: {
          api_keys: [
            '$OPENAI_API_KEY',
            placeholder('sk-literal-1'),
            { key: placeholder('sk-literal-2'), weight: 2 },
            { key: '$B' },
          ],
          headers: { 'x-team': placeholder('a b'), authorization: '$AUTH' },
        },
        vertex: { service_account: placeholder('{"private_key":"pem"}'), region: '$REGION', project: 'p' },
        bedrock: {
          access_key_id: placeholder('AKIA1'),
          secret_access_key: placeholder('wJal'),
          session_token: placeholder('FwoG'),
          region: 'eu-west-1',
        },
        azure: { resource: 'r', tenant_id: 't', client_id: 'c', client_secret: placeholder('cs~1') },
      },
      keys: [{ name: 'ci', sha256: placeholder(HASH), project: 'api_keys' }],
    });
  });

  it('leaves the document that it is given as it was', () => {
    const before = structuredClone(DOCUMENT);
    redact(DOCUMENT);
    expect(DOCUMENT).toEqual(before);
  });

  it.each(['$lower-case', '$1', '$', ' $A', '$A ', '$A\n', 'x$A'])(
    'takes %j for a literal, not a reference',
    (text) => {
      expect(redact({ providers: { p: { api_keys: [text] } } })).toEqual({
        providers: { p: { api_keys: [placeholder(text)] } },
      });
    },
  );

  it('redacts under names of the prototype too, and keeps them', () => {
    const document = JSON.parse('{"providers":{"__proto__":{"headers":{"__proto__":"secret-1"}}}}');
    const text = JSON.stringify(redact(document));
    expect(text).toBe(`{"providers":{"__proto__":{"headers":{"__proto__":"${placeholder('secret-1')}"}}}}`);
  });

  it.each([
    null,
    1,
    'text',
    [],
    [[1]],
    { providers: null, keys: {} },
    { providers: [1], keys: ['x'] },
    { keys: [[]] },
  ])('passes %j as it is', (document) => {
    expect(redact(document)).toEqual(document);
  });

  it('shows a changed secret as changed, and the same one as the same', () => {
    const azure = (client_secret: string) => redact({ providers: { azure: { client_secret } } });
    expect(diffDocuments(azure('one'), azure('one'))).toEqual([]);
    expect(diffDocuments(azure('one'), azure('two')).map(({ text }) => text)).toEqual([
      `providers.azure.client_secret: "${placeholder('one')}" → "${placeholder('two')}"`,
    ]);
  });
});

describe('restoreDocument', () => {
  it('puts each secret back', () => {
    expect(restore(redact(DOCUMENT), DOCUMENT)).toEqual({ document: DOCUMENT, mistakes: [] });
  });

  it('finds a secret that moved to another place, and takes new ones beside it', () => {
    const edited = {
      providers: {
        house: { api_keys: ['sk-new', { key: placeholder('sk-literal-1'), name: 'eu' }, '$OTHER'] },
      },
      keys: [{ name: 'renamed', sha256: placeholder(HASH) }],
    };
    expect(restore(edited, DOCUMENT)).toEqual({
      document: {
        providers: { house: { api_keys: ['sk-new', { key: 'sk-literal-1', name: 'eu' }, '$OTHER'] } },
        keys: [{ name: 'renamed', sha256: HASH }],
      },
      mistakes: [],
    });
  });

  it('names each placeholder that stands for nothing by its path', () => {
    const edited = {
      providers: {
        openai: {
          api_keys: ['$A', '[redacted:nowhere]', { key: '[redacted:nowhere]' }],
          headers: { 'x-a': '[redacted:]' },
        },
      },
      keys: [{ name: 'a', sha256: '[redacted:nowhere]' }],
    };
    const message = 'is redacted, and the active document holds no such secret';
    expect(restore(edited, DOCUMENT)).toEqual({
      document: edited,
      mistakes: [
        { path: 'providers.openai.api_keys[1]', message },
        { path: 'providers.openai.api_keys[2].key', message },
        { path: 'providers.openai.headers.x-a', message },
        { path: 'keys[0].sha256', message },
      ],
    });
  });

  it('traps H4: brings no secret to a place where it would be shown', () => {
    const edited = {
      $schema: placeholder('sk-literal-1'),
      models: { [placeholder('wJal')]: placeholder('AKIA1') },
    };
    expect(restore(edited, DOCUMENT)).toEqual({ document: edited, mistakes: [] });
  });

  it('does not choose between two secrets of one fingerprint', () => {
    const active = { providers: { a: { api_keys: ['one', 'two'] } } };
    const redacted = redactDocument(active, () => 'same');
    expect(restoreDocument(redacted, active, () => 'same').mistakes.map(({ path }) => path)).toEqual([
      'providers.a.api_keys[0]',
      'providers.a.api_keys[1]',
    ]);
  });

  it('takes a secret that looks like a placeholder for what it is', () => {
    const active = { providers: { a: { api_keys: ['[redacted:x]', { key: '[redacted:y]' }] } } };
    expect(restore(redact(active), active)).toEqual({ document: active, mistakes: [] });
  });

  it.each([
    null,
    1,
    '[redacted:x]',
    [],
    { providers: '[redacted:x]' },
    { keys: 5 },
    { keys: [{ sha256: 5 }] },
  ])('passes %j as it is', (document) => {
    expect(restore(document, DOCUMENT)).toEqual({ document, mistakes: [] });
  });

  it('gives any document back, and shows none of its secrets in between', () => {
    const random = seeded(4_711);
    for (let round = 0; round < 300; round += 1) {
      const secrets: string[] = [];
      const document = randomDocument(random, secrets);
      const redacted = redact(document);
      const text = JSON.stringify(redacted);
      for (const secret of secrets) expect(text).not.toContain(secret);
      expect(restore(redacted, document)).toEqual({ document, mistakes: [] });
    }
  });
});

/** A document that the schema takes; `secrets` gets every literal secret in it. */
function randomDocument(random: Seeded, secrets: string[]): unknown {
  const literal = (): string => {
    const text = `s${random.between(0, 2 ** 30).toString(36)}-${random.between(0, 2 ** 30).toString(36)}`;
    secrets.push(text);
    return text;
  };
  const secret = (): string => {
    if (random.chance(0.3)) return '$SECRET';
    return secrets.length > 0 && random.chance(0.2) ? random.pick(secrets) : literal();
  };
  const hash = (): string => {
    const text = random.list(64, () => random.pick([...'0123456789abcdef'])).join('');
    secrets.push(text);
    return text;
  };
  const some = (fields: Record<string, () => unknown>) =>
    Object.fromEntries(
      Object.entries(fields).flatMap(([name, make]) => (random.chance(0.5) ? [[name, make()]] : [])),
    );
  const provider = () =>
    some({
      api_keys: () =>
        random.list(random.between(0, 3), () =>
          random.chance(0.5) ? secret() : { key: secret(), name: 'redacted', weight: 2 },
        ),
      headers: () => some({ 'x-a': secret, authorization: secret }),
      service_account: secret,
      access_key_id: secret,
      secret_access_key: secret,
      session_token: secret,
      client_secret: secret,
      client_id: () => 'client',
      models: () => ['[redacted:x]', '$NAME'],
    });
  const document = {
    providers: some({ openai: provider, azure: provider, constructor: provider }),
    keys: random.list(random.between(0, 3), () => ({ name: 'key', sha256: hash() })),
  };
  expect(configSchema().safeParse(document).success).toBe(true);
  return document;
}
