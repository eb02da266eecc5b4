/**
 * How the vendors of three forms refuse a credential where it is not by 401. Their rows have these, and so have
 * providers without a row that speak the form: stand-ins and proxies of the vendor.
 */
import type { Quirk } from './provider-row.ts';

export const CREDENTIAL_REFUSALS = {
  'anthropic-messages': [
    {
      kind: 'credential-refusal',
      status: 400,
      text: 'credit balance is too low',
      source: 'https://github.com/anthropics/claude-code/issues/4207',
    },
    {
      kind: 'credential-refusal',
      status: 402,
      source: 'https://platform.claude.com/docs/en/api/errors',
    },
    {
      kind: 'credential-refusal',
      status: 403,
      text: 'API key',
      source: 'https://platform.claude.com/docs/en/api/errors',
    },
  ],
  gemini: [
    {
      kind: 'credential-refusal',
      status: 400,
      text: 'API key not', // valid, or found
      source: 'recording google-gemini/generateContent/error-400-bad-key',
    },
    {
      kind: 'credential-refusal',
      status: 400,
      text: 'API key expired',
      source: 'https://github.com/continuedev/continue/issues/11336',
    },
    {
      kind: 'credential-refusal',
      status: 402,
      source:
        'https://discuss.ai.google.dev/t/api-update-depleted-prepay-credits-now-return-http-402-instead-of-429/183654',
    },
    {
      kind: 'credential-refusal',
      status: 403,
      text: 'API key was reported as leaked',
      source: 'https://github.com/continuedev/continue/issues/10513',
    },
  ],
  /** https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html */
  'bedrock-converse': [
    {
      kind: 'credential-refusal',
      status: 403,
      text: 'security token', // invalid, or expired
      source: 'recording aws-bedrock/converse/error-403-token',
    },
    {
      kind: 'credential-refusal',
      status: 403,
      text: 'API Key is valid',
      source: 'https://github.com/anomalyco/opencode/issues/47073',
    },
    {
      kind: 'credential-refusal',
      status: 403,
      text: 'signature',
      source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html',
    },
    {
      kind: 'credential-refusal',
      status: 403,
      text: 'not authorized to perform',
      source: 'https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html',
    },
  ],
} satisfies Readonly<Record<string, readonly Quirk[]>>;
