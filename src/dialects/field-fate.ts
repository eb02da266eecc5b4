/**
 * What becomes of a field of a request on its way to an upstream of some form. Each codec has one table of them, by
 * the names of `request-fields.ts`: the docs are made from it, and the tests hold the codec to it.
 *
 * - `mapped`: said in the target's words, in full or within the bounds that `note` names.
 * - `refused`: a 400 naming the field, if the value asks for what the form cannot do.
 * - `dropped`: left out, and named in `x-edgeway-dropped-params`, if the value asks for anything at all.
 */
export interface FieldFate {
  readonly fate: 'mapped' | 'refused' | 'dropped';
  readonly note: string;
}

export type FieldFates<Field extends string = string> = Readonly<Record<Field, FieldFate>>;

export const mapped = (note = ''): FieldFate => ({ fate: 'mapped', note });
export const refused = (note = ''): FieldFate => ({ fate: 'refused', note });
export const dropped = (note = ''): FieldFate => ({ fate: 'dropped', note });
