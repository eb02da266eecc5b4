/** Questions, each as clients of the four chat doors ask it. */
import type { RouteId } from '../../../../src/dialects/routes.ts';

/** By route; JSON text, where its digits matter. */
export type Bodies = Readonly<Partial<Record<RouteId, object | string>>>;

export const chat = (body: object = {}) => ({
  messages: [{ role: 'user', content: 'Hi' }],
  max_tokens: 100,
  ...body,
});
export const responses = (body: object = {}) => ({ input: 'Hi', max_output_tokens: 100, ...body });
export const messages = (body: object = {}) => ({
  messages: [{ role: 'user', content: 'Hi' }],
  max_tokens: 100,
  ...body,
});
const gemini = (body: object = {}, config: object = {}) => ({
  contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
  generationConfig: { maxOutputTokens: 100, ...config },
  ...body,
});

export const SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  properties: { city: { type: 'string', minLength: 1 }, seen: { type: ['array', 'null'], default: null } },
  required: ['city'],
};
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ';

export const SAME: Readonly<Record<string, Bodies>> = {
  'a text': {
    'chat.completions': chat(),
    responses: responses(),
    messages: messages(),
    'gemini.generateContent': gemini(),
    'gemini.streamGenerateContent': gemini(),
  },
  'a text in a list': {
    'chat.completions': chat({ messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }] }),
    responses: responses({
      input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] }],
    }),
    messages: messages({ messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }] }),
    'gemini.generateContent': gemini({ contents: [{ parts: [{ text: 'Hello' }] }] }),
  },
  instructions: {
    'chat.completions': chat({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
      ],
    }),
    responses: responses({ instructions: 'Be brief.' }),
    messages: messages({ system: 'Be brief.' }),
    'gemini.generateContent': gemini({ systemInstruction: { parts: [{ text: 'Be brief.' }] } }),
    'gemini.streamGenerateContent': gemini({
      system_instruction: { role: 'user', parts: [{ text: 'Be brief.' }] },
    }),
  },
  'several turns': {
    'chat.completions': chat({
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello.' },
        { role: 'user', content: 'Who are you?' },
      ],
    }),
    responses: responses({
      input: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello.' },
        { role: 'user', content: 'Who are you?' },
      ],
    }),
    messages: messages({
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: [{ type: 'text', text: 'Hello.' }] },
        { role: 'user', content: 'Who are you?' },
      ],
    }),
    'gemini.generateContent': gemini({
      contents: [
        { role: 'user', parts: [{ text: 'Hi' }] },
        { role: 'model', parts: [{ text: 'Hello.' }] },
        { role: 'user', parts: [{ text: 'Who are you?' }] },
      ],
    }),
  },
  sampling: {
    'chat.completions': chat({ temperature: 0, top_p: 0.9 }),
    responses: responses({ temperature: 0, top_p: 0.9 }),
    messages: messages({ temperature: 0, top_p: 0.9 }),
    'gemini.generateContent': gemini({}, { temperature: 0, topP: 0.9 }),
  },
  'stop sequences': {
    'chat.completions': chat({ stop: ['END', '.'] }),
    messages: messages({ stop_sequences: ['END', '.'] }),
    'gemini.generateContent': gemini({}, { stopSequences: ['END', '.'] }),
  },
  'one stop sequence': {
    'chat.completions': chat({ stop: 'END' }),
    messages: messages({ stop_sequences: ['END'] }),
  },
  seeds: {
    'chat.completions': chat({ seed: 7, presence_penalty: 0.5 }),
    'gemini.generateContent': gemini({}, { seed: 7, presencePenalty: 0.5 }),
  },
  effort: {
    'chat.completions': chat({ reasoning_effort: 'high' }),
    responses: responses({ reasoning: { effort: 'high' } }),
  },
  'an image': {
    'chat.completions': chat({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
          ],
        },
      ],
    }),
    responses: responses({
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'What is this?' },
            { type: 'input_image', image_url: `data:image/png;base64,${PNG}` },
          ],
        },
      ],
    }),
    messages: messages({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
          ],
        },
      ],
    }),
    'gemini.generateContent': gemini({
      contents: [
        {
          role: 'user',
          parts: [{ text: 'What is this?' }, { inlineData: { mimeType: 'image/png', data: PNG } }],
        },
      ],
    }),
  },
  'an answer by a schema': {
    'chat.completions': chat({
      response_format: { type: 'json_schema', json_schema: { name: 'output', schema: SCHEMA, strict: true } },
    }),
    responses: responses({
      text: { format: { type: 'json_schema', name: 'output', schema: SCHEMA, strict: true } },
    }),
    messages: messages({ output_config: { format: { type: 'json_schema', schema: SCHEMA } } }),
  },
  'an answer by a schema that is not strict': {
    'chat.completions': chat({
      response_format: { type: 'json_schema', json_schema: { name: 'output', schema: SCHEMA } },
    }),
    'gemini.generateContent': gemini(
      {},
      { responseMimeType: 'application/json', responseJsonSchema: SCHEMA },
    ),
  },
  'an answer in JSON': {
    'chat.completions': chat({ response_format: { type: 'json_object' } }),
    responses: responses({ text: { format: { type: 'json_object' } } }),
    'gemini.generateContent': gemini({}, { responseMimeType: 'application/json' }),
  },
  'a tool': {
    'chat.completions': chat({
      tools: [{ type: 'function', function: { name: 'look', description: 'Looks.', parameters: SCHEMA } }],
      tool_choice: 'required',
    }),
    messages: messages({
      tools: [{ name: 'look', description: 'Looks.', input_schema: SCHEMA }],
      tool_choice: { type: 'any' },
    }),
    'gemini.generateContent': gemini({
      tools: [
        { functionDeclarations: [{ name: 'look', description: 'Looks.', parametersJsonSchema: SCHEMA }] },
      ],
      toolConfig: { functionCallingConfig: { mode: 'ANY' } },
    }),
  },
  'a strict tool': {
    'chat.completions': chat({
      tools: [{ type: 'function', function: { name: 'look', parameters: SCHEMA, strict: true } }],
      parallel_tool_calls: false,
      tool_choice: 'auto',
    }),
    responses: responses({
      tools: [{ type: 'function', name: 'look', parameters: SCHEMA, strict: true }],
      parallel_tool_calls: false,
      tool_choice: 'auto',
    }),
    messages: messages({
      tools: [{ type: 'custom', name: 'look', input_schema: SCHEMA, strict: true }],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    }),
  },
  'calls and their results': {
    'chat.completions': chat({
      messages: [
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: 'I look.',
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'look', arguments: '{"city":"Paris","day":1}' } },
            { id: 'c2', type: 'function', function: { name: 'look', arguments: '{}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'rain' },
        { role: 'tool', tool_call_id: 'c2', content: [{ type: 'text', text: 'sun' }] },
        { role: 'user', content: 'And?' },
      ],
    }),
    responses: responses({
      input: [
        { role: 'user', content: 'Weather?' },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I look.' }] },
        { type: 'function_call', call_id: 'c1', name: 'look', arguments: '{"city":"Paris","day":1}' },
        { type: 'function_call', call_id: 'c2', name: 'look', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c1', output: 'rain' },
        { type: 'function_call_output', call_id: 'c2', output: 'sun' },
        { role: 'user', content: 'And?' },
      ],
    }),
    messages: messages({
      messages: [
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'I look.' },
            { type: 'tool_use', id: 'c1', name: 'look', input: { day: 1, city: 'Paris' } },
            { type: 'tool_use', id: 'c2', name: 'look', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'c1', content: 'rain' },
            { type: 'tool_result', tool_use_id: 'c2', content: [{ type: 'text', text: 'sun' }] },
            { type: 'text', text: 'And?' },
          ],
        },
      ],
    }),
    'gemini.generateContent': gemini({
      contents: [
        { role: 'user', parts: [{ text: 'Weather?' }] },
        {
          role: 'model',
          parts: [
            { text: 'I look.' },
            { functionCall: { id: 'c1', name: 'look', args: { day: 1, city: 'Paris' } } },
            { functionCall: { id: 'c2', name: 'look', args: {} } },
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { id: 'c1', name: 'look', response: { output: 'rain' } } },
            { functionResponse: { id: 'c2', name: 'look', response: { output: 'sun' } } },
            { text: 'And?' },
          ],
        },
      ],
    }),
  },
  'a tool with a long integer': {
    'chat.completions': `{"model":"m","messages":[{"role":"user","content":"Hi"}],"max_tokens":100,
      "tools":[{"type":"function","function":{"name":"n","parameters":{"maximum":9007199254740993}}}]}`,
    messages: `{"model":"m","messages":[{"role":"user","content":"Hi"}],"max_tokens":100,
      "tools":[{"name":"n","input_schema":{"maximum":9007199254740993}}]}`,
  },
};
