/** Points of real provider traffic that no codec's own suite names; each as small as it can be shown. */
import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../../src/dialects/anthropic-messages/codec.ts';
import { bedrockConverse } from '../../../src/dialects/bedrock-converse/codec.ts';
import type { CanonicalEvent } from '../../../src/dialects/canonical.ts';
import { gemini } from '../../../src/dialects/gemini/codec.ts';
import { openaiChat } from '../../../src/dialects/openai-chat/codec.ts';
import { openaiResponses } from '../../../src/dialects/openai-responses/codec.ts';
import { DOOR_CODECS, UPSTREAM_CODECS } from '../../../src/dialects/registry.ts';
import { decodeStream } from '../../support/codec-streams.ts';

const texts = (events: readonly CanonicalEvent[]): string =>
  events.map((event) => (event.type === 'part-delta' ? event.text : '')).join('');

describe('streams', () => {
  it('wire 5: comment lines before and between chunks are no data', () => {
    const chunk = (delta: object, finish: string | null) =>
      `data: ${JSON.stringify({ id: 'a', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
    const comment = ': OPENROUTER PROCESSING\n\n';
    const events = decodeStream(
      openaiChat,
      `${comment + comment + chunk({ content: 'Hi' }, null) + comment + chunk({}, 'stop')}data: [DONE]\n\n`,
    );
    expect(texts(events)).toBe('Hi');
    expect(events.filter(({ type }) => type === 'finish')).toHaveLength(1);
  });

  it('traps C7, wire 23: a first chunk without choices begins nothing and breaks nothing', () => {
    const filter = {
      choices: [],
      id: '',
      model: '',
      object: '',
      prompt_filter_results: [{ prompt_index: 0 }],
    };
    const chunk = { id: 'a', choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: 'stop' }] };
    const events = decodeStream(
      openaiChat,
      [filter, chunk].map((one) => `data: ${JSON.stringify(one)}\n\n`).join(''),
    );
    expect(texts(events)).toBe('Hi');
    expect(events.find(({ type }) => type === 'start')).toMatchObject({ id: 'a' });
  });

  it('wire 64: the model that answered is told, not the one that was asked', () => {
    const message = {
      id: 'msg_1',
      model: 'claude-other',
      content: [],
      usage: { input_tokens: 1, output_tokens: 1 },
    };
    const events = decodeStream(
      anthropicMessages,
      `event: message_start\ndata: ${JSON.stringify({ type: 'message_start', message })}\n\n`,
    );
    expect(events.find(({ type }) => type === 'start')).toMatchObject({ model: 'claude-other' });
  });
});

describe('answers', () => {
  const candidate = (parts: object[], finishReason: string) => ({
    candidates: [{ index: 0, content: { role: 'model', parts }, finishReason }],
  });

  it('wire 32: a Gemini answer with a call ends with tool calls, whatever its reason says', () => {
    const answer = gemini.decodeAnswer(candidate([{ functionCall: { name: 'f', args: {} } }], 'STOP'));
    expect(answer?.choices[0]).toMatchObject({ finish: 'tool-calls', nativeFinish: 'STOP' });
  });

  it('wire 45: a call of a tool that nobody declared is a call, with the vendor’s own word', () => {
    const answer = gemini.decodeAnswer(
      candidate([{ functionCall: { name: 'list_files', args: {} } }], 'UNEXPECTED_TOOL_CALL'),
    );
    expect(answer?.choices[0]).toMatchObject({ finish: 'tool-calls', nativeFinish: 'UNEXPECTED_TOOL_CALL' });
    expect(answer?.choices[0]?.parts).toMatchObject([{ type: 'tool-call', name: 'list_files' }]);
  });

  it('wire 53: a Nova answer that ends with its stop sequence keeps its text and its ending', () => {
    const answer = bedrockConverse.decodeAnswer({
      output: { message: { role: 'assistant', content: [{ text: 'The city of Paris' }] } },
      stopReason: 'end_turn',
      usage: { inputTokens: 25, outputTokens: 4, totalTokens: 29 },
    });
    expect(answer?.choices[0]).toMatchObject({
      parts: [{ type: 'text', text: 'The city of Paris' }],
      finish: 'stop',
      nativeFinish: 'end_turn',
    });
  });

  it('wire 31: a response made from a stored prompt has a list for instructions', () => {
    const answer = openaiResponses.decodeAnswer({
      id: 'resp_1',
      object: 'response',
      status: 'completed',
      model: 'gpt',
      instructions: [
        { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Be brief' }] },
      ],
      output: [
        {
          type: 'message',
          id: 'msg_1',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'Hi', annotations: [] }],
        },
      ],
    });
    expect(answer?.choices[0]?.parts).toMatchObject([{ type: 'text', text: 'Hi' }]);
  });
});

describe('errors', () => {
  const none = new Headers();

  it.each([
    [
      openaiChat,
      { error: { message: 'No such model', type: 'invalid_request_error', code: 'model_not_found' } },
    ],
    [openaiResponses, { error: { message: 'No such model', param: 'model', code: 'model_not_found' } }],
    [bedrockConverse, { message: 'No such model' }],
  ] as const)('wire 70: an unknown model is read from each of its bodies', (codec, body) => {
    expect(codec.readError(body, none)?.message).toBe('No such model');
  });

  it('wire 74: an overloaded vendor says so in words, whatever its status', () => {
    const body = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    expect(anthropicMessages.readError(body, none)).toMatchObject({
      message: 'Overloaded',
      type: 'overloaded_error',
    });
  });

  it('wire 77: too long a prompt keeps the sentence that is its only sign', () => {
    const said = 'prompt is too long: 3333404 tokens > 200000 maximum';
    const body = { type: 'error', error: { type: 'invalid_request_error', message: said } };
    expect(anthropicMessages.readError(body, none)?.message).toBe(said);
    expect(bedrockConverse.readError({ message: said }, none)?.message).toBe(said);
  });

  it('wire 78: the model’s own mistake keeps its code', () => {
    const error = { code: 'tool_use_failed', message: 'validation failed', type: 'invalid_request_error' };
    expect(openaiChat.readError({ error }, none)).toMatchObject({ code: 'tool_use_failed' });
  });
});

describe('requests', () => {
  const request = openaiChat.decodeRequest({
    model: 'alias',
    messages: [{ role: 'user', content: 'Hi' }],
    max_tokens: 10,
  });

  it.each(Object.values(UPSTREAM_CODECS).map((codec) => [codec.dialect, codec] as const))(
    'traps D16: nothing of ours reaches the body of %s',
    (_, codec) => {
      const { body } = codec.encodeRequest(request, { model: 'upstream-model' });
      const text = JSON.stringify(body);
      expect(text).not.toContain('alias');
      for (const name of [
        'turns',
        'wantsStream',
        'wantsUsage',
        'extra',
        'isEnabled',
        'kind',
        'signer',
        'edgeway',
      ])
        expect(text).not.toContain(`"${name}"`);
    },
  );

  it.each(Object.values(UPSTREAM_CODECS).map((codec) => [codec.dialect, codec] as const))(
    'traps D19: two equal requests become equal bytes for %s',
    (_, codec) => {
      const bytes = () => JSON.stringify(codec.encodeRequest(request, { model: 'm' }));
      expect(bytes()).toBe(bytes());
    },
  );

  it('traps D20: one model has at each host what that host takes', () => {
    const model = 'deepseek-v3';
    const asked = {
      ...request,
      turns: [{ role: 'developer', parts: [{ type: 'text', text: 'Be brief' }] } as const],
    };
    const plain = openaiChat.encodeRequest(asked, { model }).body;
    expect(plain).toMatchObject({ max_tokens: 10, messages: [{ role: 'system' }] });
    const other = openaiChat.encodeRequest(asked, {
      model,
      carries: ['developer', 'max_completion_tokens'],
    }).body;
    expect(other).toMatchObject({ max_completion_tokens: 10, messages: [{ role: 'developer' }] });
  });

  it('traps C21: usage at the start of an Anthropic stream is never zero', () => {
    const stream = DOOR_CODECS['anthropic-messages'].createStreamEncoder(request);
    const start = { type: 'start', id: 'a', model: 'm', created: null, usage: null } as const;
    const [, data = ''] = new TextDecoder().decode(stream.encode(start)).split('data: ');
    expect(JSON.parse(data).message.usage.input_tokens).toBeGreaterThan(0);
  });
});
