import { describe, expect, it } from 'vitest';
import { ask, CHAT, call, say } from './support.ts';

const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, unit: { enum: ['C', 'F'] }, hours: { type: 'integer' } },
      required: ['city', 'unit'],
    },
  },
};
const clock = { type: 'function', function: { name: 'get_weather_clock' } };
const tools = [weather, clock];
const named = (name: string) => ({ type: 'function', function: { name } });
const allowed = (mode: string, ...names: string[]) => ({
  type: 'allowed_tools',
  allowed_tools: { mode, tools: names.map(named) },
});

async function callsFor(fields: Record<string, unknown>) {
  const answer = await ask(CHAT, { model: 'sim-fast', messages: say('Hello'), tools, ...fields });
  return answer.choices[0];
}
const namesFor = async (fields: Record<string, unknown>) =>
  (await callsFor(fields))?.message.tool_calls?.map((tool) => tool.function.name) ?? [];

describe('tool calls of the simulator', () => {
  it('calls a named function with arguments that its schema accepts', async () => {
    const choice = await callsFor({ tool_choice: named('get_weather') });
    expect(choice).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: null,
        refusal: null,
        tool_calls: [
          { type: 'function', function: { name: 'get_weather', arguments: '{"city":"example","unit":"C"}' } },
        ],
      },
    });
    expect(choice?.message.tool_calls?.[0]?.id).toMatch(/^[a-zA-Z0-9_-]{1,40}$/);
  });

  it('gives {} to a function without parameters', async () => {
    const choice = await callsFor({ tool_choice: named('get_weather_clock') });
    expect(choice?.message.tool_calls?.[0]?.function.arguments).toBe('{}');
  });

  it.each([
    ['no tool for a message that mentions none', 'auto', 'Hello', []],
    ['the one that the message mentions', 'auto', 'Call get_weather, please.', ['get_weather']],
    ['not one whose name is only part of a word', undefined, 'get_weather_clock!', ['get_weather_clock']],
    [
      'all that the message mentions',
      'auto',
      '`get_weather` and get_weather_clock',
      ['get_weather', 'get_weather_clock'],
    ],
    ['the first when a call is required', 'required', 'Hello', ['get_weather']],
    ['the mentioned one when a call is required', 'required', 'get_weather_clock', ['get_weather_clock']],
    ['no tool with none', 'none', 'get_weather', []],
    ['an allowed one', allowed('required', 'get_weather_clock'), 'get_weather', ['get_weather_clock']],
    ['no unmentioned one of those allowed', allowed('auto', 'get_weather_clock'), 'get_weather', []],
  ])('calls %s', async (_, tool_choice, message, names) => {
    expect(await namesFor({ tool_choice, messages: say(message) })).toEqual(names);
  });

  it('calls one function only when parallel calls are switched off', async () => {
    const messages = say('get_weather and get_weather_clock');
    expect(await namesFor({ messages, parallel_tool_calls: false })).toEqual(['get_weather']);
  });

  it('answers a tool result with text, even where a call is required', async () => {
    const messages = [...say('get_weather'), { role: 'tool', tool_call_id: 'call_1', content: '20' }];
    const choice = await callsFor({ messages, tool_choice: 'required' });
    expect(choice).toMatchObject({ finish_reason: 'stop', message: { content: expect.any(String) } });
  });

  it('gives calls of one answer different ids, choices included', async () => {
    const answer = await ask(CHAT, {
      model: 'sim-fast',
      messages: say('get_weather and get_weather_clock'),
      tools,
      n: 2,
    });
    const ids = answer.choices.flatMap((choice) => choice.message.tool_calls?.map((tool) => tool.id));
    expect(new Set(ids).size).toBe(4);
  });

  it('cuts arguments at max_tokens', async () => {
    const choice = await callsFor({ tool_choice: 'required', max_tokens: 2 });
    expect(choice).toMatchObject({
      finish_reason: 'length',
      message: { tool_calls: [{ function: { arguments: '{"city":' } }] },
    });
  });

  it.each([
    ['tool_choice', { tools, tool_choice: named('nobody') }],
    ['tool_choice', { tools, tool_choice: allowed('auto', 'nobody') }],
    [
      'tools',
      {
        tools: [{ type: 'function', function: { name: 'f', parameters: { $ref: '#' } } }],
        tool_choice: 'required',
      },
    ],
  ])('refuses what it cannot call, naming %s', async (param, fields) => {
    const response = await call(CHAT, { model: 'sim-fast', messages: say('x'), ...fields });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param } });
  });
});
