import type { Provider } from '../../src/providers/provider.ts';

/** A vendor that speaks OpenAI's form and asks for nothing odd. Runs in workerd. */
export const providerWith = (fields: Partial<Provider> = {}): Provider => ({
  id: 'acme',
  dialect: 'openai-chat',
  alsoSpeaks: [],
  carries: [],
  embeddings: 'openai',
  rerank: null,
  hosting: null,
  transport: 'network',
  baseUrl: 'https://api.acme.example/v1',
  auth: { kind: 'bearer' },
  credentials: [],
  headers: {},
  apiVersion: null,
  serves: [],
  models: [],
  quirks: [],
  keySelection: 'in_order',
  continuing: { kind: 'always' },
  ...fields,
});
