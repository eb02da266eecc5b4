/** `Cache-Control` as a list of directives. https://www.rfc-editor.org/rfc/rfc9111#section-5.2 */

export interface Directive {
  /** Lowercase. */
  readonly name: string;
  /** Without its quotes; `null`: none. */
  readonly value: string | null;
}

/** A name, perhaps with a value, up to the next comma outside of quotes. */
const DIRECTIVE = /([^\s=,"]+)[ \t]*(?:=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?[^,"]*/g;

/** Several headers come as one text, joined by commas. Never throws: what cannot be read is passed over. */
export const readDirectives = (text: string): readonly Directive[] =>
  [...text.matchAll(DIRECTIVE)].map(([, name = '', quoted, plain]) => ({
    name: name.toLowerCase(),
    value: quoted?.replace(/\\(.)/g, '$1') ?? plain ?? null,
  }));
