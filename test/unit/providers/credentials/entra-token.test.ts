import { describe, expect, it } from 'vitest';
import { authorize, forgetToken } from '../../../../src/providers/credentials/authorize.ts';
import { partsCredential } from '../../../../src/providers/credentials/credential.ts';
import { CALL, createEndpoint, failureOf, NOW, PROVIDER, type TokenEndpoint } from './support.ts';

const TOKEN_URL = 'https://login.microsoftonline.com/my-tenant/oauth2/v2.0/token';
const CREDENTIAL = partsCredential('azure-openai#1', {
  kind: 'entra-client',
  clientId: 'app-1',
  clientSecret: 'very~secret.&=+',
  tokenUrl: TOKEN_URL,
  scope: 'https://cognitiveservices.azure.com/.default',
});

const ask = ({ deps }: TokenEndpoint) => authorize(CALL, PROVIDER, CREDENTIAL, deps);

describe('a client of Microsoft Entra', () => {
  it('is traded for a token, which is remembered', async () => {
    const endpoint = createEndpoint((_, count) =>
      Response.json({
        token_type: 'Bearer',
        expires_in: 3599,
        ext_expires_in: 3599,
        access_token: `eyJ.${count}`,
      }),
    );
    expect(await ask(endpoint)).toEqual({ authorization: 'Bearer eyJ.1' });
    expect(ask(endpoint)).toEqual({ authorization: 'Bearer eyJ.1' }); // no promise
    const [asked, ...more] = endpoint.asked;
    expect(more).toEqual([]);
    expect(asked?.url).toBe(TOKEN_URL);
    expect(Object.fromEntries(asked?.form ?? [])).toEqual({
      grant_type: 'client_credentials',
      client_id: 'app-1',
      client_secret: 'very~secret.&=+',
      scope: 'https://cognitiveservices.azure.com/.default',
    });
    endpoint.clock.now = NOW + 3_539_000;
    expect(await ask(endpoint)).toEqual({ authorization: 'Bearer eyJ.2' });
    forgetToken(CREDENTIAL, endpoint.deps.tokens);
    expect(await ask(endpoint)).toEqual({ authorization: 'Bearer eyJ.3' });
  });

  it('says that it was refused, and not with what', async () => {
    const error_description = 'AADSTS7000215: Invalid client secret provided: very~secret.&=+';
    const endpoint = createEndpoint(() =>
      Response.json({ error: 'invalid_client', error_description }, { status: 401 }),
    );
    const failure = await failureOf(() => ask(endpoint));
    expect(failure).toMatchObject({ reason: 'refused', message: expect.stringContaining('invalid_client') });
    expect(String(failure)).not.toContain('very~');
  });
});
