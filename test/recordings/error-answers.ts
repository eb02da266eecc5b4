/** What a client of any door hears of a provider's error that came before the answer (contract §4). */
import { expect } from 'vitest';
import type { DoorForm } from './doors.ts';
import { refusesKey } from './names.ts';
import { readSaidError } from './oracle.ts';
import type { ChatRecording } from './recording.ts';
import type { Stand } from './stand.ts';

export async function expectError(
  stand: Stand,
  door: DoorForm,
  recording: ChatRecording,
  response: Response,
  label: string,
): Promise<void> {
  const text = await response.text();
  const told = recording.bytes.toString();
  const said = readSaidError(told);
  const isHidden = refusesKey(recording) || said === null;
  const isLie = recording.status < 400; // an error with status 200 (wire 65)
  const status = refusesKey(recording) || isLie ? 502 : recording.status;
  expect(response.status, `${label}: ${text}`).toBe(status);
  expect(response.headers.get('content-type')).toContain('application/json');
  expect(response.headers.get('x-edgeway-attempts')).toBe('1');
  const message = door.readError(JSON.parse(text), status);
  if (isHidden) {
    for (const words of said === null ? pieces(told) : [said.message, said.code ?? '']) {
      if (words !== '') expect(text, label).not.toContain(words);
    }
  } else {
    expect(message, label).toBe(said.message);
  }
  if (refusesKey(recording)) expect(response.headers.get('x-should-retry')).toBe('false');
  else expect(response.headers.get('retry-after'), label).toBe(isLie ? null : retryAfter(recording));
  const line = await stand.gateway.lineOf(response.headers.get('x-request-id'));
  expect(line, label).toMatchObject({ status, ending: 'upstream_error', attempts: 1 });
}

const pieces = (text: string): string[] => text.split(/[:.,]/).filter((piece) => piece.length > 8);

/** In whole seconds: the longer of two headers (wire 72), or what Google says in the body (wire 73). */
function retryAfter({ headers, status, bytes }: ChatRecording): string | null {
  if (status !== 429 && status < 500) return null;
  const { 'retry-after': seconds, 'retry-after-ms': milliseconds } = headers;
  const inBody = /"retryDelay": *"(\d+)s"/.exec(bytes.toString())?.[1];
  const waits = [seconds, milliseconds === undefined ? undefined : Number(milliseconds) / 1000, inBody];
  const known = waits.filter((wait) => wait !== undefined).map(Number);
  return known.length === 0 ? null : String(Math.ceil(Math.max(...known)));
}
