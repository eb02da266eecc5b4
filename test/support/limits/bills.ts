/** What a vendor bills, in the words of each wire form: whole answers and streams with the usage that a test chose. */

/** `input` includes what was read from and written to the vendor's cache, `output` includes reasoning. */
export interface VendorBill {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly reasoning?: number;
}

const data = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const event = (value: { readonly type: string }): string => `event: ${value.type}\n${data(value)}`;

/** Whole, and in pieces: what comes before content, a piece of content, and the end with its usage. */
export interface BilledForm {
  whole(bill: VendorBill, text: string): object;
  readonly preamble: string;
  content(text: string): string;
  end(bill: VendorBill): string;
}

export const openAiUsage = ({ input, output, cacheRead = 0, reasoning = 0 }: VendorBill): object => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cacheRead },
  completion_tokens_details: { reasoning_tokens: reasoning },
});

const chunk = (fields: object): string =>
  data({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm', ...fields });
const choice = (delta: object, finish: string | null = null): string =>
  chunk({ choices: [{ index: 0, delta, finish_reason: finish }] });

const chat: BilledForm = {
  whole: (bill, content) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content, refusal: null }, finish_reason: 'stop' }],
    usage: openAiUsage(bill),
  }),
  preamble: choice({ role: 'assistant', content: '' }),
  content: (content) => choice({ content }),
  end: (bill) => `${choice({}, 'stop')}${chunk({ choices: [], usage: openAiUsage(bill) })}data: [DONE]\n\n`,
};

const textChunk = (text: string, finish: string | null, fields: object = {}): object => ({
  id: 'cmpl-1',
  object: 'text_completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, text, logprobs: null, finish_reason: finish }],
  ...fields,
});

const completions: BilledForm = {
  whole: (bill, text) => textChunk(text, 'stop', { usage: openAiUsage(bill) }),
  preamble: '',
  content: (text) => data(textChunk(text, null)),
  end: (bill) =>
    data(textChunk('', 'stop')) +
    data(textChunk('', null, { choices: [], usage: openAiUsage(bill) })) +
    'data: [DONE]\n\n',
};

const responsesUsage = ({ input, output, cacheRead = 0, reasoning = 0 }: VendorBill): object => ({
  input_tokens: input,
  input_tokens_details: { cached_tokens: cacheRead },
  output_tokens: output,
  output_tokens_details: { reasoning_tokens: reasoning },
  total_tokens: input + output,
});

const responseObject = (status: string, text: string | null, bill: VendorBill | null): object => ({
  id: 'resp_upstream_0001',
  object: 'response',
  created_at: 1,
  status,
  error: null,
  incomplete_details: null,
  model: 'm',
  output:
    text === null
      ? []
      : [
          {
            id: 'msg_1',
            type: 'message',
            status: 'completed',
            role: 'assistant',
            content: [{ type: 'output_text', text, annotations: [] }],
          },
        ],
  usage: bill === null ? null : responsesUsage(bill),
});
const responsesEvent = (sequence_number: number, type: string, fields: object): string =>
  event({ type, sequence_number, ...fields } as { type: string });
const PLACE = { item_id: 'msg_1', output_index: 0, content_index: 0 };

const responses: BilledForm = {
  whole: (bill, text) => responseObject('completed', text, bill),
  preamble: responsesEvent(0, 'response.created', { response: responseObject('in_progress', null, null) }),
  content: (text) =>
    responsesEvent(1, 'response.output_item.added', {
      output_index: 0,
      item: { id: 'msg_1', type: 'message', status: 'in_progress', role: 'assistant', content: [] },
    }) +
    responsesEvent(2, 'response.content_part.added', {
      ...PLACE,
      part: { type: 'output_text', text: '', annotations: [] },
    }) +
    responsesEvent(3, 'response.output_text.delta', { ...PLACE, delta: text }),
  end: (bill) =>
    responsesEvent(4, 'response.completed', { response: responseObject('completed', 'ok', bill) }),
};

/** Anthropic's input is what was neither read from a cache nor written to it. */
const anthropicUsage = ({ input, output, cacheRead = 0, cacheWrite = 0 }: VendorBill): object => ({
  input_tokens: input - cacheRead - cacheWrite,
  cache_read_input_tokens: cacheRead,
  cache_creation_input_tokens: cacheWrite,
  output_tokens: output,
});
const message = (content: readonly object[], stop: string | null, usage: object): object => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content,
  stop_reason: stop,
  stop_sequence: null,
  usage,
});

