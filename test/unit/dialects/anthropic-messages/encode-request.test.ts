import { describe, expect, it } from 'vitest';
import type { CanonicalRequest, Part, Turn } from '../../../../src/dialects/canonical.ts';
import { refusedField } from '../../../support/refused-field.ts';
import { assistant, call, encode, request, result, TOOL, text, thought, user } from './support.ts';

const messagesOf = (turns: readonly Turn[], fields: Partial<CanonicalRequest> = {}) =>
  encode({ turns, ...fields }).body.messages;
const parts = (...content: Part[]): Turn => ({ role: 'user', parts: content });
const blocks = (...content: Part[]) =>
  (messagesOf([parts(...content)]) as { content: unknown[] }[])[0]?.content;
const refusalOf = (fields: Partial<CanonicalRequest>, model?: string): string | null =>
  refusedField(() => encode(fields, model));

describe('system and messages', () => {
  it('gathers system and developer turns in order, wherever they stand (D4)', () => {
    const { body } = encode({
      turns: [
        { role: 'system', parts: [text('One')] },
        user('Hi'),
        { role: 'developer', parts: [text('Two'), text('Three')] },
        assistant(text('Hello')),
        { role: 'system', parts: [text('Four')] },
        user('Go on'),
      ],
    });
    expect(body.system).toEqual(['One', 'Two', 'Three', 'Four'].map(text));
    expect(body.messages).toEqual([
      { role: 'user', content: [text('Hi')] },
      { role: 'assistant', content: [text('Hello')] },
      { role: 'user', content: [text('Go on')] },
    ]);
  });

  it('merges neighbours of one role instead of putting blanks between them (D4)', () => {
    expect(messagesOf([user('A'), user('B'), assistant(text('C')), assistant(text('D')), user('E')])).toEqual(
      [
        { role: 'user', content: [text('A'), text('B')] },
        { role: 'assistant', content: [text('C'), text('D')] },
        { role: 'user', content: [text('E')] },
      ],
    );
  });

  it('puts parallel results into one user message, before everything else there (D2)', () => {
    const turns = [
      user('Hi'),
      assistant(call('a'), call('b')),
      result('a', '1'),
      user('And?'),
      result('b', '2'),
    ];
    expect(messagesOf(turns)).toMatchObject([
      { role: 'user' },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'a' },
          { type: 'tool_use', id: 'b' },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: '1' }] },
          { type: 'tool_result', tool_use_id: 'b' },
          { type: 'text', text: 'And?' },
        ],
      },
    ]);
  });

  describe('empty content, by the matrix of experientiallabs/experiential#804 (D3)', () => {
    const ask = user('Hi');
    const more = user('More');
    it.each<[string, Turn, unknown]>([
      ['an empty text beside a call is left out', assistant(text(''), call('a')), [{ type: 'tool_use' }]],
      [
        'a blank text beside a call stays',
        assistant(text('\n\n'), call('a')),
        [{ type: 'text', text: '\n\n' }, { type: 'tool_use' }],
      ],
      ['a blank text beside another stays', assistant(text(' '), text('ok')), [text(' '), text('ok')]],
    ])('%s', (_, turn, content) => {
      expect(messagesOf([ask, turn, more])).toMatchObject([{}, { role: 'assistant', content }, {}]);
    });

    it.each<[string, Turn]>([
      ['an assistant turn of an empty text', assistant(text(''))],
      ['an assistant turn of blanks', assistant(text(' '))],
      ['an assistant turn without parts', assistant()],
      ['a user turn of blanks', user('\n')],
      ['a user turn of an empty text', user('')],
    ])('%s is left out, and its neighbours are merged', (_, turn) => {
      expect(messagesOf([ask, turn, more])).toEqual([{ role: 'user', content: [text('Hi'), text('More')] }]);
    });

    it.each([
      ['', 'empty'],
      [' ', 'blank'],
    ])('the last question %j may not be %s', (question) => {
      expect(refusalOf({ turns: [ask, assistant(text('Yes')), user(question)] })).toBe('messages[2].content');
    });

    it.each([[''], ['  ']])('a system prompt %j is left out', (prompt) => {
      expect(encode({ turns: [{ role: 'system', parts: [text(prompt)] }, ask] }).body).not.toHaveProperty(
        'system',
      );
    });

    it('an empty result has no content, an empty text in it is left out', () => {
      const emptyResult: Part = {
        type: 'tool-result',
        callId: 'a',
        name: null,
        content: [{ type: 'text', text: '' }],
        isError: true,
      };
      const empty: Turn = {
        role: 'tool',
        parts: [emptyResult],
      };
      const messages = messagesOf([ask, assistant(call('a')), empty]);
      expect(messages).toMatchObject([{}, {}, { content: [{ type: 'tool_result', is_error: true }] }]);
      expect(JSON.stringify(messages)).not.toContain('"text":""');
    });

    it('refuses a conversation that has nothing in it', () => {
      expect(refusalOf({ turns: [{ role: 'system', parts: [text('One')] }] })).toBe('messages');
    });
  });

  it('trims the end of a prefilled answer (vercel/ai#2124)', () => {
    expect(messagesOf([user('Hi'), assistant(text('It is '))])).toMatchObject([
      {},
      { content: [text('It is')] },
    ]);
  });
});

