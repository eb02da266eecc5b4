/** The check of an AWS Signature Version 4, from the vendor's side. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
import { createHash, createHmac } from 'node:crypto';
import { Refusal } from './closed.ts';
import type { Incoming } from './form.ts';

export const AWS_REGION = 'eu-central-1';
export const AWS_ACCESS_KEY_ID = 'AKIASTANDIN000000001';
export const AWS_SECRET_ACCESS_KEY = 'stand-in/secret+access+key+000000000000';

const HEADER =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([\w-]+)\/(\w+)\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/;

export function checkSignature({ method, url, headers, raw }: Incoming): void {
  const found = HEADER.exec(headers.authorization ?? '');
  if (found === null) throw refused('Authorization header requires the parts of SigV4.');
  const [, keyId, date = '', region = '', service = '', signed = '', signature] = found;
  const time = String(headers['x-amz-date']);
  if (keyId !== AWS_ACCESS_KEY_ID) throw refused('The security token included in the request is invalid.');
  if (region !== AWS_REGION || service !== 'bedrock') {
    throw refused(`Credential should be scoped to a valid region and service, not ${region} and ${service}.`);
  }
  if (!time.startsWith(date) || !signed.split(';').includes('host'))
    throw refused('Date or host is not signed.');
  const hash = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
  const hmac = (key: string | Buffer, data: string): Buffer =>
    createHmac('sha256', key).update(data).digest();
  const canonical = [
    method,
    url.pathname.split('/').map(encode).join('/'),
    url.search.slice(1),
    ...signed.split(';').map((name) => `${name}:${String(headers[name]).trim().replaceAll(/ +/g, ' ')}`),
    '',
    signed,
    hash(raw),
  ].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, hash(canonical)].join('\n');
  const key = hmac(hmac(hmac(hmac(`AWS4${AWS_SECRET_ACCESS_KEY}`, date), region), service), 'aws4_request');
  if (hmac(key, toSign).toString('hex') !== signature) {
    throw refused('The request signature we calculated does not match the signature you provided.');
  }
}

/** Paths are encoded once more than they came, by RFC 3986. */
const encode = (segment: string): string =>
  encodeURIComponent(segment).replaceAll(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const refused = (message: string): Refusal => new Refusal('', message, { status: 403 });
