/** Canonical requests and what they are made of, said shortly. Runs in Node and in workerd. */
import type {
  CanonicalRequest,
  Part,
  ReasoningPart,
  Signer,
  Tool,
  Turn,
} from '../../src/dialects/canonical.ts';

export const text = (value: string): Part => ({ type: 'text', text: value });

/** Without a signature, nobody has signed it. */
export const thought = (
  value: string,
  signature: string | null = null,
  signer: Signer = 'anthropic',
): ReasoningPart => ({
  type: 'reasoning',
  text: value,
  signature,
  redacted: null,
  signer: signature === null ? 'other' : signer,
});

export const call = (id: string, input = '{}', name = 'look'): Part => ({
  type: 'tool-call',
  id,
  name,
  input,
  isCustom: false,
});

export const user = (...parts: readonly (string | Part)[]): Turn => ({
  role: 'user',
  parts: parts.map((part) => (typeof part === 'string' ? text(part) : part)),
});
export const assistant = (...parts: readonly Part[]): Turn => ({ role: 'assistant', parts });

/** What the tool said, in one text or in several. */
export const result = (
  callId: string,
  said: string | readonly string[] = 'found',
  isError = false,
): Turn => ({
  role: 'tool',
  parts: [
    {
      type: 'tool-result',
      callId,
      name: null,
      content: [said].flat().map((value) => ({ type: 'text', text: value })),
      isError,
    },
  ],
});

export type FunctionTool = Extract<Tool, { kind: 'function' }>;

export const tool = (name: string, fields: Partial<FunctionTool> = {}): FunctionTool => ({
  kind: 'function',
  name,
  description: null,
  parameters: { type: 'object', properties: { at: { type: 'string' } }, required: ['at'] },
  strict: null,
  ...fields,
});

const ASKS_NOTHING: CanonicalRequest = {
  turns: [user('Hi')],
  tools: [],
  toolChoice: null,
  parallelToolCalls: null,
  maxOutputTokens: null,
  temperature: null,
  topP: null,
  topK: null,
  frequencyPenalty: null,
  presencePenalty: null,
  seed: null,
  stop: [],
  choices: null,
  logprobs: null,
  responseFormat: null,
  reasoning: null,
  serviceTier: null,
  metadata: null,
  user: null,
  wantsStream: false,
  wantsUsage: false,
  extra: {},
};

/** A greeting that asks for nothing more than `fields`. */
export const requestWith = (fields: Partial<CanonicalRequest> = {}): CanonicalRequest => ({
  ...ASKS_NOTHING,
  ...fields,
});
