/** Reads what the admin API answers: bodies, pages and refusals, and what something in front of it says instead. */
import { isRecord } from '../../is-record.ts';
import { ApiRefusal, CommandFailed } from './failures.ts';

/** The gateway's own words where it has any. */
export async function readRefusal(response: Response): Promise<ApiRefusal> {
  const { status } = response;
  const body = parseOrUndefined(await response.text());
  const error = isRecord(body) && isRecord(body.error) ? body.error : {};
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);
  return new ApiRefusal({
    message: text(error.message) ?? strangeAnswer(status),
    status,
    code: text(error.code),
    param: text(error.param),
    requestId: response.headers.get('x-request-id'),
  });
}

const strangeAnswer = (status: number): string =>
  status >= 300 && status < 400
    ? 'The gateway answered with a redirect: something in front of it wants a sign-in, or its address is another.'
    : `The gateway answered with status ${status} and no error of the admin API. Is the address right?`;

/** `null` for no body. Throws `CommandFailed` for one that is not JSON. */
export function parseBody(text: string): unknown {
  if (text === '') return null;
  const body = parseOrUndefined(text);
  if (body === undefined) throw new CommandFailed('the answer is not JSON. Is the address right?');
  return body;
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One page of a list: its entries, and the cursor of the next page. Throws `CommandFailed`. */
export function readPage(body: unknown): { data: Record<string, unknown>[]; next: string | null } {
  const data = isRecord(body) ? body.data : undefined;
  if (!isRecord(body) || !Array.isArray(data) || !data.every(isRecord))
    throw new CommandFailed('the answer is no list. Is the address right?');
  return {
    data,
    next: typeof body.next_cursor === 'string' && body.has_more === true ? body.next_cursor : null,
  };
}
