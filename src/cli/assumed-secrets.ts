/** Secrets that a document names and this machine does not have, taken for set, so that the document can be checked. */
/** Reads a text variable or secret by name. */
type Variable = (name: string) => string | undefined;

/** This secret has a shape, and what stands for it must not look like a mistake. */
const ASSUMED_SERVICE_ACCOUNT = JSON.stringify({
  type: 'service_account',
  project_id: 'assumed-to-be-set',
  client_email: 'assumed@to-be-set.example',
  private_key: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n',
});

const namesIn = (text: string, pattern: RegExp): Set<string> =>
  new Set([...text.matchAll(pattern)].map(([, name = '']) => name));

/**
 * The document `text` as `GATEWAY_CONFIG`, and its secrets: those that `known` has, and for the others something in their
 * place, which `assumed` collects.
 */
export function assumeSecrets(text: string, known: Variable): { variable: Variable; assumed: Set<string> } {
  const named = namesIn(text, /"\$([A-Za-z_][A-Za-z0-9_]*)"/g);
  const accounts = namesIn(text, /"service_account"\s*:\s*"\$([A-Za-z_][A-Za-z0-9_]*)"/g);
  const assumed = new Set<string>();
  const variable: Variable = (name) => {
    if (name === 'GATEWAY_CONFIG') return text;
    if (name.startsWith('GATEWAY_CONFIG_')) return undefined;
    const value = known(name);
    if (value !== undefined || !named.has(name)) return value;
    assumed.add(name);
    return accounts.has(name) ? ASSUMED_SERVICE_ACCOUNT : 'assumed-to-be-set';
  };
  return { variable, assumed };
}
