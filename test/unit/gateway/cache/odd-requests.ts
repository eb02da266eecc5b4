/** Requests of the chat doors that say things which the canonical form does not hold. */
import { type RICH, SCHEMA } from './rich-requests.ts';

export const ODD: typeof RICH = [
  [
    'chat.completions',
    {
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: null, function_call: { name: 'look', arguments: '{"a":1}' } },
        { role: 'function', name: 'look', content: 'nothing' },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'Rain, ' },
            { type: 'refusal', refusal: 'no' },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'A' },
            { type: 'text', text: 'B' },
          ],
        },
      ],
      functions: [{ name: 'look', description: 'Looks.', parameters: SCHEMA }],
      function_call: { name: 'look' },
      max_tokens: 5,
      logprobs: false,
      stop: 'END',
    },
  ],
  [
    'chat.completions',
    {
      messages: [
        { role: 'user', content: [{ type: 'image_url', image_url: 'https://a.example/1.png' }] },
        {
          role: 'assistant',
          content: '',
          reasoning: 'Thought.',
          reasoning_details: [
            { type: 'reasoning.text', text: 'A', signature: 'S', format: 'anthropic-claude-v1', index: 0 },
            { type: 'reasoning.encrypted', data: 'D', format: 'google-gemini-v1', index: 1 },
          ],
          extra_content: { google: { thought_signature: 'T' } },
          tool_calls: [
            {
              id: 'c'.repeat(41),
              type: 'function',
              index: 0,
              function: { name: 'look', arguments: '' },
              extra_content: { google: { thought_signature: 'U' } },
            },
          ],
        },
        { role: 'tool', tool_call_id: 'c'.repeat(41), name: 'look', content: 'nothing' },
      ],
      tools: [{ type: 'web_search', max_results: 3 }],
      response_format: { type: 'json_object' },
      reasoning_effort: 'none',
      thinking: { type: 'disabled' },
    },
  ],
  [
    'responses',
    {
      input: [
        { role: 'system', content: 'Be brief.' },
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [
            { type: 'summary_text', text: 'A' },
            { type: 'summary_text', text: 'B' },
          ],
          content: [{ type: 'reasoning_text', text: 'C' }],
        },
        {
          type: 'message',
          id: 'msg_1',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'I look.', annotations: [], logprobs: [] }],
        },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I see.' }] },
        {
          type: 'function_call',
          id: 'fc_1',
          call_id: 'call_1',
          name: 'look',
          arguments: '',
          status: 'completed',
        },
        { type: 'function_call_output', id: 'fco_1', call_id: 'call_1', output: '', status: 'completed' },
        { type: 'item_reference', id: 'msg_0' },
      ],
      previous_response_id: 'resp_1',
      prompt: { id: 'pmpt_1', version: '2', variables: { city: 'Paris' } },
      tools: [{ type: 'function', name: 'look', parameters: SCHEMA }],
      tool_choice: { type: 'mcp', server_label: 'crm', name: 'find' },
      background: false,
      store: false,
      truncation: 'disabled',
      include: ['reasoning.encrypted_content', 'file_search_call.results'],
      reasoning: { effort: 'none', generate_summary: 'concise' },
      max_output_tokens: 5,
    },
  ],
  [
    'responses',
    {
      input: 'Hi',
      text: { format: { type: 'text' } },
      reasoning: { effort: 'high' },
      include: ['message.input_image.image_url'],
      top_logprobs: 2,
      store: false,
    },
  ],
  [
    'messages',
    {
      messages: [{ role: 'user', content: 'Hi' }],
      system: 'Be brief.',
      max_tokens: 5,
      thinking: { type: 'adaptive', display: 'omitted' },
      output_config: { effort: 'low', task_budget: { type: 'tokens', total: 1000 } },
      output_format: { type: 'json_schema', schema: SCHEMA },
      tool_choice: { type: 'tool', name: 'look' },
      tools: [{ name: 'look', input_schema: SCHEMA }],
      top_k: 0,
      service_tier: 'standard_only',
      context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] },
    },
  ],
  [
    'messages',
    {
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'A' }] },
        { role: 'user', content: [{ type: 'text', text: 'B' }] },
        { role: 'system', content: 'From now on in French.' },
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'ewid_functions_002elook', name: 'look', input: { a: { b: [1, 2] } } },
            { type: 'text', text: 'I look. ' },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'C' },
            {
              type: 'tool_result',
              tool_use_id: 'ewid_functions_002elook',
              content: [
                { type: 'text', text: 'nothing' },
                { type: 'image', source: { type: 'file', file_id: 'file_1' } },
              ],
              is_error: false,
            },
            {
              type: 'document',
              source: { type: 'content', content: [{ type: 'text', text: 'Once' }] },
            },
          ],
        },
      ],
      thinking: { type: 'disabled' },
      max_tokens: 2000,
    },
  ],
  [
    'gemini.generateContent',
    {
      system_instruction: { role: 'system', parts: [{ text: 'Be brief.' }] },
      contents: [
        { parts: [{ text: 'A' }] },
        { role: 'user', parts: [{ text: 'B' }] },
        {
          role: 'model',
          parts: [
            { text: 'C' },
            { text: 'D' },
            { functionCall: { name: 'look', args: { a: 1, b: 2 } } },
            { functionCall: { name: 'look' } },
          ],
        },
        {
          role: 'function',
          parts: [
            { function_response: { name: 'look', response: { output: '{"a":1}' } } },
            { function_response: { name: 'look', response: { error: 'none' }, willContinue: true } },
          ],
        },
        { role: 'user', parts: [{ inline_data: { mime_type: 'image/png', data: 'AA-_' } }] },
      ],
      tools: [
        {
          function_declarations: [
            {
              name: 'look',
              parameters: {
                type: 'OBJECT',
                properties: { a: { type: 'STRING', nullable: true }, b: { type: 'INTEGER', minimum: 1 } },
                propertyOrdering: ['b', 'a'],
              },
            },
          ],
        },
        { function_declarations: [{ name: 'see', description: 'Sees.' }] },
      ],
      tool_config: { function_calling_config: { mode: 'VALIDATED', stream_function_call_arguments: true } },
      generation_config: {
        response_mime_type: 'application/json',
        response_schema: { type: 'ARRAY', items: { type: 'STRING', format: 'enum', enum: ['a', 'b'] } },
        thinking_config: { thinking_budget: -1, include_thoughts: true },
        logprobs: 3,
        seed: -7,
        max_output_tokens: 10,
      },
      service_tier: 'flex',
    },
  ],
  [
    'gemini.generateContent',
    {
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
      systemInstruction: 'Be brief.',
      generationConfig: { responseMimeType: 'text/plain', thinkingConfig: { thinkingLevel: 'LOW' } },
    },
  ],
];
