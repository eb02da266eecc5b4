/**
 * Signature Version 4 of one call.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { AwsV4Signer } from 'aws4fetch';
import { InvalidRequest } from '../../errors.ts';
import type { AwsKeys } from './credential.ts';
import type { OutgoingCall } from './outgoing-call.ts';

/** What the signature adds to a call; everything else it only reads. */
const ADDED = ['authorization', 'x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token'];

/**
 * `now` in milliseconds since the Unix epoch. The signature covers the method, the URL as it is sent, the body,
 * `host` and `content-type`, and no header that anything on the way may change. Throws `InvalidRequest` for a body
 * that is not at hand: its hash would have to come before it.
 */
export async function signAws(
  call: OutgoingCall,
  keys: AwsKeys,
  now: number,
): Promise<Record<string, string>> {
  if (call.body instanceof ReadableStream)
    throw new InvalidRequest('This provider takes no body that is sent in pieces.', null);
  const body = call.body ?? new Uint8Array(0);
  const headers: Record<string, string> = { 'x-amz-content-sha256': toHex(await sha256(body)) };
  const contentType = call.headers['content-type'];
  if (contentType !== undefined) headers['content-type'] = contentType;
  const signer = new AwsV4Signer({
    method: call.method,
    url: call.url,
    headers,
    accessKeyId: keys.accessKeyId,
    secretAccessKey: keys.secretAccessKey,
    ...(keys.sessionToken === null ? {} : { sessionToken: keys.sessionToken }),
    service: keys.service,
    region: keys.region,
    datetime: toAmzDate(now),
    allHeaders: true,
  });
  const signed = await signer.sign();
  const added: Record<string, string> = {};
  for (const name of ADDED) {
    const value = signed.headers.get(name);
    if (value !== null) added[name] = value;
  }
  return added;
}

/** `20261124T093015Z`. */
const toAmzDate = (now: number): string => new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, '');

const sha256 = (bytes: Uint8Array): Promise<ArrayBuffer> => crypto.subtle.digest('SHA-256', bytes);

const toHex = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
