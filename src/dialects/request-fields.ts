/**
 * The fields of a chat request, each by one name: its path in OpenAI's chat form, without indices and without the
 * wrappers `content` and `function`. What OpenAI has no field for goes by the name that most of the others gave it. By
 * these names the tables of fates tell of them, and `x-edgeway-dropped-params`.
 * Source: `CreateChatCompletionRequest`, https://platform.openai.com/docs/api-reference/chat/create
 */
export const REQUEST_FIELDS = [
  'model',
  'messages',
  'messages.name',
  'messages.refusal',
  'messages.audio',
  'messages.image_url',
  'messages.image_url.detail',
  'messages.input_audio',
  'messages.file',
  'messages.file.filename',
  'messages.tool_calls',
  'messages.is_error',
  'messages.reasoning_content',
  'messages.annotations',
  'messages.extra_content',
  'cache_control',
  'tools',
  'tools.strict',
  'tool_choice',
  'parallel_tool_calls',
  'functions',
  'function_call',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'top_k',
  'frequency_penalty',
  'presence_penalty',
  'logit_bias',
  'logprobs',
  'top_logprobs',
  'seed',
  'n',
  'stop',
  'response_format',
  'reasoning_effort',
  'thinking.budget_tokens',
  'reasoning.summary',
  'modalities',
  'audio',
  'prediction',
  'web_search_options',
  'moderation',
  'verbosity',
  'service_tier',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'store',
  'metadata',
  'user',
  'safety_identifier',
  'stream',
  'stream_options',
] as const;

export type RequestField = (typeof REQUEST_FIELDS)[number];

/** Schemas of which a form may know a part only. */
export type SchemaField = 'tools.parameters' | 'response_format.json_schema.schema';
