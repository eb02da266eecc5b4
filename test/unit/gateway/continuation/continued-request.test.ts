import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../../../src/dialects/anthropic-messages/codec.ts';
import { openaiChat } from '../../../../src/dialects/openai-chat/codec.ts';
import { continuedRequest } from '../../../../src/gateway/continuation/continued-request.ts';
import { assistant, requestWith, text, user } from '../../../support/canonical.ts';

const messagesFor = (request: Parameters<typeof continuedRequest>[0], said: string, mark: string | null) =>
  openaiChat.encodeRequest(continuedRequest(request, said, mark), { model: 'm' }).body.messages;

describe('continuedRequest', () => {
  it('ends with what was said, without the blanks at its end', () => {
    const { body } = anthropicMessages.encodeRequest(
      continuedRequest(requestWith({ turns: [user('Hi')] }), 'Hello \n', null),
      { model: 'claude-sonnet-4-5' },
    );
    expect(body.messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'Hello' }] },
    ]);
  });

  it('marks the turn where the vendor wants it marked', () => {
    expect(messagesFor(requestWith(), 'Hello', 'prefix')).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello', prefix: true },
    ]);
  });

  it('makes one turn of a beginning of the client’s and what was said', () => {
    const request = requestWith({ turns: [user('Hi'), assistant(text('{"a'))] });
    expect(messagesFor(request, '": 1,', null)).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: '{"a": 1,' },
    ]);
  });

  it('asks anew where nothing but blanks was said', () => {
    expect(messagesFor(requestWith(), ' \n', 'prefix')).toEqual([{ role: 'user', content: 'Hi' }]);
  });

  it.each([
    [100, 'x'.repeat(40), 90],
    [100, 'x'.repeat(41), 89],
    [100, 'x'.repeat(4000), 1],
    [null, 'x'.repeat(4000), null],
  ])('lowers a limit of %s tokens by what was said', (maxOutputTokens, said, left) => {
    expect(continuedRequest(requestWith({ maxOutputTokens }), said, null).maxOutputTokens).toBe(left);
  });

  it('lets nobody think a second time', () => {
    const reasoning = { isEnabled: true, effort: 'high', budgetTokens: null };
    expect(continuedRequest(requestWith({ reasoning }), 'Hello', null).reasoning).toBeNull();
  });
});
