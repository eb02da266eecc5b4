import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../../../src/dialects/anthropic-messages/codec.ts';
import {
  fromAnthropicToolName,
  toAnthropicToolName,
} from '../../../../src/dialects/anthropic-messages/tool-names.ts';
import { aggregate } from '../../../support/aggregate.ts';
import { assistant, call, decodeStream, encode, result, sse, TOOL, user } from './support.ts';

const NAMES = [
  'look',
  'a_b',
  'a__b',
  'a.b',
  'a b',
  'a_002eb',
  'ewtool_a.b',
  'ewtool_a_002eb',
  'suche_ä',
  '👋',
  'mcp__github.search/issues:v2',
];

describe('names of tools', () => {
  it('are valid, distinct, always the same, and given back', () => {
    const mapped = NAMES.map((name) => toAnthropicToolName(name, 'x'));
    for (const name of mapped) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,128}$/);
    expect(new Set(mapped).size).toBe(NAMES.length);
    expect(mapped.map(fromAnthropicToolName)).toEqual(NAMES);
    expect(NAMES.map((name) => toAnthropicToolName(name, 'x'))).toEqual(mapped);
    expect(fromAnthropicToolName('ewtool_not-ours.')).toBe('ewtool_not-ours.');
  });

  it('are the same in tools, in the choice and in calls of earlier turns', () => {
    const tools = [{ ...TOOL, name: 'git.log' } as typeof TOOL, { ...TOOL, name: 'git_log' } as typeof TOOL];
    const turns = [user('Hi'), assistant(call('a', '{}', 'git.log')), result('a')];
    const { body } = encode({ tools, turns, toolChoice: { kind: 'named', name: 'git.log' } });
    const name = toAnthropicToolName('git.log', 'x');
    expect(body).toMatchObject({
      tools: [{ name }, { name: 'git_log' }],
      tool_choice: { type: 'tool', name },
      messages: [{}, { content: [{ type: 'tool_use', name }] }, {}],
    });
    const allowed = { kind: 'allowed', mode: 'auto', names: ['git.log'] } as const;
    expect(encode({ tools, toolChoice: allowed }).body.tools).toMatchObject([{ name }]);
  });

  it('come back as the client’s own, whole and streamed', () => {
    const block = { type: 'tool_use', id: 'a', name: toAnthropicToolName('git.log', 'x'), input: {} };
    const message = { id: 'm', type: 'message', content: [block], stop_reason: 'tool_use' };
    const whole = anthropicMessages.decodeAnswer(message);
    expect(whole?.choices[0]?.parts).toMatchObject([{ name: 'git.log' }]);
    const streamed = decodeStream(
      sse(
        { type: 'message_start', message: { ...message, content: [] } },
        { type: 'content_block_start', index: 0, content_block: block },
        { type: 'content_block_stop', index: 0 },
        { type: 'message_stop' },
      ),
    );
    expect(aggregate(streamed).answer?.choices[0]?.parts).toMatchObject([{ name: 'git.log' }]);
  });

  it('are refused where they would be too long to be told again', () => {
    const name = '.'.repeat(40);
    expect(() => encode({ tools: [{ ...TOOL, name } as typeof TOOL] })).toThrow(
      expect.objectContaining({ param: 'tools[0].function.name' }),
    );
  });
});
