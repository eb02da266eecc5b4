/**
 * A stand-in for the token endpoints of Google (RFC 7523) and Microsoft Entra (RFC 6749 §4.4): it checks what is
 * traded, and gives tokens that it can take back.
 */
import { generateKeyPairSync } from 'node:crypto';
import { importSPKI, jwtVerify } from 'jose';
import { type Handler, type ReceivedCall, startUpstream } from '../upstream.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

export const PRIVATE_KEY = privateKey;
const EMAIL = 'edgeway@house-project.iam.gserviceaccount.com';
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

export const ENTRA = {
  tenant: '00000000-1111-2222-3333-444444444444',
  clientId: 'the-application',
  clientSecret: 'entra~client.secret-0123456789',
  scope: 'https://cognitiveservices.azure.com/.default',
} as const;

export interface TokenEndpoint {
  readonly googleUrl: string;
  readonly entraUrl: string;
  readonly calls: ReceivedCall[];
  /** The key file of the service account. */
  readonly serviceAccount: string;
  /** How long tokens are said to live, in seconds. */
  lifetime: number;
  isGood(authorization: string | undefined): boolean;
  /** No token that was given is good any more. */
  takeBack(): void;
  /** Answers the next trades in the place of the endpoint, until `null` is given. */
  instead(handler: Handler | null): void;
  stop(): Promise<void>;
}

export async function startTokenEndpoint(): Promise<TokenEndpoint> {
  const good = new Set<string>();
  let given = 0;
  let instead: Handler | null = null;
  const upstream = await startUpstream(async (call, response, request) => {
    if (instead !== null) return instead(call, response, request);
    const mistake = await check(call);
    response.writeHead(mistake === null ? 200 : 400, { 'content-type': 'application/json' });
    if (mistake !== null) {
      response.end(JSON.stringify({ error: 'invalid_grant', error_description: mistake }));
      return;
    }
    given += 1;
    const isGoogle = call.path === '/google/token';
    const token = isGoogle ? `ya29.token-${given}-0123456789` : `eyJ0eXAi.eyJuIjo${given}.c2lnbmF0dXJl`;
    good.add(token);
    response.end(
      JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: endpoint.lifetime }),
    );
  });

  /** What is wrong with a trade. */
  async function check({ method, path, headers, body }: ReceivedCall): Promise<string | null> {
    if (method !== 'POST' || headers['content-type'] !== 'application/x-www-form-urlencoded')
      return 'no form was posted';
    const form = new URLSearchParams(body.toString());
    if (path === '/google/token') return checkAssertion(form);
    if (path !== `/${ENTRA.tenant}/oauth2/v2.0/token`) return `no such path: ${path}`;
    const wanted = {
      grant_type: 'client_credentials',
      client_id: ENTRA.clientId,
      client_secret: ENTRA.clientSecret,
      scope: ENTRA.scope,
    };
    return JSON.stringify(Object.fromEntries(form)) === JSON.stringify(wanted) ? null : 'wrong form';
  }

  async function checkAssertion(form: URLSearchParams): Promise<string | null> {
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return 'wrong grant';
    try {
      const key = await importSPKI(publicKey, 'RS256');
      const { payload, protectedHeader } = await jwtVerify(form.get('assertion') ?? '', key, {
        algorithms: ['RS256'],
        issuer: EMAIL,
        audience: endpoint.googleUrl,
        typ: 'JWT',
        maxTokenAge: '5 minutes',
        requiredClaims: ['exp', 'iat', 'scope'],
      });
      if (payload.scope !== SCOPE || protectedHeader.kid !== 'key-1') return 'wrong scope or key id';
      return (payload.exp ?? 0) - (payload.iat ?? 0) <= 3600 ? null : 'lives too long';
    } catch (error) {
      return String(error);
    }
  }

  const endpoint: TokenEndpoint = {
    googleUrl: `${upstream.url}/google/token`,
    entraUrl: `${upstream.url}/${ENTRA.tenant}/oauth2/v2.0/token`,
    calls: upstream.calls,
    serviceAccount: JSON.stringify({
      type: 'service_account',
      project_id: 'house-project',
      private_key_id: 'key-1',
      private_key: privateKey,
      client_email: EMAIL,
      token_uri: `${upstream.url}/google/token`,
    }),
    lifetime: 3600,
    isGood: (authorization) => good.has(authorization?.replace(/^Bearer /, '') ?? ''),
    takeBack: () => good.clear(),
    instead: (handler) => {
      instead = handler;
    },
    stop: () => upstream.stop(),
  };
  return endpoint;
}
