/**
 * Fields of Converse that no other form has: a client of any form may write them at the top of its request, by their
 * names here. Throws `InvalidRequest`.
 */
import type { Extra, JsonObject } from '../canonical.ts';
import { isAbsent, list, object } from '../shape.ts';

export const OWN_FIELDS = [
  'guardrailConfig',
  'additionalModelRequestFields',
  'additionalModelResponseFieldPaths',
  'promptVariables',
  'requestMetadata',
  'performanceConfig',
  'serviceTier',
] as const;

export type OwnField = (typeof OWN_FIELDS)[number];

export interface OwnFields {
  /** `{}` for an object that is not there. */
  object(name: Exclude<OwnField, 'additionalModelResponseFieldPaths'>): JsonObject;
  readonly responseFieldPaths: readonly unknown[];
}

export function readOwnFields(extra: Extra): OwnFields {
  const sources = Object.values(extra);
  const find = (name: OwnField): unknown =>
    sources.map((fields) => fields?.[name]).find((value) => !isAbsent(value));
  const paths = find('additionalModelResponseFieldPaths');
  for (const name of OWN_FIELDS) {
    const value = find(name);
    if (value !== undefined && name !== 'additionalModelResponseFieldPaths') object(value, name);
  }
  return {
    object: (name) => object(find(name) ?? {}, name),
    responseFieldPaths: paths === undefined ? [] : list(paths, 'additionalModelResponseFieldPaths'),
  };
}
