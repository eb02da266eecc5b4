/** Which configuration a request meets: swapped between requests, kept when the new one is refused, never a way to our own secrets. */
import { describe, expect, it } from 'vitest';
import type { RequestContext } from '../../../src/context.ts';
import { GatewayUnavailable, InvalidConfig } from '../../../src/errors.ts';
import { ControlPlane } from '../../../src/gateway/control-plane.ts';
import { type Edition, Editions } from '../../../src/gateway/editions.ts';
import type { RegistryEdge } from '../../../src/keys/registry-edge.ts';
import { aPulse, createClock, createEdge, createEdgeStore } from '../keys/edge-support.ts';
import { createContext, createTestState, type LogLine } from './support.ts';

const VARIABLES = {
  GATEWAY_CONFIG: JSON.stringify({ models: { fromVariable: simulated() } }),
  ADMIN_TOKEN: 'the-admin-token-0123456789',
  MASTER_SECRET: 'the-master-secret-0123456789-0123456789',
  CACHE_ENCRYPTION_KEY: 'the-cache-key-0123456789',
  UPSTASH_REDIS_REST_TOKEN: 'the-upstash-token-0123456789',
  EDGEWAY_ANYTHING: 'the-edgeway-thing-0123456789',
  ACME_KEY: 'the-acme-key-0123456789',
};

function simulated() {
  return { targets: [{ provider: 'simulator', model: 'sim-fast' }] };
}

const withAlias = (alias: string, more: object = {}) =>
  JSON.stringify({ providers: { simulator: {} }, models: { [alias]: simulated() }, ...more });
const REFUSED = JSON.stringify({ providers: { nobody: { dialect: 'no-such-dialect' } } });

function setUp(variables: Readonly<Record<string, string>> = VARIABLES) {
  const copies = {
    config: { version: 0, number: 0, text: null as string | null },
    secrets: { version: 0, sealed: {} as Record<string, string> },
  };
  const registry: RegistryEdge = {
    pulse: async () =>
      aPulse({ versions: { tenants: 0, config: copies.config.version, secrets: copies.secrets.version } }),
    findKey: async () => null,
    findKeyById: async () => null,
    readCopy: async (name) => JSON.stringify({ tenants: {}, cache: {}, ...copies }[name]),
  };
  const clock = createClock();
  const edge = createEdge(registry);
  const store = createEdgeStore();
  const lines: LogLine[] = [];
  const left: Promise<unknown>[] = [];
  const context: RequestContext = {
    ...createContext().context,
    now: clock.read,
    waitUntil: (work) => left.push(work),
  };
  const start = () => {
    const controlPlane = new ControlPlane({ registry: edge, copies: store }, clock.read);
    const editions = new Editions({
      variable: (name) =>
        Object.hasOwn(variables, name) ? variables[name as keyof typeof variables] : undefined,
      state: { ...createTestState(), controlPlane },
      isKeylessLocal: false,
      now: clock.read,
      log: (line) => lines.push({ ...line }),
      openSecret: async (_, sealed) => (sealed.startsWith('sealed:') ? sealed.slice(7) : null),
    });
    return { controlPlane, editions };
  };
  const warm = start();
  return {
    clock,
    edge,
    store,
    lines,
    editions: warm.editions,
    /** The edition of a request that begins now, once everything that is known counts. */
    next: async (isolate = warm): Promise<Edition> => {
      isolate.controlPlane.expire();
      return isolate.editions.current(context);
    },
    cold: start,
    activate: (text: string | null) => {
      const version = copies.config.version + 1;
      copies.config = { version, number: text === null ? 0 : version, text };
    },
    seal: (sealed: Record<string, string>) => {
      copies.secrets = { version: copies.secrets.version + 1, sealed };
    },
  };
}

const aliasesOf = (edition: Edition) => [...edition.services().snapshot.aliases.keys()];

