import { describe, expect, it } from 'vitest';
import type { CanonicalRequest, JsonObject } from '../../../../src/dialects/canonical.ts';
import { assistant, CLAUDE, call, encode, NOVA, refusalOf, result, TOOL, user } from './support.ts';

const LLAMA = 'us.meta.llama3-3-70b-instruct-v1:0';
const PROFILE = 'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc123';

const toolConfigOf = (fields: Partial<CanonicalRequest>, model?: string) =>
  encode({ tools: [TOOL], ...fields }, model).body.toolConfig as {
    tools: JsonObject[];
    toolChoice?: JsonObject;
  };

describe('tools', () => {
  it('traps D9: have an object at the top, whatever the client wrote', () => {
    const parametersOf = (parameters: JsonObject | null) =>
      toolConfigOf({ tools: [{ ...TOOL, parameters } as CanonicalRequest['tools'][number]] }).tools;
    expect(parametersOf(null)).toMatchObject([
      { toolSpec: { inputSchema: { json: { type: 'object', properties: {} } } } },
    ]);
    expect(parametersOf({ anyOf: [{ type: 'object', properties: { a: {} } }] })).toMatchObject([
      { toolSpec: { inputSchema: { json: { type: 'object', properties: { a: {} } } } } },
    ]);
  });

  it.each([
    [CLAUDE, true],
    ['anthropic.claude-opus-4-7', true],
    ['us.anthropic.claude-sonnet-4-20250514-v1:0', false],
    [NOVA, false],
  ])('are strict for %s: %s', (model, isTaken) => {
    const tools = [{ ...TOOL, strict: true }] as CanonicalRequest['tools'];
    const { body, dropped } = encode({ tools }, model);
    expect(JSON.stringify(body).includes('"strict":true')).toBe(isTaken);
    expect(dropped).toEqual(isTaken ? [] : ['tools.strict']);
  });

  it('keep their names apart, and refuse one that could not be read back', () => {
    const named = (name: string) => [{ ...TOOL, name }] as CanonicalRequest['tools'];
    const write = (name: string) => JSON.stringify(toolConfigOf({ tools: named(name) }).tools[0]);
    expect(write('look_up-1')).toContain('"name":"look_up-1"');
    expect(write('mcp:look.up')).toMatch(/"name":"[a-zA-Z0-9_-]{1,64}"/);
    expect(write('mcp:look.up')).not.toBe(write('mcp.look:up'));
    expect(refusalOf({ tools: named('x'.repeat(65)) })).toBe('tools[0].function.name');
    expect(refusalOf({ tools: named('') })).toBe('tools[0].function.name');
  });

  it('of other kinds are refused, and Bedrock’s own pass', () => {
    const value = { systemTool: { name: 'nova_grounding' } };
    expect(
      toolConfigOf({ tools: [{ kind: 'server', dialect: 'bedrock-converse', value }] }, NOVA).tools,
    ).toEqual([value]);
    expect(refusalOf({ tools: [{ kind: 'server', dialect: 'gemini', value: {} }] })).toBe('tools[0].type');
    expect(refusalOf({ tools: [{ kind: 'custom', name: 'a', description: null, format: null }] })).toBe(
      'tools[0].type',
    );
  });

  it.each(['us.deepseek.r1-v1:0', 'us.meta.llama3-2-1b-instruct-v1:0', 'mistral.mixtral-8x7b-instruct-v0:1'])(
    'are refused for %s, which has none',
    (model) => expect(refusalOf({ tools: [TOOL] }, model)).toBe('tools'),
  );

  describe('traps D5: the choice', () => {
    const TWO = [TOOL, { ...TOOL, name: 'hear' }] as CanonicalRequest['tools'];
    const named = { kind: 'named', name: 'hear' } as const;
    const ANY = { any: {} };
    const HEAR = { tool: { name: 'hear' } };
    it.each<[CanonicalRequest['toolChoice'], string, JsonObject | undefined, string[], string[]]>([
      [null, CLAUDE, undefined, ['look', 'hear'], []],
      [{ kind: 'auto' }, CLAUDE, undefined, ['look', 'hear'], []],
      [{ kind: 'required' }, CLAUDE, ANY, ['look', 'hear'], []],
      [named, CLAUDE, HEAR, ['look', 'hear'], []],
      [{ kind: 'required' }, NOVA, ANY, ['look', 'hear'], []],
      [named, NOVA, HEAR, ['look', 'hear'], []],
      [{ kind: 'required' }, LLAMA, undefined, ['look', 'hear'], ['tool_choice']],
      [named, LLAMA, undefined, ['look', 'hear'], ['tool_choice']],
      [named, 'mistral.mistral-large-2407-v1:0', ANY, ['hear'], []],
      [{ kind: 'required' }, PROFILE, ANY, ['look', 'hear'], []],
      [{ kind: 'allowed', mode: 'auto', names: ['hear'] }, CLAUDE, undefined, ['hear'], []],
      [{ kind: 'allowed', mode: 'required', names: ['look'] }, CLAUDE, ANY, ['look'], []],
    ])('%j for %s', (toolChoice, model, choice, names, dropped) => {
      const fields = { tools: TWO, toolChoice };
      const config = toolConfigOf(fields, model);
      expect(config.toolChoice).toEqual(choice);
      expect(config.tools.map(({ toolSpec }) => (toolSpec as JsonObject).name)).toEqual(names);
      expect(encode(fields, model).dropped).toEqual(dropped);
      expect(encode({ ...fields, parallelToolCalls: true }, model).dropped).toEqual(dropped);
      const single = encode({ ...fields, parallelToolCalls: false }, model);
      expect(single.dropped).toEqual(['parallel_tool_calls', ...dropped]);
    });

    it('needs tools', () => {
      expect(refusalOf({ toolChoice: { kind: 'required' } })).toBe('tool_choice');
      const toolChoice = { kind: 'allowed', mode: 'auto', names: ['other'] } as const;
      expect(refusalOf({ tools: TWO, toolChoice })).toBe('tool_choice');
    });

    it('traps D6: is not forced while Claude thinks', () => {
      const reasoning = { isEnabled: true, effort: 'low', budgetTokens: null };
      const { body, dropped } = encode({ tools: TWO, toolChoice: named, reasoning });
      expect(body.toolConfig).not.toHaveProperty('toolChoice');
      expect(dropped).toEqual(['tool_choice']);
    });
  });

  describe('after calls', () => {
    const turns = [
      user('Hi'),
      assistant(call('a', '{}', 'look'), call('b', '{}', 'hear')),
      result('a'),
      result('b'),
    ];

    it('`none` leaves the tools out if nothing was called, else they stay visibly', () => {
      const toolChoice = { kind: 'none' } as const;
      const fresh = encode({ tools: [TOOL], toolChoice, parallelToolCalls: false });
      expect(fresh.body).not.toHaveProperty('toolConfig');
      expect(fresh.dropped).toEqual([]);
      const later = encode({ turns, tools: [TOOL], toolChoice });
      expect(later.body.toolConfig).toMatchObject({ tools: [{ toolSpec: { name: 'look' } }] });
      expect(later.dropped).toEqual(['tool_choice']);
    });

    it('tools that are not offered any more are sent by name, because Bedrock demands it', () => {
      const { body, dropped } = encode({ turns });
      expect(body.toolConfig).toMatchObject({
        tools: [{ toolSpec: { name: 'look' } }, { toolSpec: { name: 'hear' } }],
      });
      expect(dropped).toEqual([]);
      expect(encode({ turns, toolChoice: { kind: 'none' } }).dropped).toEqual(['tool_choice']);
    });

    it('a result without its call still has a tool', () => {
      expect(encode({ turns: [user('Hi'), result('a')] }).body.toolConfig).toMatchObject({
        tools: [{ toolSpec: { name: 'tool' } }],
      });
    });
  });
});
