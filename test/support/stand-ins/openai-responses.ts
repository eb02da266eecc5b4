/** OpenAI's Responses API: answers, streams and errors as the recordings show them. */
import { type Form, randomId, requireBearer, requirePath, sseEvent } from './form.ts';
import { failLikeOpenAi, refuseLikeOpenAi } from './openai-chat.ts';
import { type HeardResponses, hearResponses } from './openai-responses-rules.ts';
import { cut, type Heard, type Script, type ScriptPart, type ScriptUsage } from './script.ts';
import { seal } from './seal.ts';

export const openAiResponses: Form = {
  dialect: 'openai-responses',
  base: '/v1',
  hear(incoming) {
    requirePath(incoming, '/v1/responses');
    requireBearer(incoming);
    return hearResponses(incoming.body);
  },
  refuse: refuseLikeOpenAi,
  fail: failLikeOpenAi,
  whole: (script, heard) => {
    const output = script.parts.flatMap((part) => itemsOf(part, script, asHeard(heard)));
    return response(script, heard, endOf(script), [...hidden(script, asHeard(heard)), ...output]);
  },
  stream: (script, heard) => ({
    contentType: 'text/event-stream; charset=utf-8',
    pieces: events(script, asHeard(heard)),
  }),
};

/** `hear` made it. */
const asHeard = (heard: Heard): HeardResponses => heard as HeardResponses;

const endOf = ({ finish }: Script): 'completed' | 'incomplete' =>
  finish === 'length' || finish === 'filtered' ? 'incomplete' : 'completed';

const reasonOf = ({ finish }: Script): string =>
  finish === 'filtered' ? 'content_filter' : 'max_output_tokens';

const usageOf = ({ input, cached, output, reasoning }: ScriptUsage): object => ({
  input_tokens: input,
  input_tokens_details: { cached_tokens: cached },
  output_tokens: output,
  output_tokens_details: { reasoning_tokens: reasoning },
  total_tokens: input + output,
});

type Item = Record<string, unknown>;

function response(
  script: Script,
  heard: Heard,
  status: 'in_progress' | 'completed' | 'incomplete' | 'failed',
  output: readonly Item[],
  id = randomId('resp_', 48),
): object {
  const isOver = status !== 'in_progress';
  return {
    id,
    object: 'response',
    created_at: 1_790_000_000,
    status,
    background: false,
    completed_at: status === 'completed' ? 1_790_000_001 : null,
    error: status === 'failed' ? { code: 'server_error', message: 'Broken, says OpenAI.' } : null,
    incomplete_details: status === 'incomplete' ? { reason: reasonOf(script) } : null,
    instructions: null,
    max_output_tokens: heard.limit,
    max_tool_calls: null,
    model: `${heard.model}-2026-05-01`,
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    prompt_cache_key: null,
    reasoning: { effort: null, summary: null },
    safety_identifier: null,
    service_tier: isOver ? 'default' : 'auto',
    store: false,
    temperature: 1,
    text: { format: { type: 'text' }, verbosity: 'medium' },
    tool_choice: 'auto',
    tools: [],
    top_logprobs: 0,
    top_p: 1,
    truncation: 'disabled',
    usage: isOver && status !== 'failed' ? usageOf(script.usage) : null,
    user: null,
    metadata: {},
  };
}

/** An answer that was cut while the model still thought has its reasoning item only. */
function hidden(script: Script, { wantsEncrypted }: HeardResponses): Item[] {
  if (script.parts.length > 0 || script.usage.reasoning === 0) return [];
  const id = randomId('rs_', 48);
  const proof = wantsEncrypted ? { encrypted_content: seal('openai', id) } : {};
  return [{ id, type: 'reasoning', summary: [], ...proof }];
}

function itemsOf(part: ScriptPart, script: Script, { wantsEncrypted, wantsSummary }: HeardResponses): Item[] {
  switch (part.type) {
    case 'redacted':
    case 'reasoning': {
      const id = randomId('rs_', 48);
      const proof = wantsEncrypted ? { encrypted_content: seal('openai', id) } : {};
      const summary =
        wantsSummary && part.type === 'reasoning' ? [{ type: 'summary_text', text: part.text }] : [];
      return [{ id, type: 'reasoning', summary, ...proof }];
    }
    case 'call':
      return [
        {
          id: randomId('fc_', 48),
          type: 'function_call',
          status: 'completed',
          arguments: JSON.stringify(part.args),
          call_id: randomId('call_'),
          name: part.name,
        },
      ];
    case 'text':
    case 'refusal': {
      const content =
        part.type === 'text'
          ? { type: 'output_text', annotations: [], logprobs: [], text: part.text }
          : { type: 'refusal', refusal: part.text };
      const id = randomId('msg_', 48);
      return [{ id, type: 'message', status: endOf(script), content: [content], role: 'assistant' }];
    }
  }
}

