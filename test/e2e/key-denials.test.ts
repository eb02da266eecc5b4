/**
 * Traps H6: a denied model is reached by no alias, no draw and no failure of another, and an alias that was granted by
 * name brings its own targets and nothing beside them; whatever kind of credential holds the grant.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ControlledGateway, startGateway } from '../support/gateway.ts';
import { bearer } from '../support/keys/desk.ts';
import { DOORS, type Door, enter } from '../support/keys/doors.ts';
import {
  GRANTEE_KINDS,
  type GranteeKind,
  prepareGrantees,
  startTrustedIssuer,
  type TrustedIssuer,
} from '../support/keys/grantees.ts';
import { aliasesOf, allowedModel, forbiddenModel } from '../support/keys/spellings.ts';
import { startWitness, VENDOR_IDS, type VendorId, type Witness } from '../support/keys/witness.ts';

const fullName = (vendor: VendorId) => `${vendor}/${forbiddenModel(vendor)}`;
/** Granted by name: a chain of aliases that ends in both models, and falls back from one to the other. */
const chainOf = (vendor: VendorId) => ({
  [`${vendor}-outer`]: { targets: [{ alias: `${vendor}-inner` }], retries: 0 },
  [`${vendor}-inner`]: { targets: [{ alias: `${vendor}-fallback` }], retries: 0 },
});

let witness: Witness;
let trusted: TrustedIssuer;
let gateway: ControlledGateway;
let denied: Readonly<Record<GranteeKind, string>>;
let deniedByPattern: Readonly<Record<GranteeKind, string>>;
let aliasOnly: Readonly<Record<GranteeKind, string>>;
beforeAll(async () => {
  [witness, trusted] = [await startWitness(), await startTrustedIssuer()];
  const prepared = [
    prepareGrantees('denied', { denied_models: VENDOR_IDS.map(fullName) }, trusted),
    prepareGrantees('pattern', { denied_models: ['*-forbidden'] }, trusted),
    prepareGrantees('alias', { models: VENDOR_IDS.map((vendor) => `${vendor}-outer`) }, trusted),
  ] as const;
  gateway = await startGateway({
    config: {
      providers: witness.providers,
      models: Object.assign({}, ...VENDOR_IDS.flatMap((vendor) => [aliasesOf(vendor), chainOf(vendor)])),
      projects: Object.assign({}, ...prepared.map(({ projects }) => projects)),
    },
    keys: prepared.flatMap(({ keys }) => keys),
    controlPlane: true,
  });
  denied = await prepared[0].credentials(gateway);
  deniedByPattern = await prepared[1].credentials(gateway);
  aliasOnly = await prepared[2].credentials(gateway);
});
afterAll(async () => {
  await gateway.stop();
  await witness.stop();
  await trusted.issuer.stop();
});
beforeEach(() => {
  witness.forget();
  witness.failFor([]);
});

async function ask(door: Door, model: string, credential: string): Promise<[name: string, status: number]> {
  const response = await enter(gateway.url, door.request(model), bearer(credential));
  await response.arrayBuffer();
  return [model, response.status];
}
const heard = (): readonly string[] => [...new Set(witness.models)];

const idsFor = async (credential: string): Promise<string[]> => {
  const response = await fetch(`${gateway.url}/v1/models`, { headers: bearer(credential) });
  return (await response.json()).data.map(({ id }: { id: string }) => id);
};

describe.each(GRANTEE_KINDS)('a %s with a denied model', (kind) => {
  it.each(DOORS)('gets it by no name at $name', async (door) => {
    const { vendor } = door;
    const names = [fullName(vendor), forbiddenModel(vendor), `${vendor}-shortcut`, `${vendor}-nested`];
    for (const credential of [denied[kind], deniedByPattern[kind]])
      for (const name of names) expect(await ask(door, name, credential)).toEqual([name, 403]);
    expect(heard()).toEqual([]);
    const other = `${vendor}/another`;
    expect(await ask(door, other, denied[kind])).toEqual([other, 200]);
    expect(heard()).toEqual(['another']);
  });

  it.each(DOORS)('gets it by no failure of another, and by no draw, at $name', async (door) => {
    const { vendor } = door;
    for (const credential of [denied[kind], deniedByPattern[kind]]) {
      const draws = Array.from({ length: 8 }, () => ask(door, `${vendor}-weighted`, credential));
      for (const [, status] of await Promise.all(draws)) expect(status).toBe(200);
      witness.failFor([allowedModel(vendor)]);
      for (const alias of ['fallback', 'weighted', 'inner', 'outer']) {
        const [, status] = await ask(door, `${vendor}-${alias}`, credential);
        expect([alias, status]).toEqual([alias, 500]);
      }
      witness.failFor([]);
    }
    expect(heard()).toEqual([allowedModel(vendor)]);
  });

  it('is shown what leads elsewhere too, and nothing that leads to it alone', async () => {
    for (const credential of [denied[kind], deniedByPattern[kind]]) {
      const ids = await idsFor(credential);
      expect(ids).toEqual(expect.arrayContaining(['openai-fallback', 'openai-outer', 'gemini-weighted']));
      expect(ids.filter((id) => /forbidden|shortcut|nested|ALLOWED/.test(id))).toEqual([]);
    }
  });
});

describe.each(GRANTEE_KINDS)('a %s with an alias of each vendor', (kind) => {
  it.each(DOORS)('gets all that it leads to, and nothing else by any name, at $name', async (door) => {
    const { vendor } = door;
    const [first, second] = [allowedModel(vendor), forbiddenModel(vendor)];
    const alias = `${vendor}-outer`;
    expect(await ask(door, alias, aliasOnly[kind])).toEqual([alias, 200]);
    expect(heard()).toEqual([first]);
    witness.failFor([first]);
    expect(await ask(door, alias, aliasOnly[kind])).toEqual([alias, 200]);
    expect(heard()).toEqual([first, second]);
    witness.forget();
    witness.failFor([]);
    const others = [`${vendor}-inner`, `${vendor}-fallback`, `${vendor}-shortcut`, first, second];
    const targets = [`${vendor}/${first}`, `${vendor}/${second}`, `${vendor}/${alias}`];
    for (const name of [...others, ...targets])
      expect(await ask(door, name, aliasOnly[kind])).toEqual([name, 403]);
    for (const name of [alias.toUpperCase(), `${alias} `, `${alias}/`, `/${alias}`, `${alias}\u200b`])
      expect(await ask(door, name, aliasOnly[kind])).toEqual([
        name,
        expect.toSatisfy((s) => [403, 404].includes(s)),
      ]);
    expect(heard()).toEqual([]);
  });

  it('is shown the aliases and nothing else', async () => {
    expect((await idsFor(aliasOnly[kind])).toSorted()).toEqual(
      VENDOR_IDS.map((vendor) => `${vendor}-outer`).toSorted(),
    );
  });
});

describe('who is denied nothing', () => {
  it.each(DOORS)('does fall back to the model that the others do not get, at $name', async (door) => {
    const { vendor } = door;
    witness.failFor([allowedModel(vendor)]);
    for (const alias of ['fallback', 'weighted', 'nested'])
      expect(await ask(door, `${vendor}-${alias}`, gateway.key)).toEqual([`${vendor}-${alias}`, 200]);
    expect(heard()).toContain(forbiddenModel(vendor));
  });
});
