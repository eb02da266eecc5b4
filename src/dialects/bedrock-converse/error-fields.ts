/**
 * Errors of Bedrock: a body of `{message}`, and the type in a header (wire 68).
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html
 */
import { isRecord } from '../../is-record.ts';
import type { ReadError } from '../codec.ts';
import { textOf, textOrNull } from '../json.ts';
import type { RawErrorFields } from '../straight.ts';

/** `null` if the body is no error object. Never redacts: the caller does. */
export function readError(body: unknown, headers: Headers): ReadError | null {
  if (!isRecord(body)) return null;
  const message = messageOf(body);
  const name = exceptionName(headers.get('x-amzn-errortype') ?? textOf(body.__type));
  return message === null && name === null ? null : { message, type: name, param: null, code: name };
}

/** An exception in a stream, by its frame's name. */
export function readException(name: string, payload: unknown): RawErrorFields {
  const message = isRecord(payload) ? messageOf(payload) : null;
  return { message, type: textOrNull(name), param: null, code: textOrNull(name) };
}

/** Some services of AWS capitalise it; a model's own failure stands beside it. */
const messageOf = (body: Readonly<Record<string, unknown>>): string | null =>
  textOrNull(body.message) ?? textOrNull(body.Message) ?? textOrNull(body.originalMessage);

/** `com.amazon.coral#ThrottlingException:http://…` is `ThrottlingException`. */
function exceptionName(text: string): string | null {
  const [name = ''] = text.split(':');
  return textOrNull(name.slice(name.lastIndexOf('#') + 1).trim());
}
