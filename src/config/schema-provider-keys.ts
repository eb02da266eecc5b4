/** The credentials of a provider: a text each, or a text with what the operator says of it. */
import * as z from 'zod';
import { SECRET_MARK } from './secret-fields.ts';

const secretText = () => z.string().min(1).meta(SECRET_MARK);

/** A number would look like the place of another one in the list. */
const keyName = () =>
  z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/, 'is not a name (a letter, then letters, digits, `_`, `.`, `-`)');

function keyEntrySchema() {
  return z.union(
    [
      secretText(),
      z.strictObject({
        key: secretText(),
        weight: z
          .number()
          .nonnegative()
          .max(1_000_000)
          .describe('Share among the keys of this provider; 0: only when the others fail. Default: 1.')
          .optional(),
        disabled: z
          .boolean()
          .describe('No request is made with it, but to read what it stored at the provider.')
          .default(false),
        name: keyName().describe('Names it in the log in the place of its number.').optional(),
      }),
    ],
    { error: 'needs a text, or `key` with `weight`, `disabled` or `name`, and no unknown field' },
  );
}

export const providerKeyFields = () => ({
  api_keys: z
    .array(keyEntrySchema())
    .describe('Credentials; `$NAME` stands for a secret. `[]` calls without a credential.')
    .optional(),
  key_selection: z
    .enum(['in_order', 'weighted', 'sticky'])
    .describe(
      'Which of the credentials is asked with first: `in_order` the first, `weighted` by weight, `sticky` the same for the same conversation, so that its prompt cache stays warm. The others follow when it fails. Default: `weighted` where a key has a `weight`, else `in_order`.',
    )
    .optional(),
});

export type ApiKeyEntry = z.output<ReturnType<typeof keyEntrySchema>>;
export type KeySelection = 'in_order' | 'weighted' | 'sticky';
