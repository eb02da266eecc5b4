/** What a provider is called with, in the forms that the auth schemes know. */
import { createHash } from 'node:crypto';

/** Signs calls: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html */
export interface AwsKeys {
  readonly kind: 'aws-keys';
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary keys. */
  readonly sessionToken: string | null;
  readonly region: string;
  readonly service: string;
}

/** Traded for an access token: https://developers.google.com/identity/protocols/oauth2/service-account */
export interface ServiceAccount {
  readonly kind: 'service-account';
  readonly clientEmail: string;
  readonly privateKeyId: string | null;
  /** PKCS #8 in PEM. */
  readonly privateKey: string;
  readonly tokenUrl: string;
  readonly scope: string;
  /** The project that the account belongs to. */
  readonly projectId: string | null;
}

/**
 * Traded for an access token:
 * https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export interface EntraClient {
  readonly kind: 'entra-client';
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokenUrl: string;
  readonly scope: string;
}

export type CredentialParts = AwsKeys | ServiceAccount | EntraClient;

/** The credential of one account at a provider. */
export interface Credential {
  /** `openai#1`: names it in logs and health state, where the value must never stand. */
  readonly id: string;
  /** `openai#1-3f9a0c21`: names what is known of how this very secret is doing; another secret in its place starts afresh. */
  readonly stateId: string;
  /** Share among the credentials of its provider, where they are chosen by weight. */
  readonly weight: number;
  readonly isDisabled: boolean;
  /** A plain key or token. `null`: the credential has parts, or the call goes out without one. */
  readonly value: string | null;
  readonly parts?: CredentialParts;
  /** Every text of it that must never be shown, whole and in pieces. */
  readonly secrets: readonly string[];
}

/** What the operator says of a credential. */
export interface CredentialTraits {
  readonly weight: number;
  readonly isDisabled: boolean;
}

const PLAIN_TRAITS: CredentialTraits = { weight: 1, isDisabled: false };

export const plainCredential = (id: string, value: string, traits = PLAIN_TRAITS): Credential => ({
  id,
  stateId: stateIdOf(id, value),
  ...traits,
  value,
  secrets: [value],
});

export const partsCredential = (id: string, parts: CredentialParts): Credential => ({
  id,
  stateId: stateIdOf(id, JSON.stringify(parts)),
  ...PLAIN_TRAITS,
  value: null,
  parts,
  secrets: secretsOf(parts),
});

export const noCredential = (id: string): Credential => ({
  id,
  stateId: id,
  ...PLAIN_TRAITS,
  value: null,
  secrets: [],
});

/** Too short to guess a secret by, long enough to tell two apart. */
const stateIdOf = (id: string, secret: string): string =>
  `${id}-${createHash('sha256').update(secret).digest('hex').slice(0, 8)}`;

function secretsOf(parts: CredentialParts): string[] {
  switch (parts.kind) {
    case 'aws-keys': {
      const { accessKeyId, secretAccessKey, sessionToken } = parts;
      return [secretAccessKey, ...(sessionToken === null ? [] : [sessionToken]), accessKeyId];
    }
    case 'service-account':
      return keyPieces(parts.privateKey);
    case 'entra-client':
      return [parts.clientSecret];
  }
}

/** A part of a private key that somebody quotes is as bad as all of it; its last line alone says nothing. */
function keyPieces(pem: string): string[] {
  const lines = pem.split('\n').filter((line) => !line.startsWith('-----'));
  return [pem.trim(), lines.join(''), ...lines.filter((line) => line.length >= 32)];
}