describe('parts', () => {
  it.each<[string, Part, object]>([
    [
      'image URL',
      { type: 'image', source: { kind: 'url', url: 'https://a.test/b.png' } },
      { source: { type: 'url', url: 'https://a.test/b.png' } },
    ],
    [
      'image bytes, with the type that the API knows',
      { type: 'image', source: { kind: 'inline', mediaType: 'image/jpg', data: 'AA==' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'AA==' } },
    ],
    [
      'PDF',
      { type: 'file', name: 'a.pdf', source: { kind: 'inline', mediaType: 'application/pdf', data: 'AA==' } },
      {
        type: 'document',
        title: 'a.pdf',
        source: { type: 'base64', media_type: 'application/pdf', data: 'AA==' },
      },
    ],
    [
      'text file',
      { type: 'file', name: 'ä.md', source: { kind: 'inline', mediaType: 'text/markdown', data: 'w6Q=' } },
      { type: 'document', title: 'ä.md', source: { type: 'text', media_type: 'text/plain', data: 'ä' } },
    ],
    [
      'file URL',
      { type: 'file', name: null, source: { kind: 'url', url: 'https://a.test/a.pdf' } },
      { type: 'document', source: { type: 'url', url: 'https://a.test/a.pdf' } },
    ],
    ['refusal', { type: 'refusal', text: 'No' }, { type: 'text', text: 'No' }],
    [
      'cache marker',
      { type: 'text', text: 'Long', cacheMarker: { ttl: '1h' } },
      { type: 'text', text: 'Long', cache_control: { type: 'ephemeral', ttl: '1h' } },
    ],
    [
      'fields that only this form has',
      {
        type: 'file',
        name: null,
        source: { kind: 'url', url: 'u' },
        extra: { 'anthropic-messages': { citations: { enabled: true } } },
      },
      { type: 'document', source: { type: 'url', url: 'u' }, citations: { enabled: true } },
    ],
    [
      'block of this form',
      {
        type: 'opaque',
        dialect: 'anthropic-messages',
        value: { type: 'container_upload', file_id: 'file_1' },
      },
      { type: 'container_upload', file_id: 'file_1' },
    ],
  ])('%s', (_, part, block) => {
    expect(blocks(part)).toMatchObject([block]);
  });

  it.each<[string, Part]>([
    ['audio', { type: 'audio', data: 'AA==', format: 'wav' }],
    [
      'a Word file',
      { type: 'file', name: null, source: { kind: 'inline', mediaType: 'application/msword', data: 'AA==' } },
    ],
    ['a file of another provider', { type: 'file', name: null, source: { kind: 'file-id', id: 'file-abc' } }],
  ])('refuses %s, naming where it stands', (_, part) => {
    expect(refusalOf({ turns: [parts(text('Hi'), part)] })).toBe('messages[0].content[1]');
  });

  it('sends signed and redacted thinking back byte for byte, and leaves unsigned out visibly (D13)', () => {
    const signed = thought('Hm\r\n ', 'Ep+/=');
    const redacted: Part = { ...thought(''), redacted: 'Eq==', signer: 'anthropic' };
    const foreign: Part[] = [
      thought('Hm', 'g', 'google'),
      thought('Hm', 'x', 'other'),
      { ...redacted, signer: 'openai' },
    ];
    const { body, dropped } = encode({
      turns: [user('Hi'), assistant(signed, redacted, thought('Hm'), ...foreign, text('Yes')), user('Why?')],
    });
    expect(body.messages).toMatchObject([
      {},
      {
        content: [
          { type: 'thinking', thinking: 'Hm\r\n ', signature: 'Ep+/=' },
          { type: 'redacted_thinking', data: 'Eq==' },
          { type: 'text' },
        ],
      },
      {},
    ]);
    expect(dropped).toEqual(['messages.reasoning_content']);
  });

  it('keeps ids apart that a plain replacement would make one, alike for call and result (D1)', () => {
    const messages = messagesOf([
      user('Hi'),
      assistant(call('a.b'), call('a:b')),
      result('a.b'),
      result('a:b'),
    ]);
    const [, calls, results] = messages as { content: { id?: string; tool_use_id?: string }[] }[];
    const ids = calls?.content.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids ?? []) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(results?.content.map((block) => block.tool_use_id)).toEqual(ids);
  });

  it.each([
    ['', {}],
    ['null', {}],
    ['{"a":1}', { a: 1 }],
    ['{"a":', { INVALID_JSON: '{"a":' }],
    ['[1]', { INVALID_JSON: '[1]' }],
  ])('makes an object of the arguments %j (wire 37)', (input, expected) => {
    expect(messagesOf([user('Hi'), assistant(call('a', input)), result('a')])).toMatchObject([
      {},
      { content: [{ input: expected }] },
      {},
    ]);
  });

  it('keeps every digit of large integers in arguments (wire 63)', () => {
    const messages = messagesOf([
      user('Hi'),
      assistant(call('a', '{"n":12345678901234567890}')),
      result('a'),
    ]);
    expect(JSON.stringify(messages)).toContain('{"n":12345678901234567890}');
  });
});

