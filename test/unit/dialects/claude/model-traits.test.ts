import { describe, expect, it } from 'vitest';
import { claudeTraitsOf } from '../../../../src/dialects/claude/model-traits.ts';

describe('traits of models', () => {
  it.each([
    ['claude-3-haiku-20240307', 'none', 'free'],
    ['claude-3-7-sonnet-20250219', 'budget', 'free'],
    ['claude-sonnet-4-20250514', 'budget', 'free'],
    ['claude-opus-4-1-20250805', 'budget', 'one-of-two'],
    ['anthropic.claude-haiku-4-5-20251001-v1:0', 'budget', 'one-of-two'],
    ['claude-haiku-4-5@20251001', 'budget', 'one-of-two'],
    ['claude-sonnet-4-6', 'either', 'one-of-two'],
    ['claude-opus-4.7', 'adaptive', 'fixed'],
    ['claude-opus-5', 'adaptive', 'fixed'],
    ['claude-mythos-preview', 'adaptive', 'fixed'],
    ['deepseek-chat', 'budget', 'free'],
  ])('%s: thinking %s, sampling %s', (model, thinking, sampling) => {
    expect(claudeTraitsOf(model)).toMatchObject({ thinking, sampling });
  });

  it.each([
    ['claude-2.1', true],
    ['claude-3-5-haiku-latest', true],
    ['anthropic.claude-sonnet-4-5-20250929-v1:0', true],
    ['claude-opus-4-6', false],
    ['us.anthropic.claude-sonnet-4-6', false],
    ['claude-sonnet-5', false],
    ['claude-mythos-preview', false],
    ['deepseek-chat', false],
  ])('%s goes on with an assistant turn: %s', (model, continuesTurns) => {
    expect(claudeTraitsOf(model)).toMatchObject({ continuesTurns });
  });
});
