/**
 * Reads `value; name=token; name="quoted"` headers strictly. Parsers disagree about what is not plain: a name given
 * twice, a quote that never closes, characters behind a value. Whoever is behind us must read what we read, so all
 * of that is refused. https://www.rfc-editor.org/rfc/rfc9110#section-5.6.6
 */
export interface ParsedHeader {
  /** Lowercase. */
  readonly value: string;
  /** Names in lowercase. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Sticky: `exec` starts where it is told to, and nowhere else. */
const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const VALUE = /[!#$%&'*+.^_`|~0-9A-Za-z/-]+/y;
const QUOTED = /"((?:[^"\\\r\n]|\\[^\r\n])*)"/y;
/** What clients send unquoted: any run without separators, such as `boundary=----=_Part_1`. */
const UNQUOTED = /[^\s;,"\\]+/y;
const SEPARATOR = /[ \t]*;[ \t]*/y;

/** `null` if the header is not plain. */
export function parseHeaderParameters(header: string): ParsedHeader | null {
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  const value = take(VALUE)?.[0];
  if (value === undefined) return null;
  const parameters = new Map<string, string>();
  while (header.slice(at).trim() !== '') {
    if (take(SEPARATOR) === null) return null;
    if (header.slice(at).trim() === '') break; // a closing semicolon
    const name = take(TOKEN)?.[0].toLowerCase();
    if (name === undefined || header[at] !== '=' || parameters.has(name)) return null;
    at += 1;
    const quoted = take(QUOTED);
    const text = quoted === null ? take(UNQUOTED)?.[0] : quoted[1]?.replace(/\\(.)/g, '$1');
    if (text === undefined) return null;
    parameters.set(name, text);
  }
  return { value: value.toLowerCase(), parameters };
}