describe('tools', () => {
  const tools = [TOOL];

  it('sends functions with the schema of an object, strict ones closed, and only on the way out (D11)', () => {
    const bare = { ...TOOL, name: 'bare', parameters: null } as const;
    const strict = { ...TOOL, strict: true } as const;
    const marked = {
      ...TOOL,
      cacheMarker: { ttl: null },
      extra: { 'anthropic-messages': { defer_loading: true } },
    };
    expect(encode({ tools: [TOOL, bare, strict, marked] }).body.tools).toEqual([
      { name: 'look', input_schema: TOOL.kind === 'function' ? TOOL.parameters : null },
      { name: 'bare', input_schema: { type: 'object', properties: {} } },
      {
        name: 'look',
        strict: true,
        input_schema: { type: 'object', properties: { at: { type: 'string' } }, additionalProperties: false },
      },
      expect.objectContaining({ defer_loading: true, cache_control: { type: 'ephemeral' } }),
    ]);
    expect(strict.kind === 'function' && strict.parameters).not.toHaveProperty('additionalProperties');
  });

  it('folds variants at the top of a schema, which the API refuses there, and says so', () => {
    const parameters = {
      type: 'object',
      anyOf: [
        { properties: { a: { type: 'string' }, b: {} }, required: ['a', 'b'] },
        { properties: { b: {} }, required: ['b'] },
      ],
    };
    const { body, dropped } = encode({ tools: [{ ...TOOL, parameters } as typeof TOOL] });
    expect(body.tools).toMatchObject([
      { input_schema: { type: 'object', properties: { a: { type: 'string' }, b: {} }, required: ['b'] } },
    ]);
    expect(dropped).toEqual(['tools.parameters.anyOf']);
  });

  it('refuses tools of other vendors and free-text tools', () => {
    const custom = { kind: 'custom', name: 'c', description: null, format: null } as const;
    expect(refusalOf({ tools: [custom] })).toBe('tools[0].type');
    const server = { kind: 'server', dialect: 'openai-responses', value: { type: 'web_search' } } as const;
    expect(refusalOf({ tools: [TOOL, server] })).toBe('tools[1].type');
  });

  describe('tool choice × parallel calls (D5)', () => {
    const named = { kind: 'named', name: 'look' } as const;
    const off = { disable_parallel_tool_use: true };
    it.each<[CanonicalRequest['toolChoice'], boolean | null, object | undefined]>([
      [null, null, undefined],
      [null, true, undefined],
      [null, false, { type: 'auto', ...off }],
      [{ kind: 'auto' }, null, { type: 'auto' }],
      [{ kind: 'auto' }, true, { type: 'auto' }],
      [{ kind: 'auto' }, false, { type: 'auto', ...off }],
      [{ kind: 'none' }, null, { type: 'none' }],
      [{ kind: 'none' }, true, { type: 'none' }],
      [{ kind: 'none' }, false, { type: 'none' }],
      [{ kind: 'required' }, null, { type: 'any' }],
      [{ kind: 'required' }, true, { type: 'any' }],
      [{ kind: 'required' }, false, { type: 'any', ...off }],
      [named, null, { type: 'tool', name: 'look' }],
      [named, true, { type: 'tool', name: 'look' }],
      [named, false, { type: 'tool', name: 'look', ...off }],
    ])('%j, %s', (toolChoice, parallelToolCalls, expected) => {
      expect(encode({ tools, toolChoice, parallelToolCalls }).body.tool_choice).toEqual(expected);
      if (toolChoice?.kind !== 'required' && toolChoice?.kind !== 'named') {
        expect(encode({ toolChoice, parallelToolCalls }).body).not.toHaveProperty('tool_choice');
      }
    });
  });

  it('sends only the allowed tools', () => {
    const other = { ...TOOL, name: 'other' } as typeof TOOL;
    const toolChoice = { kind: 'allowed', mode: 'required', names: ['other'] } as const;
    const { body } = encode({ tools: [TOOL, other], toolChoice });
    expect(body).toMatchObject({ tools: [{ name: 'other' }], tool_choice: { type: 'any' } });
  });

  it('refuses to force a call without tools', () => {
    expect(refusalOf({ toolChoice: { kind: 'required' } })).toBe('tool_choice');
  });

  it.each(['required', 'named'] as const)(
    'does not force (%s) while thinking is on, and says so (D6)',
    (kind) => {
      const toolChoice = kind === 'named' ? ({ kind, name: 'look' } as const) : ({ kind } as const);
      const reasoning = { isEnabled: true, effort: 'low', budgetTokens: null };
      const { body, dropped } = encode({ tools, toolChoice, reasoning, maxOutputTokens: 9000 });
      expect(body.tool_choice).toEqual({ type: 'auto' });
      expect(dropped).toEqual(['tool_choice']);
    },
  );
});

