/** Amazon Bedrock's Converse, with Claude behind it: answers, streams and errors as the recordings show them. */
import { hearConverse } from './bedrock-converse-rules.ts';
import { Refusal } from './closed.ts';
import { encodeFrame } from './eventstream.ts';
import { type Answer, type Form, randomId, refuseHeaders, requirePath, SECRET } from './form.ts';
import { cut, type Failure, type Script, type ScriptPart, type ScriptUsage } from './script.ts';
import { seal } from './seal.ts';
import { checkSignature } from './sigv4.ts';

export const bedrockConverse: Form = {
  dialect: 'bedrock-converse',
  base: '',
  hear(incoming) {
    const [, encoded = '', operation] = requirePath(
      incoming,
      /^\/model\/([^/]+)\/(converse|converse-stream)$/,
    );
    if (/:/.test(encoded)) throw new Refusal('', 'the model id in the path is not percent-encoded');
    refuseHeaders(incoming.headers, ['x-api-key', 'x-goog-api-key']);
    const { authorization = '' } = incoming.headers;
    if (authorization.startsWith('Bearer ') && authorization !== `Bearer ${SECRET}`) {
      const message = 'Authentication failed: Please make sure your API Key is valid.';
      throw new Refusal('', message, { status: 403 });
    }
    if (!authorization.startsWith('Bearer ')) checkSignature(incoming);
    const model = decodeURIComponent(encoded);
    return hearConverse(incoming.body, model, operation === 'converse-stream');
  },
  refuse: ({ path, message, status }) => {
    const types: Record<number, string> = {
      403: 'UnrecognizedClientException',
      404: 'ResourceNotFoundException',
    };
    return error(
      status,
      types[status] ?? 'ValidationException',
      path === '' ? message : `${path}: ${message}`,
    );
  },
  fail,
  whole: (script) => ({
    metrics: { latencyMs: 538 },
    output: { message: { content: blocksOf(script), role: 'assistant' } },
    stopReason: FINISH[script.finish],
    usage: usageOf(script.usage),
    ...additional(script),
  }),
  stream: (script) => ({ contentType: 'application/vnd.amazon.eventstream', pieces: frames(script) }),
};

/** The error's type stands in a header only. */
const error = (status: number, type: string, message: string): Answer => ({
  status,
  headers: { 'x-amzn-errortype': `${type}:http://internal.amazon.com/coral/com.amazon.bedrock/` },
  body: { message },
});

function fail(failure: Failure): Answer {
  switch (failure) {
    case 'rate-limit':
      return error(429, 'ThrottlingException', 'Too many requests, please wait before trying again.');
    case 'bad-request':
      return error(400, 'ValidationException', 'Input is too long for requested model.');
    case 'overloaded':
      return error(503, 'ServiceUnavailableException', 'Bedrock is unable to process your request.');
    case 'server-error':
      return error(500, 'InternalServerException', 'Broken, says Bedrock.');
  }
}

const FINISH = {
  stop: 'end_turn',
  'stop-sequence': 'stop_sequence',
  length: 'max_tokens',
  calls: 'tool_use',
  refusal: 'guardrail_intervened',
  filtered: 'content_filtered',
} as const;

const additional = ({ stopSequence }: Script): object =>
  stopSequence === null ? {} : { additionalModelResponseFields: { stop_sequence: stopSequence } };

const usageOf = ({ input, cached, output }: ScriptUsage): object => ({
  cacheReadInputTokenCount: cached,
  cacheReadInputTokens: cached,
  cacheWriteInputTokenCount: 0,
  cacheWriteInputTokens: 0,
  inputTokens: input - cached,
  outputTokens: output,
  serverToolUsage: {},
  totalTokens: input + output,
});

const blocksOf = ({ parts }: Script): object[] => parts.map(blockOf);

/** A guardrail answers with the operator's words in the place of the model's. */
function blockOf(part: ScriptPart): object {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { text: part.text };
    case 'reasoning':
      return {
        reasoningContent: { reasoningText: { text: part.text, signature: seal('anthropic', part.text) } },
      };
    case 'redacted':
      return { reasoningContent: { redactedContent: hidden(part.text) } };
    case 'call':
      return { toolUse: { input: part.args, name: part.name, toolUseId: randomId('tooluse_', 22) } };
  }
}

/** What Anthropic's own form has as text is bytes here. */
const hidden = (text: string): string => Buffer.from(seal('anthropic', text)).toString('base64');

/** Text and thinking begin without a start event; each event is padded. */
function frames(script: Script): Uint8Array[] {
  const frame = (type: string, payload: object): Uint8Array =>
    encodeFrame(
      { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
      { ...payload, p: 'abcdefghijklm' },
    );
  const pieces: Uint8Array[] = [frame('messageStart', { role: 'assistant' })];
  script.parts.forEach((part, contentBlockIndex) => {
    const delta = (value: object): void => {
      pieces.push(frame('contentBlockDelta', { contentBlockIndex, delta: value }));
    };
    if (part.type === 'text' || part.type === 'refusal') for (const text of cut(part.text)) delta({ text });
    if (part.type === 'reasoning') {
      for (const text of cut(part.text)) delta({ reasoningContent: { text } });
      delta({ reasoningContent: { signature: seal('anthropic', part.text) } });
    }
    if (part.type === 'redacted') delta({ reasoningContent: { redactedContent: hidden(part.text) } });
    if (part.type === 'call') {
      const toolUse = { name: part.name, toolUseId: randomId('tooluse_', 22) };
      pieces.push(frame('contentBlockStart', { contentBlockIndex, start: { toolUse } }));
      const json = JSON.stringify(part.args);
      // A call without arguments has one empty delta.
      for (const input of json === '{}' ? [''] : cut(json)) delta({ toolUse: { input } });
    }
    if (script.breaks === undefined) pieces.push(frame('contentBlockStop', { contentBlockIndex }));
  });
  if (script.breaks === 'error') {
    const headers = {
      ':exception-type': 'modelStreamErrorException',
      ':content-type': 'application/json',
      ':message-type': 'exception',
    };
    return [...pieces, encodeFrame(headers, { message: 'Broken, says Bedrock.' })];
  }
  if (script.breaks !== undefined) return pieces;
  pieces.push(frame('messageStop', { stopReason: FINISH[script.finish], ...additional(script) }));
  pieces.push(frame('metadata', { metrics: { latencyMs: 538 }, usage: usageOf(script.usage) }));
  return pieces;
}
