import { describe, expect, it } from 'vitest';
import type { CanonicalRequest, Tool, ToolChoice } from '../../../../src/dialects/canonical.ts';
import { fromCohereToolName, toCohereToolName } from '../../../../src/dialects/cohere-chat/tool-names.ts';
import { seeded } from '../../../support/seeded.ts';
import { encode, refusalOf, tool } from './support.ts';

const TOOLS = [tool('one'), tool('two'), tool('three')];
const sent = (fields: Partial<CanonicalRequest>) => {
  const { body, dropped } = encode({ tools: TOOLS, ...fields });
  // What `encodeTools` writes: functions with names.
  const tools = (body.tools ?? []) as readonly { function: { name: string } }[];
  return {
    names: tools.map((one) => one.function.name),
    choice: body.tool_choice,
    strict: body.strict_tools,
    dropped,
  };
};

describe('tool_choice', () => {
  const all = ['one', 'two', 'three'];
  const choices: [string, ToolChoice | null, string[], string | undefined][] = [
    ['absent', null, all, undefined],
    ['auto', { kind: 'auto' }, all, undefined],
    ['none', { kind: 'none' }, all, 'NONE'],
    ['required', { kind: 'required' }, all, 'REQUIRED'],
    ['a named one', { kind: 'named', name: 'two' }, ['two'], 'REQUIRED'],
    ['some allowed', { kind: 'allowed', mode: 'auto', names: ['three', 'one'] }, ['one', 'three'], undefined],
    ['some required', { kind: 'allowed', mode: 'required', names: ['one'] }, ['one'], 'REQUIRED'],
  ];
  const parallel: (boolean | null)[] = [null, true, false];
  const cases = choices.flatMap(([name, toolChoice, names, choice]) =>
    parallel.map((parallelToolCalls) => ({ name, toolChoice, names, choice, parallelToolCalls })),
  );

  it.each(cases)(
    'traps D5: $name with parallel_tool_calls $parallelToolCalls',
    ({ toolChoice, names, choice, parallelToolCalls }) => {
      expect(sent({ toolChoice, parallelToolCalls })).toEqual({
        names,
        choice,
        strict: undefined,
        dropped: parallelToolCalls === false ? ['parallel_tool_calls'] : [],
      });
    },
  );

  it('is refused where there is nothing to choose from', () => {
    expect(refusalOf({ toolChoice: { kind: 'required' } })).toBe('tool_choice');
    expect(refusalOf({ tools: TOOLS, toolChoice: { kind: 'named', name: 'four' } })).toBe('tool_choice');
    expect(encode({ toolChoice: { kind: 'none' } }).body).toEqual(encode().body);
  });
});

describe('strict tools', () => {
  const optional = { type: 'object', properties: { at: { type: 'string' } } };
  it.each<[string, Tool[], boolean | undefined, string[]]>([
    ['all strict', [tool('a', { strict: true }), tool('b', { strict: true })], true, []],
    ['one strict', [tool('a', { strict: true }), tool('b')], undefined, ['tools.strict']],
    ['none strict', [tool('a', { strict: false }), tool('b')], undefined, []],
    ['strict without parameters', [tool('a', { strict: true, parameters: null })], true, []],
    [
      'strict with optional parameters only, which Cohere refuses',
      [tool('a', { strict: true, parameters: optional })],
      undefined,
      ['tools.strict'],
    ],
  ])('%s', (_, tools, strict, dropped) => {
    expect(sent({ tools })).toMatchObject({ strict, dropped });
  });

  it('never writes `strict` into a tool: Cohere answers 422 to it', () => {
    expect(JSON.stringify(encode({ tools: [tool('a', { strict: true })] }).body)).not.toContain('"strict"');
  });

  it('can be asked for in Cohere’s own word', () => {
    expect(sent({ extra: { 'openai-chat': { strict_tools: true } } })).toMatchObject({
      strict: true,
      dropped: [],
    });
  });
});

describe('tools that Cohere has none of', () => {
  it('are refused by their place', () => {
    const custom: Tool = { kind: 'custom', name: 'x', description: null, format: null };
    const server: Tool = { kind: 'server', dialect: 'anthropic-messages', value: { type: 'web_search' } };
    expect(refusalOf({ tools: [tool('a'), custom] })).toBe('tools[1].type');
    expect(refusalOf({ tools: [server] })).toBe('tools[0].type');
  });
});

describe('names of tools', () => {
  it.each([
    ['look', 'look'],
    ['_look2', '_look2'],
    ['2look', 'ewtn_2look'],
    ['web-search', 'ewtn_web_002dsearch'],
    ['server/tool_x', 'ewtn_server_002ftool__x'],
    ['ewtn_look', 'ewtn_ewtn__look'],
    ['', 'ewtn_'],
    ['suche🔎', 'ewtn_suche_d83d_dd0e'],
  ])('%j goes out as %s and comes back', (name, expected) => {
    expect(toCohereToolName(name)).toBe(expected);
    expect(fromCohereToolName(expected)).toBe(name);
  });

  it('leaves a name alone that only looks like one of ours', () => {
    for (const name of ['ewtn_look', 'ewtn_a_b', 'ewtn__0061']) expect(fromCohereToolName(name)).toBe(name);
  });

  it('are always valid, and no two become one', () => {
    const random = seeded(2026);
    const alphabet = ['a', 'Z', '0', '_', '-', '.', ':', '/', ' ', 'é', '🔎', 'ewtn_', '_002d'];
    const seen = new Map<string, string>();
    for (let round = 0; round < 3000; round += 1) {
      const name = random.list(random.between(1, 6), () => random.pick(alphabet)).join('');
      const mapped = toCohereToolName(name);
      expect(mapped).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
      expect(fromCohereToolName(mapped)).toBe(name);
      expect(seen.get(mapped) ?? name).toBe(name);
      seen.set(mapped, name);
    }
  });
});
