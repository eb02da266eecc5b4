/** A request of each chat door that says most of what its form can say, and nothing that the canonical form loses. */
import type { RouteId } from '../../../../src/dialects/routes.ts';

/** A tool's parameters, or an answer's. */
export const SCHEMA = {
  type: 'object',
  description: 'Where and when.',
  properties: {
    city: { type: 'string', enum: ['Paris', 'Rome'] },
    day: { type: ['integer', 'null'], minimum: 1, default: null },
    tags: { type: 'array', items: { type: 'string', pattern: '^[a-z]+$' }, maxItems: 3 },
  },
  required: ['city', 'day'],
  additionalProperties: false,
};
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ';

const CHAT = {
  messages: [
    { role: 'system', content: 'Be brief.', name: 'operator' },
    { role: 'developer', content: [{ type: 'text', text: 'Answer in English.' }] },
    {
      role: 'user',
      name: 'ann',
      content: [
        { type: 'text', text: 'What is this?', cache_control: { type: 'ephemeral', ttl: '1h' } },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}`, detail: 'low' } },
        { type: 'image_url', image_url: { url: 'https://pictures.example/1.png' } },
        { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
        { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
        { type: 'file', file: { file_id: 'file-1' } },
      ],
    },
    {
      role: 'assistant',
      content: 'I look.',
      reasoning_content: 'A picture.',
      refusal: 'No.',
      audio: { id: 'audio-1' },
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Paris"}' } },
        { id: 'call_2', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } },
        { id: 'call_3', type: 'custom', custom: { name: 'patch', input: '*** Begin' } },
      ],
    },
    { role: 'tool', tool_call_id: 'call_1', content: 'rain' },
    { role: 'tool', tool_call_id: 'call_2', content: [{ type: 'text', text: 'sun' }] },
    { role: 'tool', tool_call_id: 'call_3', content: 'done' },
    { role: 'user', content: 'And tomorrow?' },
  ],
  tools: [
    {
      type: 'function',
      function: { name: 'weather', description: 'Says it.', parameters: SCHEMA, strict: true },
      cache_control: { type: 'ephemeral' },
    },
    {
      type: 'custom',
      custom: {
        name: 'patch',
        description: 'Applies it.',
        format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "a"' } },
      },
    },
  ],
  tool_choice: {
    type: 'allowed_tools',
    allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'weather' } }] },
  },
  parallel_tool_calls: false,
  max_completion_tokens: 300,
  temperature: 0.5,
  top_p: 0.9,
  top_k: 40,
  min_p: 0.05,
  frequency_penalty: 0.25,
  presence_penalty: -0.25,
  seed: 7,
  stop: ['END', 'STOP'],
  n: 2,
  logprobs: true,
  top_logprobs: 3,
  logit_bias: { 50256: -100 },
  response_format: {
    type: 'json_schema',
    json_schema: { name: 'forecast', description: 'Tomorrow.', schema: SCHEMA, strict: true },
  },
  reasoning_effort: 'low',
  reasoning: { max_tokens: 2000, exclude: true },
  thinking: { type: 'enabled', budget_tokens: 3000 },
  verbosity: 'low',
  service_tier: 'flex',
  store: true,
  modalities: ['text', 'audio'],
  audio: { voice: 'alloy', format: 'wav' },
  prediction: { type: 'content', content: [{ type: 'text', text: 'Rain' }] },
  web_search_options: { search_context_size: 'low', user_location: { type: 'approximate' } },
  provider: { order: ['a', 'b'] },
  transforms: ['middle-out'],
};

const RESPONSES = {
  instructions: 'Be brief.',
  input: [
    { type: 'message', role: 'developer', content: 'Answer in English.' },
    {
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_text', text: 'What is this?' },
        { type: 'input_image', image_url: `data:image/png;base64,${PNG}`, detail: 'low' },
        { type: 'input_image', file_id: 'file-2' },
        { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
        { type: 'input_file', file_url: 'https://files.example/a.pdf' },
      ],
    },
    {
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'A picture.' }],
      encrypted_content: 'gAAAA',
    },
    {
      type: 'message',
      role: 'assistant',
      phase: 'commentary',
      content: [
        {
          type: 'output_text',
          text: 'I look.',
          annotations: [
            { type: 'url_citation', start_index: 0, end_index: 1, url: 'https://a.example/', title: 'A' },
          ],
        },
        { type: 'refusal', refusal: 'No.' },
      ],
    },
    { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{"city":"Paris"}' },
    { type: 'function_call', call_id: 'call_2', name: 'weather', arguments: '{}', namespace: 'crm' },
    { type: 'custom_tool_call', call_id: 'call_3', name: 'patch', input: '*** Begin' },
    { type: 'function_call_output', call_id: 'call_1', output: 'rain' },
    { type: 'function_call_output', call_id: 'call_2', output: [{ type: 'input_text', text: 'sun' }] },
    { type: 'custom_tool_call_output', call_id: 'call_3', output: 'done' },
    { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'cats' } },
    { role: 'user', content: 'And tomorrow?' },
  ],
  tools: [
    { type: 'function', name: 'weather', description: 'Says it.', parameters: SCHEMA, strict: true },
    {
      type: 'custom',
      name: 'patch',
      description: 'Applies it.',
      format: { type: 'grammar', syntax: 'lark', definition: 'start: "a"' },
    },
    { type: 'web_search', search_context_size: 'low', filters: { allowed_domains: ['a.example'] } },
    { type: 'mcp', server_label: 'crm', server_url: 'https://mcp.example', require_approval: 'never' },
  ],
  tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'weather' }] },
  parallel_tool_calls: false,
  max_tool_calls: 3,
  max_output_tokens: 300,
  temperature: 0.5,
  top_p: 0.9,
  top_logprobs: 3,
  include: ['web_search_call.results', 'message.output_text.logprobs'],
  reasoning: { effort: 'low', summary: 'auto' },
  text: {
    format: { type: 'json_schema', name: 'forecast', description: 'Tomorrow.', schema: SCHEMA, strict: true },
    verbosity: 'low',
  },
  truncation: 'auto',
  service_tier: 'flex',
  store: true,
  prompt_cache_retention: '24h',
  context_management: [{ type: 'compaction', compact_threshold: 1000 }],
};

const MESSAGES = {
  system: [
    { type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral', ttl: '1h' } },
    { type: 'text', text: 'Answer in English.' },
  ],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
        { type: 'image', source: { type: 'url', url: 'https://pictures.example/1.png' } },
        {
          type: 'document',
          source: { type: 'text', media_type: 'text/plain', data: 'Once.' },
          title: 'Tale',
          context: 'old',
          citations: { enabled: true },
        },
        {
          type: 'search_result',
          source: 'https://a.example',
          title: 'A',
          content: [{ type: 'text', text: 'B' }],
        },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'A picture.', signature: 'EqQB' },
        { type: 'redacted_thinking', data: 'EmwK' },
        {
          type: 'text',
          text: 'I look.',
          citations: [
            {
              type: 'char_location',
              cited_text: 'Once',
              document_index: 0,
              document_title: 'Tale',
              start_char_index: 0,
              end_char_index: 4,
            },
          ],
        },
        { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Paris', day: { n: 1, of: 2 } } },
        { type: 'tool_use', id: 'toolu_2', name: 'weather', input: {} },
        { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'cats' } },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'toolu_1', content: 'rain', is_error: true },
        { type: 'tool_result', tool_use_id: 'toolu_2', content: [{ type: 'text', text: 'sun' }] },
        { type: 'text', text: 'And tomorrow?' },
      ],
    },
  ],
  tools: [
    {
      type: 'custom',
      name: 'weather',
      description: 'Says it.',
      input_schema: SCHEMA,
      strict: true,
      cache_control: { type: 'ephemeral' },
      eager_input_streaming: true,
    },
    { type: 'web_search_20250305', name: 'web_search', max_uses: 2 },
  ],
  tool_choice: { type: 'auto', disable_parallel_tool_use: true },
  max_tokens: 4000,
  temperature: 1,
  top_p: 0.96,
  stop_sequences: ['END', 'STOP'],
  thinking: { type: 'enabled', budget_tokens: 2000, display: 'summarized' },
  output_config: { format: { type: 'json_schema', schema: SCHEMA } },
  service_tier: 'auto',
  mcp_servers: [{ type: 'url', name: 'crm', url: 'https://mcp.example' }],
  container: 'container_1',
};

const GEMINI = {
  systemInstruction: { parts: [{ text: 'Be brief.' }, { text: 'Answer in English.' }] },
  contents: [
    {
      role: 'user',
      parts: [
        { text: 'What is this?' },
        { inlineData: { mimeType: 'image/png', data: PNG } },
        { inlineData: { mimeType: 'audio/wav', data: 'AAAA' } },
        {
          fileData: { mimeType: 'video/mp4', fileUri: 'https://a.example/1.mp4' },
          videoMetadata: { fps: 2 },
        },
      ],
    },
    {
      role: 'model',
      parts: [
        { text: 'A picture.', thought: true, thoughtSignature: 'AAAB' },
        { text: 'I look.', thoughtSignature: 'AAAC' },
        { functionCall: { id: 'c1', name: 'weather', args: { city: 'Paris', day: { n: 1, of: 2 } } } },
        { functionCall: { name: 'sky', args: {} }, thoughtSignature: 'AAAD' },
        { executableCode: { language: 'PYTHON', code: 'print(1)' } },
      ],
    },
    {
      role: 'user',
      parts: [
        { functionResponse: { id: 'c1', name: 'weather', response: { output: 'rain' } } },
        { functionResponse: { name: 'sky', response: { high: 20, low: 10 } } },
      ],
    },
  ],
  tools: [
    {
      functionDeclarations: [
        {
          name: 'weather',
          description: 'Says it.',
          parametersJsonSchema: SCHEMA,
          response: { type: 'STRING' },
        },
      ],
    },
    { googleSearch: { excludeDomains: ['a.example'] } },
  ],
  toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['weather', 'sky', 'sea'] } },
  generationConfig: {
    temperature: 0.5,
    topP: 0.9,
    topK: 40,
    maxOutputTokens: 300,
    candidateCount: 2,
    stopSequences: ['END', 'STOP'],
    seed: 7,
    presencePenalty: 0.25,
    frequencyPenalty: -0.25,
    responseLogprobs: true,
    logprobs: 3,
    responseMimeType: 'application/json',
    responseJsonSchema: SCHEMA,
    responseModalities: ['TEXT', 'AUDIO'],
    mediaResolution: 'MEDIA_RESOLUTION_LOW',
    speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Kore' } } },
  },
  safetySettings: [
    { category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' },
    { category: 'HARM_CATEGORY_HATE_SPEECH', threshold: 'BLOCK_NONE' },
  ],
  cachedContent: 'cachedContents/1',
  labels: { team: 'a' },
};

export const RICH: readonly (readonly [RouteId, Readonly<Record<string, unknown>>])[] = [
  ['chat.completions', CHAT],
  ['responses', RESPONSES],
  ['messages', MESSAGES],
  ['gemini.generateContent', GEMINI],
];
