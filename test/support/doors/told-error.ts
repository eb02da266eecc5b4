/** Errors as each door's clients are told them, read strictly: an envelope that is not the door's own is a failure. */
import { expect } from 'vitest';
import { dataOf } from '../streaming.ts';

export type DoorId = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini';

export interface ToldError {
  readonly message: string;
  /** The door's own word for the class of failure: `error.type`, Anthropic's type, Google's status. */
  readonly word: string;
  /** The gateway's code, or the provider's; Anthropic's form has no place for one. */
  readonly code: string | null;
  readonly param: string | null;
}

/** The body of a failed answer. */
export function readError(door: DoorId, status: number, text: string, requestId: string | null): ToldError {
  const body = JSON.parse(text);
  if (door === 'anthropic-messages') {
    expect(requestId).toMatch(/./);
    expect(body).toEqual({ type: 'error', error: expect.any(Object), request_id: requestId });
  } else {
    expect(Object.keys(body)).toEqual(['error']);
  }
  if (door === 'gemini') expect(body.error.code).toBe(status);
  return readObject(door, body.error);
}

function readObject(door: DoorId, error: Record<string, unknown>): ToldError {
  const { message, type, code, param } = error;
  expect(message).toEqual(expect.stringMatching(/./));
  switch (door) {
    case 'anthropic-messages':
      expect(Object.keys(error).toSorted()).toEqual(['message', 'type']);
      return { message: String(message), word: String(type), code: null, param: null };
    case 'gemini': {
      expect(Object.keys(error).toSorted()).toEqual(['code', 'details', 'message', 'status']);
      const [info] = error.details as GoogleDetail[]; // the first is always ours
      expect(info?.['@type']).toBe('type.googleapis.com/google.rpc.ErrorInfo');
      expect(info?.domain).toBe('edgeway');
      return {
        message: String(message),
        word: String(error.status),
        code: info?.reason ?? null,
        param: info?.metadata?.param ?? null,
      };
    }
    default: {
      const known = ['message', 'type', 'param', 'code'];
      const further = ['provider_code', 'scope']; // where there is one
      expect(Object.keys(error)).toEqual(expect.arrayContaining(known));
      expect(Object.keys(error).filter((key) => ![...known, ...further].includes(key))).toEqual([]);
      return {
        message: String(message),
        word: String(type),
        code: code as string | null, // looked at by the test
        param: param as string | null, // looked at by the test
      };
    }
  }
}

interface GoogleDetail {
  readonly '@type': string;
  readonly reason?: string;
  readonly domain?: string;
  readonly metadata?: { readonly param?: string };
}

/** The failure at the end of a stream, in the door's form; fails if the stream ended otherwise. */
export function errorAtEnd(door: DoorId, stream: string): ToldError {
  const events = dataOf(stream).map((data) => (data === '[DONE]' ? data : JSON.parse(data)));
  expect(stream).not.toContain('[DONE]');
  expect(stream).not.toMatch(WHOLE_MARKS[door]);
  if (door === 'openai-responses') return responsesFailure(stream, events);
  const last = events.at(-1);
  if (door === 'anthropic-messages') {
    expect(last).toEqual({ type: 'error', error: expect.any(Object) });
    expect(stream).toMatch(/event: error\ndata: [^\n]*\n\n$/);
  } else {
    expect(Object.keys(last)).toEqual(['error']);
  }
  return readObject(door, last.error);
}

/** `error`, and then the response that failed, if one had begun. */
function responsesFailure(stream: string, events: Record<string, unknown>[]): ToldError {
  const at = events.findIndex(({ type }) => type === 'error');
  expect(at).toBeGreaterThan(-1);
  expect(stream).toContain('event: error\n');
  const { error, ...flat } = events[at] as Record<string, Record<string, unknown>>; // found above
  const begun = events.find(({ type }) => type === 'response.created');
  expect(events.slice(at + 1).map(({ type }) => type)).toEqual(
    begun === undefined ? [] : ['response.failed'],
  );
  expect(flat).toMatchObject({ message: error?.message, code: error?.code, param: error?.param });
  if (begun !== undefined) {
    const created = begun.response as { id: string };
    const failed = events.at(-1)?.response as Record<string, unknown>;
    expect(failed).toMatchObject({ id: created.id, object: 'response', status: 'failed' });
    expect(failed.error).toMatchObject({ code: expect.any(String), message: error?.message });
  }
  const numbers = events.map((event) => event.sequence_number);
  expect(numbers).toEqual(numbers.map((_, place) => place));
  return readObject('openai-responses', error ?? {});
}

/** What stands in a stream only if the answer is whole. */
export const WHOLE_MARKS: Readonly<Record<DoorId, RegExp>> = {
  'openai-chat': /"finish_reason":"/,
  'openai-responses': /response\.(completed|incomplete)/,
  'anthropic-messages': /message_stop|"stop_reason":"/,
  gemini: /"finishReason":"/,
};

/** The door's word for a failure of this status. */
export function wordFor(door: DoorId, status: number): RegExp {
  if (door === 'anthropic-messages')
    return new RegExp(`^(${ANTHROPIC[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error')})$`);
  if (door === 'gemini')
    return new RegExp(`^${GOOGLE[status] ?? (status >= 500 ? 'INTERNAL' : 'INVALID_ARGUMENT')}$`);
  return /./;
}

const ANTHROPIC: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'api_error|timeout_error',
  529: 'overloaded_error',
};
const GOOGLE: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'DEADLINE_EXCEEDED',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
  529: 'UNAVAILABLE',
};