function events(script: Script, heard: HeardResponses): string[] {
  const id = randomId('resp_', 48);
  const pieces: string[] = [];
  const emit = (type: string, fields: object): void => {
    pieces.push(sseEvent(type, { type, sequence_number: pieces.length, ...fields }));
  };
  emit('response.created', { response: response(script, heard, 'in_progress', [], id) });
  emit('response.in_progress', { response: response(script, heard, 'in_progress', [], id) });
  const output: Item[] = [];
  const stream = (item: Item, part: ScriptPart | null): void => {
    const isBroken = script.breaks !== undefined;
    streamItem(item, part, output.length, emit, isBroken);
    output.push(item);
  };
  for (const item of hidden(script, heard)) stream(item, null);
  for (const part of script.parts) for (const item of itemsOf(part, script, heard)) stream(item, part);
  if (script.breaks === 'error') {
    const error = {
      type: 'server_error',
      code: 'server_error',
      message: 'Broken, says OpenAI.',
      param: null,
    };
    emit('error', { error });
    emit('response.failed', { response: response(script, heard, 'failed', output, id) });
    return pieces;
  }
  if (script.breaks !== undefined) return pieces;
  const status = endOf(script);
  emit(`response.${status}`, { response: response(script, heard, status, output, id) });
  return pieces;
}

/** A broken item gets its deltas, and no `done`. */
function streamItem(
  item: Item,
  part: ScriptPart | null,
  index: number,
  emit: (type: string, fields: object) => void,
  isBroken: boolean,
): void {
  const at = { item_id: item.id, output_index: index };
  const begun: Item = { ...item };
  if ('status' in item) begun.status = 'in_progress';
  if ('arguments' in item) begun.arguments = '';
  if ('content' in item) begun.content = [];
  if ('summary' in item) begun.summary = [];
  // The proof at the start is of a thought that has only begun: the last one counts.
  if ('encrypted_content' in item)
    begun.encrypted_content = `${String(item.encrypted_content).slice(0, 12)}AAAA`;
  emit('response.output_item.added', { output_index: index, item: begun });
  if (part?.type === 'reasoning' && Array.isArray(item.summary) && item.summary.length > 0) {
    const place = { ...at, summary_index: 0 };
    emit('response.reasoning_summary_part.added', { ...place, part: { type: 'summary_text', text: '' } });
    for (const delta of cut(part.text)) emit('response.reasoning_summary_text.delta', { ...place, delta });
    emit('response.reasoning_summary_text.done', { ...place, text: part.text });
    emit('response.reasoning_summary_part.done', {
      ...place,
      part: { type: 'summary_text', text: part.text },
    });
  }
  if (part?.type === 'call') {
    for (const delta of cut(String(item.arguments))) {
      emit('response.function_call_arguments.delta', { ...at, delta, obfuscation: 'q' });
    }
    if (isBroken) return;
    emit('response.function_call_arguments.done', { ...at, arguments: item.arguments });
  }
  if (part?.type === 'text' || part?.type === 'refusal') {
    const place = { ...at, content_index: 0 };
    const isText = part.type === 'text';
    const [whole] = item.content as Item[]; // made above
    emit('response.content_part.added', { ...place, part: { ...whole, [isText ? 'text' : 'refusal']: '' } });
    const kind = isText ? 'response.output_text' : 'response.refusal';
    const beside = isText ? { logprobs: [] } : {};
    for (const delta of cut(part.text)) emit(`${kind}.delta`, { ...place, delta, ...beside });
    if (isBroken) return;
    emit(`${kind}.done`, { ...place, [isText ? 'text' : 'refusal']: part.text, ...beside });
    emit('response.content_part.done', { ...place, part: whole });
  }
  emit('response.output_item.done', { output_index: index, item });
}
