import { describe, expect, it } from 'vitest';
import { openaiChat } from '../../../../src/dialects/openai-chat/codec.ts';
import { openaiResponses } from '../../../../src/dialects/openai-responses/codec.ts';
import { requestWith } from '../../../support/canonical.ts';

const SAMPLING = { temperature: 0, topP: 0.5, frequencyPenalty: 1, presencePenalty: 1 };
const encode = (model: string, fields: object = {}) =>
  openaiChat.encodeRequest(requestWith({ ...SAMPLING, logprobs: { top: 2 }, ...fields }), { model });
const effort = (word: string) => ({ reasoning: { isEnabled: true, effort: word, budgetTokens: null } });

describe('sampling for OpenAI\u2019s models', () => {
  it.each(['gpt-4o', 'gpt-4.1-mini', 'mistral-large', 'llama-3.3'])(
    'traps D17: goes to %s as it came',
    (model) => {
      const { body, dropped } = encode(model);
      expect(body).toMatchObject({
        temperature: 0,
        top_p: 0.5,
        frequency_penalty: 1,
        logprobs: true,
        top_logprobs: 2,
      });
      expect(dropped).toEqual([]);
    },
  );

  it.each(['o3', 'gpt-5', 'gpt-5-mini', 'gpt-6-astra'])(
    'traps D17: is left out and named for %s',
    (model) => {
      const { body, dropped } = encode(model);
      for (const field of [
        'temperature',
        'top_p',
        'frequency_penalty',
        'presence_penalty',
        'logprobs',
        'top_logprobs',
      ]) {
        expect(body).not.toHaveProperty(field);
        expect(dropped).toContain(field);
      }
    },
  );

  it('is taken by a model that is not told to think, and by none that is', () => {
    expect(encode('gpt-5.2').body).toMatchObject({ temperature: 0 });
    expect(
      encode('gpt-5.2', { reasoning: { isEnabled: false, effort: null, budgetTokens: null } }).body,
    ).toMatchObject({
      temperature: 0,
    });
    expect(encode('gpt-5.2', effort('high')).body).not.toHaveProperty('temperature');
  });

  it('that asks for nothing is not named', () => {
    const defaults = { temperature: 1, topP: 1, frequencyPenalty: 0, presencePenalty: 0, logprobs: null };
    expect(encode('gpt-5', defaults).dropped).toEqual([]);
  });

  it('has the same bounds in the Responses form', () => {
    const { body, dropped } = openaiResponses.encodeRequest(requestWith({ temperature: 0, topP: 0.5 }), {
      model: 'o3',
    });
    expect(body).not.toHaveProperty('temperature');
    expect(dropped).toEqual(expect.arrayContaining(['temperature', 'top_p']));
  });
});
