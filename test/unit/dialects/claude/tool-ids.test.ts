import { describe, expect, it } from 'vitest';
import { fromClaudeToolId, toClaudeToolId } from '../../../../src/dialects/claude/tool-ids.ts';

describe('tool ids (D1)', () => {
  const IDS = [
    'toolu_01A',
    'call_abc-1',
    'functions.Bash:0',
    'a.b',
    'a:b',
    'a_b',
    'a__b',
    'a_002eb',
    'ewid_a_002eb',
    'ewid_a.b',
    'ewih_0',
    'ä',
    '👋',
    '',
    ' ',
    'x'.repeat(65),
    'x'.repeat(66),
    `${'.'.repeat(40)}1`,
    `${'.'.repeat(40)}2`,
  ];

  it('are valid, distinct and always the same', () => {
    const mapped = IDS.map(toClaudeToolId);
    for (const id of mapped) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(new Set(mapped).size).toBe(IDS.length);
    expect(IDS.map(toClaudeToolId)).toEqual(mapped);
  });

  it('stay as they are where they are good', () => {
    expect(toClaudeToolId('toolu_01A')).toBe('toolu_01A');
  });

  it('are given back, but for those that had to be hashed', () => {
    for (const id of IDS) {
      const mapped = toClaudeToolId(id);
      expect(fromClaudeToolId(mapped)).toBe(/^ewih_[0-9a-f]{32}$/.test(mapped) ? mapped : id);
    }
    expect(fromClaudeToolId('ewid_not-ours.')).toBe('ewid_not-ours.');
  });
});
