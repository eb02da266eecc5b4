/**
 * A second reader of server-sent events, written apart from the gateway's: it only knows whole bodies, keeps every
 * event's place in the bytes, and takes its time.
 */
export interface WireEvent {
  /** First byte of the event. */
  readonly start: number;
  /** First byte behind it, its blank line included. */
  readonly end: number;
  /** `data:` lines joined by LF; `null` if there was none. */
  readonly data: string | null;
  readonly name: string | null;
  /** A blank line closed it; only the last event of a body may lack one. */
  readonly isClosed: boolean;
}

export function readEvents(bytes: Buffer): WireEvent[] {
  const events: WireEvent[] = [];
  let lines: string[] = [];
  let start = 0;
  const close = (end: number, isClosed: boolean) => {
    if (lines.length > 0) events.push({ start, end, isClosed, ...readLines(lines) });
    lines = [];
    start = end;
  };
  // Latin-1 has a character for each byte, so places in the text are places in the bytes.
  for (const match of bytes.toString('latin1').matchAll(/([^\r\n]*)(\r\n|\n|\r|$)/g)) {
    const [whole, line = '', lineEnd = ''] = match;
    if (line !== '') lines.push(Buffer.from(line, 'latin1').toString('utf8'));
    else if (lineEnd !== '') close(match.index + whole.length, true);
  }
  close(bytes.length, false);
  return events;
}

function readLines(lines: readonly string[]): { data: string | null; name: string | null } {
  const valuesOf = (field: string) =>
    lines
      .filter((line) => line === field || line.startsWith(`${field}:`))
      .map((line) => line.slice(field.length + 1).replace(/^ /, ''));
  const data = valuesOf('data');
  return { data: data.length === 0 ? null : data.join('\n'), name: valuesOf('event').at(-1) ?? null };
}
