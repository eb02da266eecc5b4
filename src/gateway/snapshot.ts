/**
 * One configuration, ready to serve: the document, checked against the catalogue and the secrets. Built once per
 * isolate and configuration; requests only read it.
 */
import { alertMistakes } from '../config/alert-mistakes.ts';
import { issuerMistakes } from '../config/issuer-mistakes.ts';
import { joinConfigParts, parseDocument } from '../config/parse-document.ts';
import type { ConfigDocument, ModelEntry } from '../config/schema.ts';
import { type ConfigMistake, InvalidConfig } from '../errors.ts';
import { isOwnVariable } from '../own-variables.ts';
import { refuseBaseUrl } from '../providers/base-url.ts';
import { CATALOGUE, findProviderRow } from '../providers/catalogue.ts';
import { noCredential } from '../providers/credentials/credential.ts';
import { isOnBySecrets } from '../providers/credentials/default-secrets.ts';
import { missingSecret, type ReadSecret, resolveSecret } from '../providers/credentials/secret-reference.ts';
import { type Provider, resolveProvider } from '../providers/provider.ts';
import { SIMULATOR_MODELS } from '../providers/simulator/simulator.ts';
import { createRedactor, type Redact } from '../redact.ts';
import type { RoutingIndex } from '../routing/alias-rules.ts';
import { referenceMistakes } from './alias-references.ts';
import { waysMistakes } from './alias-ways.ts';
import { residencyMistakes, routingWarnings } from './residency-mistakes.ts';
import { compileConditions, ListedWindows, namedTargetsOf } from './routing-index.ts';
import { routingMistakes } from './routing-mistakes.ts';
import { storeMistakes } from './store-mistakes.ts';

export interface Snapshot extends Pick<RoutingIndex, 'conditions' | 'windows'> {
  readonly document: ConfigDocument;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly aliases: ReadonlyMap<string, ModelEntry>;
  /** `provider/model` of every target and shadow that the document names. */
  readonly namedTargets: ReadonlySet<string>;
  /** Replaces every secret that this configuration knows. */
  readonly redact: Redact;
  /** Fields and providers that have no effect, in words for the log. */
  readonly warnings: readonly string[];
}

/** Name of the in-Worker provider, in the document and in `provider/model`. */
const SIMULATOR_ID = 'simulator';

/** `variable` reads a text variable or secret by name. Throws `InvalidConfig` with every mistake. */
export function buildSnapshot(variable: (name: string) => string | undefined): Snapshot {
  const text = joinConfigParts(variable) ?? '{}';
  const parsed = parseDocument(text);
  const mistakes: ConfigMistake[] = parsed.ok ? [] : [...parsed.mistakes];
  const document = parsed.ok ? parsed.document : parsed.rest;
  if (document === null) throw new InvalidConfig(mistakes);
  const warnings: string[] = [];
  const secret = (name: string) => (isOwnVariable(name) ? undefined : variable(name));
  const providers = resolveProviders(document, secret, mistakes, warnings);
  warnings.push(...unknownPriced(document), ...unsetWebhookSecrets(document, secret));
  checkModels(document, mistakes, warnings);
  const conditions = compileConditions(document, mistakes);
  checkKeys(document, mistakes);
  mistakes.push(...issuerMistakes(document, refuseBaseUrl), ...alertMistakes(document, refuseBaseUrl));
  mistakes.push(...storeMistakes(document, variable));
  if (mistakes.length > 0) throw new InvalidConfig(mistakes);
  return {
    document,
    providers,
    aliases: new Map(Object.entries(document.models)),
    namedTargets: namedTargetsOf(document),
    conditions,
    windows: new ListedWindows(providers),
    redact: createRedactor(secretsOf(providers)),
    warnings,
  };
}

