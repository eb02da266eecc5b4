/** What every refusal of the gateway's own looks like, whatever was refused. */
import { expect } from 'vitest';
import type { Gateway } from './gateway.ts';

export interface ErrorBody {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
}

export interface ExpectedRefusal {
  readonly status: number;
  readonly code: string;
  /** The field or header at fault; default: none is named. */
  readonly param?: string | null;
}

/** Checks the status, the error object, the request id and the log line; returns the error. */
export async function expectRefusal(
  gateway: Pick<Gateway, 'lineOf' | 'lines'>,
  response: Response,
  { status, code, param = null }: ExpectedRefusal,
): Promise<ErrorBody> {
  const text = await response.text();
  expect({ status: response.status, text }).toEqual({ status, text: expect.stringContaining('"error"') });
  const { error } = JSON.parse(text) as { error: ErrorBody };
  expect(error).toEqual({ code, param, message: expect.stringMatching(/\S/), type: expect.any(String) });
  const requestId = response.headers.get('x-request-id');
  expect(requestId).toMatch(/^req_/);
  expect(await gateway.lineOf(requestId)).toMatchObject({
    ending: 'rejected',
    status,
    error_code: code,
    attempts: 0,
    provider: null,
  });
  expectOneLineEach(gateway);
  return error;
}

/** No request has two log lines. */
export function expectOneLineEach({ lines }: Pick<Gateway, 'lines'>): void {
  const ids = lines.filter((line) => line.type === 'request').map((line) => line.request_id);
  expect(ids.length).toBe(new Set(ids).size);
}
