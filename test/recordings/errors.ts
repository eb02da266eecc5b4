/** Every recorded error answer, in OpenAI's shape on the way out (contract §4). */
import { describe, expect, it } from 'vitest';
import { CHUNK_SIZES } from '../support/codec-streams.ts';
import { readSaidError, type SaidError } from './oracle.ts';
import { type Recording, recordings, sizeName } from './recording.ts';
import { MARK, recorded, type Stand, singleTry } from './stand.ts';
import { titled } from './wire-numbers.ts';

const errors = recordings.filter(({ kind }) => kind === 'error');

export function describeErrors(stand: () => Stand): void {
  // An error before a stream is plain JSON for a streaming call too (wire 67).
  describe.each([false, true])(
    'a provider error is told in our words (client wants a stream: %s)',
    (stream) => {
      const able = errors.filter(({ route }) => !stream || route === '/v1/chat/completions');
      it.each(titled(able))('%s', async (_, recording) => {
        // Some vendors have embeddings of their own form: fields that nobody knows do not reach them.
        const marked = recording.route === '/v1/embeddings' ? { input: MARK } : {};
        const asked = { ...recording.request, ...marked };
        const body = { ...asked, model: singleTry(recording), ...(stream ? { stream } : {}) };
        const replay = async (size: number) => {
          const { response } = await stand().post(recording, body, recorded(recording, size));
          const text = await response.text();
          const expected = expectedError(recording);
          expect(response.status, `${sizeName(size)}: ${text}`).toBe(expected.status);
          expect(response.headers.get('content-type')).toContain('application/json');
          expect(response.headers.get('x-edgeway-provider')).toBe(recording.vendor);
          expect(response.headers.get('x-edgeway-attempts')).toBe('1');
          expect(JSON.parse(text), sizeName(size)).toEqual({ error: expected.error });
          for (const words of expected.hidden) expect(text).not.toContain(words);
          expectRetryAfter(response, recording);
          const line = await stand().gateway.lineOf(response.headers.get('x-request-id'));
          expect(line).toMatchObject({ status: expected.status, ending: 'upstream_error' });
        };
        await Promise.all(CHUNK_SIZES.map(replay));
      });
    },
  );
}

interface ExpectedError {
  readonly status: number;
  readonly error: object;
  /** Words of the provider that must not be in the answer. */
  readonly hidden: readonly string[];
}

const someText = expect.stringMatching(/./);

function expectedError({ status, bytes }: Recording): ExpectedError {
  const text = bytes.toString();
  const said = readSaidError(text);
  if (status === 401 || said?.code === 'insufficient_quota' || said?.type === 'insufficient_quota') {
    const hidden = [said?.message, said?.code].filter((words) => words !== undefined);
    return { status: 502, error: ours('provider_credential_rejected'), hidden };
  }
  const isTheirs = status === 429 || status >= 500;
  if (said === null) {
    return {
      status,
      error: ours('provider_error'),
      hidden: text.split(/[:.,]/).filter((piece) => piece.length > 8),
    };
  }
  return { status, error: isTheirs ? failed(said) : refused(said), hidden: [] };
}

/** Nothing of the provider's. */
const ours = (code: string) => ({ message: someText, type: someText, param: null, code });

/** 429 and 5xx: our code, theirs beside it. */
const failed = ({ message, type, param, code }: SaidError) => ({
  message,
  type: type ?? someText,
  param: param ?? null,
  code: 'provider_error',
  ...(code === undefined ? {} : { provider_code: code }),
});

/** Other 4xx: their fields and no others. */
const refused = ({ message, type, param, code }: SaidError) => ({
  message,
  type: type ?? someText,
  param: param ?? null,
  code: code ?? someText,
});

/** Passed in the header that the recording has it in. */
function expectRetryAfter(response: Response, { headers, status }: Recording): void {
  if (status !== 429 && status < 500) return;
  const { 'retry-after': seconds, 'retry-after-ms': milliseconds } = headers;
  if (seconds !== undefined) expect(response.headers.get('retry-after')).toBe(seconds);
  else if (milliseconds !== undefined) expect(response.headers.get('retry-after-ms')).toBe(milliseconds);
  else expect(response.headers.has('retry-after')).toBe(false);
}