/** Its stream tells the input at the start and again, with the output, at the end. */
const messages = (bill: VendorBill): BilledForm => ({
  whole: (_, text) => message([{ type: 'text', text }], 'end_turn', anthropicUsage(bill)),
  preamble:
    event({
      type: 'message_start',
      message: message([], null, { ...anthropicUsage(bill), output_tokens: 1 }),
    } as { type: string }) +
    event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } } as {
      type: string;
    }),
  content: (text) =>
    event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } } as {
      type: string;
    }),
  end: () =>
    event({ type: 'content_block_stop', index: 0 } as { type: string }) +
    event({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: anthropicUsage(bill),
    } as { type: string }) +
    event({ type: 'message_stop' }),
});

/** Gemini's candidates do not include thoughts. */
const geminiUsage = ({ input, output, cacheRead = 0, reasoning = 0 }: VendorBill): object => ({
  promptTokenCount: input,
  cachedContentTokenCount: cacheRead,
  candidatesTokenCount: output - reasoning,
  thoughtsTokenCount: reasoning,
  totalTokenCount: input + output,
});
const candidate = (text: string, finish: object = {}): object => ({
  content: { role: 'model', parts: [{ text }] },
  index: 0,
  ...finish,
});
const generated = (candidates: readonly object[], fields: object = {}): object => ({
  candidates,
  modelVersion: 'm',
  responseId: 'r1',
  ...fields,
});

const gemini: BilledForm = {
  whole: (bill, text) =>
    generated([candidate(text, { finishReason: 'STOP' })], { usageMetadata: geminiUsage(bill) }),
  preamble: '',
  content: (text) => data(generated([candidate(text)])),
  end: (bill) =>
    data(generated([candidate('', { finishReason: 'STOP' })], { usageMetadata: geminiUsage(bill) })),
};

/** The form of a path, for this bill; `null` where nothing streams or is written in turns. */
export function formOf(path: string, bill: VendorBill): BilledForm | null {
  if (path.endsWith('/chat/completions')) return chat;
  if (path.endsWith('/completions')) return completions;
  if (path.endsWith('/responses')) return responses;
  if (path.endsWith('/messages')) return messages(bill);
  return /:(stream)?[gG]enerateContent/.test(path) ? gemini : null;
}

/** What is no turn of a conversation: its whole answer, or bytes of sound. */
export function sideAnswer(path: string, body: Buffer, bill: VendorBill): object | Buffer {
  const [, operation = ''] = /([a-zA-Z]+)(?:\?.*)?$/.exec(path) ?? [];
  switch (operation) {
    case 'embeddings':
      return {
        object: 'list',
        model: 'm',
        data: [{ object: 'embedding', index: 0, embedding: embeddingFor(body) }],
        usage: { prompt_tokens: bill.input, total_tokens: bill.input },
      };
    case 'batchEmbedContents':
      return { embeddings: [{ values: [1, 0.5] }] };
    case 'embedContent':
      return { embedding: { values: [1, 0.5] } };
    case 'rerank':
      return { results: [{ index: 0, relevance_score: 0.5 }], usage: { total_tokens: bill.input } };
    case 'moderations':
      return {
        id: 'modr-1',
        model: 'm',
        results: [{ flagged: false, categories: {}, category_scores: {} }],
      };
    case 'generations':
    case 'edits':
    case 'variations':
      return {
        created: 1,
        data: [{ b64_json: 'aGk=' }],
        usage: {
          input_tokens: bill.input,
          output_tokens: bill.output,
          total_tokens: bill.input + bill.output,
        },
      };
    case 'speech':
      return Buffer.from('sound');
    default:
      return {
        text: 'hi',
        usage: {
          type: 'tokens',
          input_tokens: bill.input,
          output_tokens: bill.output,
          total_tokens: bill.input + bill.output,
        },
      };
  }
}

const embeddingFor = (body: Buffer): number[] | string =>
  body.includes('"base64"') ? Buffer.from(new Float32Array([1, 0.5]).buffer).toString('base64') : [1, 0.5];
