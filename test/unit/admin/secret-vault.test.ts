import { describe, expect, it } from 'vitest';
import { createSecretVault } from '../../../src/admin/secret-vault.ts';

const MASTER = 'a master secret of the unit tests 0123456789';

/** `sk-first` for `OPENAI_API_KEY` under `MASTER`, made by Node's `hkdfSync` and `createCipheriv`. */
const FIRST_FORM = 'v1.AAECAwQFBgcICQoLLhIXK1e7tKOuarU8NjmieMBSz-DWELSm';

describe('the vault', () => {
  it.each([
    'sk-first',
    'ключ 🔑',
    'x'.repeat(16_384),
    '{"type":"service_account","private_key":"-----BEGIN\n…"}',
  ])('gives back what it sealed', async (value) => {
    const vault = createSecretVault(MASTER);
    expect(await vault.open('NAME', await vault.seal('NAME', value))).toBe(value);
  });

  it('opens in another isolate with the same master secret', async () => {
    const sealed = await createSecretVault(MASTER).seal('NAME', 'sk-first');
    expect(await createSecretVault(MASTER).open('NAME', sealed)).toBe('sk-first');
  });

  it('opens what was sealed elsewhere in the form that is documented', async () => {
    expect(await createSecretVault(MASTER).open('OPENAI_API_KEY', FIRST_FORM)).toBe('sk-first');
  });

  it('never seals the same way twice, and shows nothing of the value', async () => {
    const vault = createSecretVault(MASTER);
    const sealed = await Promise.all(Array.from({ length: 50 }, () => vault.seal('NAME', 'sk-first-value')));
    expect(new Set(sealed.map((text) => text.slice(3, 19))).size).toBe(50); // the nonces
    for (const text of sealed) expect(text).toMatch(/^v1\.[A-Za-z0-9_-]{56}$/);
  });

  it('opens under no other name: values cannot be swapped', async () => {
    const vault = createSecretVault(MASTER);
    const sealed = await vault.seal('OPENAI_API_KEY', 'sk-first');
    expect(await vault.open('EVIL_API_KEY', sealed)).toBeNull();
  });

  it('opens under no other master secret', async () => {
    const sealed = await createSecretVault(MASTER).seal('NAME', 'sk-first');
    expect(await createSecretVault(`${MASTER}!`).open('NAME', sealed)).toBeNull();
  });

  it('opens nothing that was changed in any place', async () => {
    const vault = createSecretVault(MASTER);
    const sealed = await vault.seal('NAME', 'sk-first');
    const changed = Array.from(sealed, (character, index) => {
      const other = character === 'A' ? 'B' : 'A';
      return sealed.slice(0, index) + other + sealed.slice(index + 1);
    });
    // The last character carries bits that are not part of any byte.
    for (const text of changed.slice(0, -1)) expect(await vault.open('NAME', text)).toBeNull();
  });

  it.each(['', 'v1.', 'v1.AAAA', 'v1.!!!!', 'v2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'sk-plain'])(
    'opens nothing that is no sealed text: %j',
    async (text) => {
      expect(await createSecretVault(MASTER).open('NAME', text)).toBeNull();
    },
  );

  it.each([undefined, '', 'x'.repeat(31)])(
    'stays shut without a master secret of 32 characters',
    async (short) => {
      const vault = createSecretVault(short);
      expect(vault.isOpen).toBe(false);
      await expect(vault.seal('NAME', 'sk-first')).rejects.toThrow('MASTER_SECRET');
      expect(await vault.open('NAME', FIRST_FORM)).toBeNull();
      expect(createSecretVault('x'.repeat(32)).isOpen).toBe(true);
    },
  );
});
