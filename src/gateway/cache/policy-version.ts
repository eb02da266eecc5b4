/** Where a model's name leads, in a word that changes when it leads elsewhere: part of every key. */
import { createHash } from 'node:crypto';
import type { ModelEntry } from '../../config/schema.ts';
import type { IsolateCache } from '../../isolate-cache.ts';
import { resolveModel } from '../../routing/model-index.ts';
import type { Snapshot } from '../snapshot.ts';

export class PolicyVersions {
  readonly #snapshot: Snapshot;
  readonly #versions: IsolateCache<string>;

  /** `versions`: of this snapshot alone. */
  constructor(snapshot: Snapshot, versions: IsolateCache<string>) {
    this.#snapshot = snapshot;
    this.#versions = versions;
  }

  /** 32 hex digits. Throws `ModelNotFound`. `model`: as the client named it. */
  of(model: string): string {
    const known = this.#versions.get(model);
    if (known !== undefined) return known;
    const told = JSON.stringify(describeModel(model, this.#snapshot));
    const version = createHash('sha256').update(told).digest('hex').slice(0, 32);
    this.#versions.set(model, version);
    return version;
  }
}

function describeModel(model: string, snapshot: Snapshot): unknown {
  const resolved = resolveModel(model, snapshot, () => true);
  return resolved.kind === 'alias'
    ? describeAlias(resolved.entry, snapshot)
    : { model: resolved.model, provider: describeProvider(resolved.provider, snapshot) };
}

/** What decides who answers, and nothing of how long that may take. The document has no cycles (checked). */
function describeAlias(entry: ModelEntry, snapshot: Snapshot): unknown {
  const { strategy, targets, sticky_by, quality, auto, residency } = entry;
  return {
    strategy,
    sticky_by,
    quality,
    auto,
    residency,
    targets: targets.map((target) => {
      const { weight, regions, name, when, quality: tags } = target;
      const rules = { weight, regions, name, when, tags };
      if ('provider' in target) {
        const { model, provider } = target;
        return { ...rules, model, provider: describeProvider(provider, snapshot) };
      }
      const nested = snapshot.aliases.get(target.alias);
      // Nested, an alias's name is part of every draw by hash.
      const led = nested === undefined ? null : describeAlias(nested, snapshot);
      return { ...rules, alias: target.alias, led };
    }),
  };
}

/** The address and the form of every call; its headers too, because some choose a version of the model. */
function describeProvider(id: string, { providers, document }: Snapshot): unknown {
  const provider = providers.get(id);
  if (provider === undefined) return { id };
  const { dialect, alsoSpeaks, hosting, transport, baseUrl, apiVersion, headers, rerank, embeddings } =
    provider;
  const forms = { dialect, alsoSpeaks, hosting, rerank, embeddings };
  const { simulations } = document.providers[id] ?? {};
  return { id, forms, transport, baseUrl, apiVersion, headers, simulations };
}
