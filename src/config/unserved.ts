/**
 * Fields that belong to the document's final shape and that this version accepts without acting on them. They
 * are named in the log at every load, by `npm run config:check`, and in `docs/configuration.md`.
 */
import type { ConfigDocument } from './schema.ts';

const LIMIT_FIELDS = [
  'requests_per_minute',
  'tokens_per_minute',
  'requests_per_day',
  'tokens_per_day',
  'burst_requests',
  'burst_tokens',
  'concurrency',
  'budgets',
] as const;
const MODEL_FIELDS = ['cache', 'breaker', 'hedge', 'mid_stream_failover'] as const;
const TOP_FIELDS = ['limits', 'cache', 'organizations', 'end_users', 'testing'] as const;

/** Paths of the fields in `document` that have no effect in this version. */
export function unservedFields(document: ConfigDocument): string[] {
  const paths: string[] = TOP_FIELDS.filter((field) => document[field] !== undefined);
  document.keys.forEach((key, index) => {
    for (const field of LIMIT_FIELDS) if (key[field] !== undefined) paths.push(`keys[${index}].${field}`);
  });
  for (const [name, project] of Object.entries(document.projects ?? {})) {
    for (const field of LIMIT_FIELDS)
      if (project[field] !== undefined) paths.push(`projects.${name}.${field}`);
  }
  for (const [name, model] of Object.entries(document.models)) {
    for (const field of MODEL_FIELDS) if (model[field] !== undefined) paths.push(`models.${name}.${field}`);
    model.targets.forEach((target, index) => {
      if (target.regions !== undefined) paths.push(`models.${name}.targets[${index}].regions`);
    });
  }
  return paths;
}
