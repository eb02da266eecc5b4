/** Requests of Bedrock’s Converse as closed sets of members: nothing else may stand in them. Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
import {
  anything,
  type Check,
  closed,
  flag,
  integer,
  list,
  matches,
  number,
  oneOf,
  Refusal,
  record,
  someText,
  text,
  union,
} from './closed.ts';

const NAME = matches(/^[a-zA-Z0-9_-]{1,64}$/);
const ID = matches(/^[a-zA-Z0-9_.:-]{1,64}$/);
const spoken: Check = (value, path) => {
  text(value, path);
  if (String(value).trim() === '') {
    throw new Refusal(
      path,
      `The text field in the ContentBlock object at ${path} is blank. Add text to the text field, and try again.`,
    );
  }
};
const bytes = union({ bytes: text, s3Location: record });
const cachePoint = closed({ 'type!': oneOf('default'), ttl: oneOf('5m', '1h') });
const image = closed({ 'format!': oneOf('png', 'jpeg', 'gif', 'webp'), 'source!': bytes });
const document = closed({
  'format!': oneOf('pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md'),
  'name!': matches(/^(?!.*\s\s)[a-zA-Z0-9\s()[\]-]{1,200}$/),
  'source!': union({ bytes: text, s3Location: record, text: someText }),
  context: text,
  citations: closed({ 'enabled!': flag }),
});
const block = union({
  text: spoken,
  image,
  document,
  toolUse: closed({ 'toolUseId!': ID, 'name!': NAME, 'input!': record, type: text }),
  toolResult: closed({
    'toolUseId!': ID,
    'content!': list(union({ text, json: record, image, document })),
    status: oneOf('success', 'error'),
  }),
  reasoningContent: union({
    reasoningText: closed({ 'text!': text, signature: text }),
    redactedContent: text,
  }),
  cachePoint,
});
const toolSpec = closed({
  'name!': NAME,
  description: someText,
  'inputSchema!': closed({ 'json!': record }),
  strict: flag,
});
export const BODY = closed({
  'messages!': list(closed({ 'role!': oneOf('user', 'assistant'), 'content!': list(block, 1) }), 1),
  system: list(union({ text: spoken, cachePoint })),
  inferenceConfig: closed({
    maxTokens: integer(1),
    temperature: number(0, 1),
    topP: number(0, 1),
    stopSequences: list(matches(/\S/), 0, 2500),
  }),
  toolConfig: closed({
    'tools!': list(union({ toolSpec, cachePoint }), 1),
    toolChoice: union({ auto: closed({}), any: closed({}), tool: closed({ 'name!': NAME }) }),
  }),
  guardrailConfig: record,
  /** The model checks them: these are Claude's. */
  additionalModelRequestFields: closed({
    thinking: record,
    top_k: integer(0),
    anthropic_beta: list(text),
    tool_choice: anything,
    output_config: closed({ effort: text }),
  }),
  additionalModelResponseFieldPaths: list(matches(/^\/.+/)),
  promptVariables: record,
  requestMetadata: record,
  performanceConfig: closed({ latency: oneOf('standard', 'optimized') }),
  serviceTier: closed({ 'type!': oneOf('priority', 'default', 'flex', 'reserved') }),
  outputConfig: closed({
    'textFormat!': closed({
      'type!': oneOf('json_schema'),
      'structure!': closed({
        'jsonSchema!': closed({ 'schema!': text, name: someText, description: text }),
      }),
    }),
  }),
});