function resolveProviders(
  document: ConfigDocument,
  secret: (name: string) => string | undefined,
  mistakes: ConfigMistake[],
  warnings: string[],
): Map<string, Provider> {
  const providers = new Map<string, Provider>();
  for (const [id, entry] of Object.entries(document.providers)) {
    if (id === SIMULATOR_ID) {
      providers.set(id, simulatorProvider(Object.keys(entry.simulations ?? {})));
      continue;
    }
    const found = mistakes.length;
    const provider = resolveProvider({ id, entry, row: findProviderRow(id), secret }, mistakes);
    if (provider !== undefined) providers.set(id, provider);
    else if (mistakes.length === found) warnings.push(`providers.${id} is off: its secret is not set`);
  }
  for (const row of CATALOGUE) {
    const isNamed = Object.hasOwn(document.providers, row.id);
    if (isNamed || !isOnBySecrets(row, secret)) continue;
    const entry = { allow_insecure: false };
    const provider = resolveProvider({ id: row.id, entry, row, secret }, mistakes);
    if (provider !== undefined) providers.set(row.id, provider);
  }
  if (providers.size === 0 && Object.keys(document.providers).length === 0)
    providers.set(SIMULATOR_ID, simulatorProvider([]));
  return providers;
}

function simulatorProvider(simulations: readonly string[]): Provider {
  const models = [...SIMULATOR_MODELS, ...simulations];
  return {
    id: SIMULATOR_ID,
    dialect: 'openai-chat',
    transport: 'simulator',
    continuing: { kind: 'always' },
    baseUrl: 'https://simulator.invalid/v1',
    auth: { kind: 'none' },
    credentials: [noCredential(`${SIMULATOR_ID}#0`)],
    keySelection: 'in_order',
    alsoSpeaks: [],
    carries: [],
    embeddings: 'openai',
    rerank: null,
    hosting: null,
    headers: {},
    apiVersion: null,
    serves: models.flatMap((model) => [model, `${model}?*`]), // options stand behind `?`
    models,
    quirks: [],
  };
}

function checkModels(document: ConfigDocument, mistakes: ConfigMistake[], warnings: string[]): void {
  const isKnown = (id: string) => isKnownProvider(document, id);
  const references = referenceMistakes(document, isKnown);
  mistakes.push(...references, ...routingMistakes(document, isKnown));
  if (references.length > 0) return; // aliases cannot be followed
  const ways = waysMistakes(document);
  mistakes.push(...ways);
  if (ways.length > 0) return; // in no time that anybody would wait
  mistakes.push(...residencyMistakes(document));
  warnings.push(...routingWarnings(document));
}

const isKnownProvider = (document: ConfigDocument, id: string): boolean =>
  Object.hasOwn(document.providers, id) || findProviderRow(id) !== undefined || id === SIMULATOR_ID;

/** Prices of providers that are not there: perhaps a slip of the pen, and the model meant is left without a price. */
function unknownPriced(document: ConfigDocument): string[] {
  const names = Object.keys(document.prices ?? {});
  const unknown = names.filter((name) => {
    const [provider = ''] = name.split('/');
    return !provider.includes('*') && !isKnownProvider(document, provider);
  });
  return unknown.map((name) => `prices.${name} has no effect: there is no such provider`);
}

/** They may be set later, since they are read when something is sent; until then nothing is. */
function unsetWebhookSecrets({ alerts }: ConfigDocument, secret: ReadSecret): string[] {
  return (alerts?.webhooks ?? []).flatMap((webhook, index) =>
    (['url', 'secret'] as const).flatMap((field) => {
      const text = webhook[field];
      const isMissing = text !== undefined && resolveSecret(text, secret) === undefined;
      return isMissing ? [`alerts.webhooks[${index}].${field} ${missingSecret(text)}`] : [];
    }),
  );
}

function checkKeys(document: ConfigDocument, mistakes: ConfigMistake[]): void {
  const hashes = new Set<string>();
  for (const [index, key] of document.keys.entries()) {
    if (hashes.has(key.sha256))
      mistakes.push({ path: `keys[${index}].sha256`, message: 'stands at another key too' });
    hashes.add(key.sha256);
  }
}

function secretsOf(providers: ReadonlyMap<string, Provider>): string[] {
  const secrets: string[] = [];
  for (const provider of providers.values()) {
    for (const credential of provider.credentials) secrets.push(...credential.secrets);
    secrets.push(...Object.values(provider.headers));
  }
  return secrets;
}