describe('Editions', () => {
  it('begins with the variable’s document, swaps to an activated one, and comes back', async () => {
    const { next, activate } = setUp();
    expect(aliasesOf(await next())).toEqual(['fromVariable']);
    activate(withAlias('one'));
    expect(aliasesOf(await next())).toEqual(['one']);
    activate(withAlias('two', { cors: { origins: ['https://app.example'] } }));
    const two = await next();
    expect([aliasesOf(two), two.origins]).toEqual([['two'], ['https://app.example']]);
    activate(null);
    const back = await next();
    expect([aliasesOf(back), back.origins]).toEqual([['fromVariable'], []]);
  });

  it('leaves a request that began before with the edition that it began with', async () => {
    const { next, activate } = setUp();
    activate(withAlias('one'));
    const before = await next();
    const services = before.services();
    activate(withAlias('two'));
    const after = await next();
    expect(after).not.toBe(before);
    expect(before.services()).toBe(services);
    expect(aliasesOf(before)).toEqual(['one']);
  });

  it('gives the same edition, without a promise, while nothing changes', async () => {
    const { editions, next, clock } = setUp();
    const first = await next();
    clock.now += 2500; // another pulse, in the background
    expect(editions.current(createContext().context)).toBe(first);
    expect(editions.latest).toBe(first);
    expect(await next()).toBe(first);
  });

  it('makes one edition for many requests that begin at once, and gives it to all that follow', async () => {
    const { next, activate, lines } = setUp();
    activate(withAlias('one', { models: { one: { ...simulated(), mid_stream_failover: true } } }));
    await Promise.all(Array.from({ length: 20 }, () => next()));
    const [first, second] = [await next(), await next()];
    expect(first).toBe(second);
    expect(lines).toEqual([
      { type: 'config_warning', warning: expect.stringContaining('mid_stream_failover') },
    ]);
  });

  describe('with a document that is refused here', () => {
    it('goes on with the one that runs, and says why in the log, once', async () => {
      const { next, activate, lines } = setUp();
      activate(withAlias('one'));
      const running = await next();
      activate(REFUSED);
      for (let round = 0; round < 3; round += 1) expect(await next()).toBe(running);
      expect(lines.filter(({ type }) => type === 'config_refused')).toEqual([
        { type: 'config_refused', version: 2, problem: expect.stringContaining('providers.nobody') },
      ]);
      activate(withAlias('three'));
      expect(aliasesOf(await next())).toEqual(['three']);
    });

    it('has nothing to go on with when it begins, and serves as soon as there is a good one', async () => {
      const { next, activate, cold, lines } = setUp();
      activate(REFUSED);
      const isolate = cold();
      expect((await next(isolate)).services).toThrow(InvalidConfig);
      expect(lines).toMatchObject([{ type: 'config_refused', version: 1 }]);
      activate(withAlias('good'));
      expect(aliasesOf(await next(isolate))).toEqual(['good']);
    });

    it('that a secret would mend, serves it when the secret comes, and goes on when it goes', async () => {
      const { next, activate, seal } = setUp();
      activate(withAlias('one'));
      const running = await next();
      const acme = {
        base_url: 'https://api.acme.example/v1',
        dialect: 'openai-chat',
        headers: { 'x-org': '$ORG' },
      };
      activate(
        withAlias('two', { providers: { simulator: {}, acme: { ...acme, api_keys: ['$ACME_KEY'] } } }),
      );
      expect(await next()).toBe(running);
      seal({ ORG: 'sealed:org-1' });
      const mended = await next();
      expect(aliasesOf(mended)).toEqual(['two']);
      expect(mended.services().snapshot.providers.get('acme')?.headers).toEqual({ 'x-org': 'org-1' });
      seal({});
      expect(await next()).toBe(mended);
    });
  });

  describe('with secrets of the Registry', () => {
    const acme = { base_url: 'https://api.acme.example/v1', dialect: 'openai-chat' };
    const document = (name: string) =>
      withAlias('one', { providers: { simulator: {}, acme: { ...acme, api_keys: [`$${name}`] } } });
    const keyOf = (edition: Edition) =>
      edition
        .services()
        .snapshot.providers.get('acme')
        ?.credentials.map(({ value }) => value);

    it('is made anew when they change', async () => {
      const { next, activate, seal } = setUp();
      activate(document('SEALED_KEY'));
      seal({ SEALED_KEY: 'sealed:first-key-0123456789' });
      expect(keyOf(await next())).toEqual(['first-key-0123456789']);
      seal({ SEALED_KEY: 'sealed:second-key-0123456789' });
      const second = await next();
      expect(keyOf(second)).toEqual(['second-key-0123456789']);
      expect(second.services().snapshot.redact('it was second-key-0123456789')).not.toContain('second-key');
    });

    it('takes the Worker’s own where both have the name, and none that does not open', async () => {
      const { next, activate, seal } = setUp();
      activate(document('ACME_KEY'));
      seal({ ACME_KEY: 'sealed:from-the-registry-01234', OTHER: 'garbage' });
      expect(keyOf(await next())).toEqual(['the-acme-key-0123456789']);
      activate(document('OTHER'));
      expect(keyOf(await next())).not.toContain('garbage');
    });
  });

  describe.each(['variable', 'Registry'] as const)('a document of the %s', (place) => {
    const OWN = [
      'ADMIN_TOKEN',
      'MASTER_SECRET',
      'CACHE_ENCRYPTION_KEY',
      'UPSTASH_REDIS_REST_TOKEN',
      'EDGEWAY_ANYTHING',
      'GATEWAY_CONFIG',
      'GATEWAY_CONFIG_2',
    ];
    const acme = { base_url: 'https://api.acme.example/v1', dialect: 'openai-chat' };
    it.each(
      OWN.flatMap((name) => [
        [name, 'a header', { ...acme, api_keys: ['$ACME_KEY'], headers: { 'x-leak': `$${name}` } }] as const,
        [name, 'a key', { ...acme, api_keys: [`$${name}`] }] as const,
        [name, 'an address', { ...acme, api_keys: ['$ACME_KEY'], base_url: `$${name}` }] as const,
      ]),
    )('cannot name %s in %s', async (name, _, provider) => {
      const text = JSON.stringify({ providers: { acme: provider } });
      const parts = { GATEWAY_CONFIG: text.slice(0, 20), GATEWAY_CONFIG_2: text.slice(20) };
      const { next, activate, lines, seal } = setUp({
        ...VARIABLES,
        ...(place === 'variable' ? parts : { GATEWAY_CONFIG_2: 'the-second-part-0123456789' }),
      });
      if (place === 'Registry') activate(text);
      seal({ [name]: 'sealed:the-sealed-one-0123456789' });
      const edition = await next();
      const seen = JSON.stringify([lines, snapshotOf(edition)]);
      const values = Object.entries({ ...VARIABLES, ...(place === 'variable' ? parts : {}) })
        .filter(([one]) => OWN.includes(one))
        .map(([, value]) => value);
      for (const value of [...values, 'the-second-part', 'the-sealed-one'])
        expect(seen).not.toContain(JSON.stringify(value).slice(1, -1));
      expect(seen).toMatch(
        new RegExp(`names ${name}, which is the gateway's own|its secret is not set|is not an? `),
      );
    });
  });

  it('joins no sealed secret to the variable’s document', async () => {
    const { next, seal } = setUp({ GATEWAY_CONFIG: withAlias('one') });
    seal({ GATEWAY_CONFIG_2: 'sealed:garbage behind it' });
    expect(aliasesOf(await next())).toEqual(['one']);
  });

  it('knows nothing while nobody can tell the configuration, and everything when somebody can', async () => {
    const { next, activate, edge, store } = setUp();
    activate(withAlias('one'));
    edge.mode = 'down';
    store.fault = 'throws';
    const unknown = await next();
    expect(unknown.services).toThrow(GatewayUnavailable);
    edge.mode = 'up';
    expect(aliasesOf(await next())).toEqual(['one']);
    expect(unknown.services).toThrow(GatewayUnavailable); // of the request that it was given to
  });
});

/** What a request could see of it: the providers, or the error that it gets. */
function snapshotOf(edition: Edition): unknown {
  try {
    const { providers, warnings } = edition.services().snapshot;
    return { providers: [...providers.values()], warnings };
  } catch (error) {
    return String(error);
  }
}
