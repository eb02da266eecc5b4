/** Whole requests, written by hand in the types of AWS's own SDK. On the wire, its bytes are base64. */
import type { ConverseCommandInput } from '@aws-sdk/client-bedrock-runtime';
import { describe, expect, it } from 'vitest';
import { encodeBase64Text } from '../../../../src/dialects/base64-text.ts';
import type { CanonicalRequest } from '../../../../src/dialects/canonical.ts';
import {
  assistant,
  bytesOf,
  CLAUDE,
  call,
  encode,
  NOVA,
  result,
  system,
  text,
  thought,
  user,
} from './support.ts';

type Input = Omit<ConverseCommandInput, 'modelId'>;

const onWire = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return btoa(String.fromCharCode(...value));
  if (Array.isArray(value)) return value.map(onWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, onWire(member)]));
};

const SCHEMA = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const SIGNATURE = 'EtkBCkgIEBABGAIqQIyk4xd3CqsRUUTwvw==';

const CASES: [string, string, Partial<CanonicalRequest>, Input][] = [
  [
    'a question with instructions and limits',
    NOVA,
    {
      turns: [system('Be brief'), user('Hi')],
      maxOutputTokens: 100,
      temperature: 0.3,
      topP: 0.9,
      stop: ['END'],
      serviceTier: 'flex',
      metadata: { team: 'a' },
    },
    {
      messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
      system: [{ text: 'Be brief' }],
      inferenceConfig: { maxTokens: 100, temperature: 0.3, topP: 0.9, stopSequences: ['END'] },
      requestMetadata: { team: 'a' },
      serviceTier: { type: 'flex' },
    },
  ],
  [
    'a round of tools with thinking, and a forced choice that it forbids',
    CLAUDE,
    {
      turns: [
        user('Weather?'),
        assistant(
          thought('Two cities', SIGNATURE),
          text('Let me see'),
          call('t1', '{"city":"Bonn"}', 'weather'),
          call('t2', '', 'weather'),
        ),
        result('t1', 'sun'),
        result('t2', 'no such city', true),
      ],
      tools: [
        { kind: 'function', name: 'weather', description: 'Tells it', parameters: SCHEMA, strict: true },
      ],
      toolChoice: { kind: 'required' },
      reasoning: { isEnabled: true, effort: null, budgetTokens: 2000 },
      maxOutputTokens: 4000,
    },
    {
      messages: [
        { role: 'user', content: [{ text: 'Weather?' }] },
        {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: { text: 'Two cities', signature: SIGNATURE } } },
            { text: 'Let me see' },
            { toolUse: { toolUseId: 't1', name: 'weather', input: { city: 'Bonn' } } },
            { toolUse: { toolUseId: 't2', name: 'weather', input: {} } },
          ],
        },
        {
          role: 'user',
          content: [
            { toolResult: { toolUseId: 't1', content: [{ text: 'sun' }] } },
            { toolResult: { toolUseId: 't2', content: [{ text: 'no such city' }], status: 'error' } },
          ],
        },
      ],
      inferenceConfig: { maxTokens: 4000 },
      toolConfig: {
        tools: [
          {
            toolSpec: {
              name: 'weather',
              description: 'Tells it',
              inputSchema: { json: { ...SCHEMA, additionalProperties: false } },
              strict: true,
            },
          },
        ],
      },
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 2000 } },
    },
  ],
  [
    'a picture and a document, cached',
    CLAUDE,
    {
      turns: [
        user(
          {
            type: 'image',
            source: { kind: 'inline', mediaType: 'image/jpg', data: encodeBase64Text('pixels') },
          },
          {
            type: 'file',
            source: { kind: 'inline', mediaType: 'application/pdf', data: encodeBase64Text('%PDF-1.7') },
            name: 'the_plan.pdf',
          },
          { type: 'text', text: 'Compare', cacheMarker: { ttl: '1h' } },
        ),
      ],
    },
    {
      messages: [
        {
          role: 'user',
          content: [
            { image: { format: 'jpeg', source: { bytes: bytesOf('pixels') } } },
            { document: { format: 'pdf', name: 'the-plan', source: { bytes: bytesOf('%PDF-1.7') } } },
            { text: 'Compare' },
            { cachePoint: { type: 'default', ttl: '1h' } },
          ],
        },
      ],
    },
  ],
  [
    'an answer of a given shape, under a guardrail',
    CLAUDE,
    {
      responseFormat: { kind: 'schema', name: 'city', description: 'A city', schema: SCHEMA, strict: true },
      extra: {
        'openai-chat': {
          guardrailConfig: { guardrailIdentifier: 'g1', guardrailVersion: '1', trace: 'enabled' },
        },
      },
    },
    {
      messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
      guardrailConfig: { guardrailIdentifier: 'g1', guardrailVersion: '1', trace: 'enabled' },
      outputConfig: {
        textFormat: {
          type: 'json_schema',
          structure: {
            jsonSchema: {
              schema: JSON.stringify({ ...SCHEMA, additionalProperties: false }),
              name: 'city',
              description: 'A city',
            },
          },
        },
      },
    },
  ],
];

describe('literal requests', () => {
  it.each(CASES)('%s', (_, model, fields, expected) => {
    expect(encode(fields, model).body).toEqual(onWire(expected));
  });
});