describe('options', () => {
  it.each([
    ['claude-sonnet-4-5-20250929', 32_000],
    ['us.anthropic.claude-opus-4-8-v1:0', 32_000],
    ['claude-3-haiku-20240307', 4096],
    ['kimi-k2', 4096],
  ])('gives %s a limit where the client gave none', (model, limit) => {
    expect(encode({ maxOutputTokens: null }, model).body.max_tokens).toBe(limit);
  });

  it('refuses a limit of zero instead of taking a default (D7)', () => {
    expect(refusalOf({ maxOutputTokens: 0 })).toBe('max_tokens');
  });

  it('sends a schema natively, closed, with unknown keywords told in words (D8, D11)', () => {
    const schema = {
      type: 'object',
      properties: {
        age: { type: 'integer', minimum: 0, description: 'Years' },
        tags: { type: 'array', items: { type: 'object', properties: {} }, minItems: 1 },
        kind: { oneOf: [{ const: 'a' }, { const: 'b' }] },
      },
      required: ['age'],
    };
    const responseFormat = { kind: 'schema', name: 'p', description: null, schema, strict: true } as const;
    const { body, dropped } = encode({ responseFormat });
    expect(body.output_config).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: {
            age: { type: 'integer', description: 'Years\n\n{minimum: 0}' },
            tags: {
              type: 'array',
              items: { type: 'object', properties: {}, additionalProperties: false },
              minItems: 1,
            },
            kind: { anyOf: [{ const: 'a' }, { const: 'b' }] },
          },
          required: ['age'],
          additionalProperties: false,
        },
      },
    });
    expect(dropped).toEqual(['response_format.json_schema.schema.minimum']);
  });

  it('refuses JSON mode and more than one answer', () => {
    expect(refusalOf({ responseFormat: { kind: 'json' } })).toBe('response_format');
    expect(refusalOf({ choices: 2 })).toBe('n');
    expect(refusalOf({ extra: { 'openai-chat': { modalities: ['text', 'audio'] } } })).toBe('modalities');
  });

  it('sends stop sequences but not blank ones (litellm#3286)', () => {
    const { body, dropped } = encode({ stop: ['END', '\n'] });
    expect(body.stop_sequences).toEqual(['END']);
    expect(dropped).toEqual(['stop']);
  });

  it.each<[string, string, Partial<CanonicalRequest>, object, string[]]>([
    ['cuts a high temperature', 'claude-sonnet-4', { temperature: 1.5 }, { temperature: 1 }, ['temperature']],
    [
      'takes both on older models',
      'claude-sonnet-4',
      { temperature: 0, topP: 0.5 },
      { temperature: 0, top_p: 0.5 },
      [],
    ],
    [
      'takes one of two since 4.1',
      'claude-opus-4-1',
      { temperature: 0, topP: 0.5 },
      { temperature: 0 },
      ['top_p'],
    ],
    [
      'takes none after 4.6',
      'claude-opus-4-7',
      { temperature: 0, topP: 0.5, topK: 4 },
      {},
      ['temperature', 'top_p', 'top_k'],
    ],
    [
      'takes the defaults after 4.6',
      'claude-sonnet-5',
      { temperature: 1, topK: null },
      { temperature: 1 },
      [],
    ],
    ['takes top_k', 'claude-sonnet-4-6', { topK: 4 }, { top_k: 4 }, []],
  ])('%s (D17)', (_, model, fields, expected, names) => {
    const { body, dropped } = encode(fields, model);
    const { temperature, top_p, top_k } = body;
    expect(JSON.parse(JSON.stringify({ temperature, top_p, top_k }))).toEqual(expected);
    expect(dropped).toEqual(names);
  });

  it('maps the user, the tier and the stream', () => {
    const { body } = encode({ user: 'u1', serviceTier: 'default', wantsStream: true });
    expect(body).toMatchObject({ metadata: { user_id: 'u1' }, service_tier: 'standard_only', stream: true });
    expect(encode({ serviceTier: 'flex' }).dropped).toEqual(['service_tier']);
  });

  it('gives fields of this form back, and lists those of others', () => {
    const extra = {
      'anthropic-messages': { container: 'c1' },
      'openai-chat': { logit_bias: { 1: 1 }, store: false },
    };
    const { body, dropped } = encode({ extra });
    expect(body.container).toBe('c1');
    expect(dropped).toEqual(['logit_bias']);
  });

  it('makes equal bytes of equal requests (D19)', () => {
    const fields = {
      tools: [TOOL],
      user: 'u',
      temperature: 0.5,
      turns: [user('A'), assistant(call('x.y')), result('x.y')],
    };
    expect(JSON.stringify(encode(fields).body)).toBe(JSON.stringify(encode(structuredClone(fields)).body));
  });
});

