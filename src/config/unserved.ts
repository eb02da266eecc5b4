/**
 * Fields that belong to the document's final shape and that this version accepts without acting on them. They
 * are named in the log at every load, by `npm run config:check`, and in `docs/configuration.md`.
 */
import type { ConfigDocument } from './schema.ts';

const MODEL_FIELDS = ['breaker', 'hedge', 'mid_stream_failover'] as const;
const TOP_FIELDS = ['testing'] as const;

/** Paths of the fields in `document` that have no effect in this version. */
export function unservedFields(document: ConfigDocument): string[] {
  const paths: string[] = TOP_FIELDS.filter((field) => document[field] !== undefined);
  for (const [name, model] of Object.entries(document.models)) {
    for (const field of MODEL_FIELDS) if (model[field] !== undefined) paths.push(`models.${name}.${field}`);
    model.targets.forEach((target, index) => {
      if (target.regions !== undefined) paths.push(`models.${name}.targets[${index}].regions`);
    });
  }
  return paths;
}