describe('reasoning', () => {
  const reasoning = (effort: string | null, budgetTokens: number | null = null) => ({
    reasoning: { isEnabled: true, effort, budgetTokens },
  });

  it.each<[string, Partial<CanonicalRequest>, object, number]>([
    [
      'effort',
      { ...reasoning('high'), maxOutputTokens: 20_000 },
      { type: 'enabled', budget_tokens: 16_384 },
      20_000,
    ],
    [
      'effort, the budget kept below the limit',
      { ...reasoning('high'), maxOutputTokens: 5000 },
      { type: 'enabled', budget_tokens: 4999 },
      5000,
    ],
    [
      'a budget',
      { ...reasoning(null, 3000), maxOutputTokens: 5000 },
      { type: 'enabled', budget_tokens: 3000 },
      5000,
    ],
    [
      'a budget above the default limit',
      { ...reasoning(null, 40_000), maxOutputTokens: null },
      { type: 'enabled', budget_tokens: 40_000 },
      44_096,
    ],
    [
      'a budget that is too small',
      { ...reasoning(null, 10), maxOutputTokens: 5000 },
      { type: 'enabled', budget_tokens: 1024 },
      5000,
    ],
  ])('on a model with budgets, from %s', (_, fields, thinking, maxTokens) => {
    const { body, dropped } = encode(fields);
    expect(body).toMatchObject({ thinking, max_tokens: maxTokens });
    expect(dropped).toEqual([]);
  });

  it.each([
    ['claude-opus-4-8', 'xhigh', 'xhigh', []],
    ['claude-sonnet-4-6', 'xhigh', 'high', ['reasoning_effort']],
    ['claude-opus-4-6', 'max', 'max', []],
    ['claude-sonnet-5', 'minimal', 'low', []],
  ])('on %s, %s becomes the effort %s', (model, effort, expected, names) => {
    const { body, dropped } = encode(reasoning(effort), model);
    expect(body.thinking).toEqual({ type: 'adaptive', display: 'summarized' });
    expect(body.output_config).toEqual({ effort: expected });
    expect(dropped).toEqual(names);
  });

  it('keeps the client’s own budget where the model takes both', () => {
    const { body } = encode({ ...reasoning(null, 3000), maxOutputTokens: 5000 }, 'claude-sonnet-4-6');
    expect(body.thinking).toEqual({ type: 'enabled', budget_tokens: 3000 });
    expect(body).not.toHaveProperty('output_config');
  });

  it('turns a budget into an effort where there are no budgets any more', () => {
    expect(encode(reasoning(null, 10_000), 'claude-opus-4-7').body.output_config).toEqual({
      effort: 'medium',
    });
  });

  it.each([
    ['the limit has no room', { ...reasoning('low'), maxOutputTokens: 1024 }, 'claude-sonnet-4-5'],
    ['the model cannot think', reasoning('low'), 'claude-3-5-haiku-20241022'],
    [
      'the model thinks always',
      { reasoning: { isEnabled: false, effort: 'none', budgetTokens: null } },
      'claude-fable-5',
    ],
  ])('is left out visibly where %s', (_, fields, model) => {
    const { body, dropped } = encode(fields, model);
    expect(body).not.toHaveProperty('thinking');
    expect(dropped).toEqual(['reasoning_effort']);
  });

  it('is off for a turn that goes on after a call of another model, which has no thinking', () => {
    const turns = [user('Hi'), assistant(call('a')), result('a')];
    const { body, dropped } = encode({ turns, ...reasoning('low'), maxOutputTokens: 9000 });
    expect(body).not.toHaveProperty('thinking');
    expect(dropped).toEqual(['reasoning_effort']);
    const whole = [user('Hi'), assistant(thought('Hm', 'E'), call('a')), result('a')];
    expect(encode({ turns: whole, ...reasoning('low'), maxOutputTokens: 9000 }).body).toHaveProperty(
      'thinking',
    );
  });

  it.each([
    ['claude-sonnet-5', 'low', 'low', []],
    ['claude-opus-4-5', 'max', 'high', ['reasoning_effort']],
    ['claude-sonnet-4-5', 'low', undefined, ['reasoning_effort']],
    ['kimi-k2', 'low', undefined, ['reasoning_effort']],
  ])('on %s, an effort of %s that does not ask for thinking is %s', (model, effort, expected, names) => {
    const fields = { reasoning: { isEnabled: null, effort, budgetTokens: null } };
    const { body, dropped } = encode(fields, model);
    expect(body).not.toHaveProperty('thinking');
    expect(body.output_config).toEqual(expected === undefined ? undefined : { effort: expected });
    expect(dropped).toEqual(names);
  });

  it('is switched off in words', () => {
    const fields = { reasoning: { isEnabled: false, effort: 'none', budgetTokens: null } };
    expect(encode(fields, 'claude-sonnet-5').body.thinking).toEqual({ type: 'disabled' });
  });

  it('takes no temperature but 1, and no top_k', () => {
    const { body, dropped } = encode({
      ...reasoning('low'),
      maxOutputTokens: 9000,
      temperature: 0,
      topK: 3,
      topP: 0.97,
    });
    expect(body).not.toHaveProperty('temperature');
    expect(body.top_p).toBe(0.97);
    expect(dropped).toEqual(['temperature', 'top_k']);
  });
});

describe('fields that are dropped', () => {
  it('names nothing for a request that asks for nothing special', () => {
    const fields = {
      frequencyPenalty: 0,
      presencePenalty: 0,
      choices: 1,
      extra: { 'openai-chat': { modalities: ['text'] } },
    };
    expect(encode(fields).dropped).toEqual([]);
    expect(request().extra).toEqual({});
  });
});
