/// <reference types="vite/types/importMeta.d.ts" />
import { describe, expect, it } from 'vitest';
import {
  CHARGE_RULES,
  type ChargedEndingKind,
  type ChargedPhase,
  type ChargeEstimate,
  chargeFor,
} from '../../../src/usage/charges.ts';
import type { Usage } from '../../../src/usage/usage.ts';

const [page = '']: readonly string[] = Object.values(
  import.meta.glob('../../../docs/billing.md', { query: '?raw', import: 'default', eager: true }),
);

const ESTIMATE: ChargeEstimate = { inputTokens: 70, outputTokens: 999, goesOnUnseen: false };
const SEEN_CHARACTERS = 400;
const TOLD: Usage = {
  inputTokens: 50,
  outputTokens: 20,
  cacheReadTokens: 10,
  cacheWriteTokens: 0,
  reasoningTokens: 5,
  estimated: false,
};

const PHASES: Readonly<Record<string, ChargedPhase>> = {
  'no provider was asked': 'not-called',
  'no content yet': 'called',
  'content had come': 'content',
};

/** Input and output tokens, and whether they are estimated; `null`: nothing. */
type Expected = readonly [input: number, output: number, isEstimated: boolean] | null;

/** What the words of the page come to, with what was told, seen and estimated above. */
const MEANINGS: Readonly<Record<string, Expected>> = {
  nothing: null,
  'what was told': [50, 20, false],
  'what was told, and output that was seen beyond it': [50, 100, true],
  'input, estimated': [70, 0, true],
  'input and output, estimated': [70, 100, true],
  'input and output that was seen, estimated': [70, 100, true],
};

interface Row {
  readonly ending: ChargedEndingKind;
  readonly phase: ChargedPhase;
  readonly words: string;
  readonly told: Usage | null;
}

const ROWS: readonly Row[] = page.split('\n').flatMap((line) => {
  const [, ending = '', way = '', told = '', untold = ''] = line.split('|').map((cell) => cell.trim());
  const phase = PHASES[way];
  const name = ending.replaceAll('`', '') as ChargedEndingKind; // checked against the table below
  if (phase === undefined) return [];
  return [
    { ending: name, phase, words: told, told: TOLD },
    { ending: name, phase, words: untold, told: null },
  ];
});

describe('the table of docs/billing.md', () => {
  it('has a row for each ending, as far as it can have come', () => {
    const named = new Set(ROWS.map(({ ending, phase }) => `${ending} ${phase}`));
    const possible = Object.entries(CHARGE_RULES).flatMap(([ending, rules]) =>
      Object.keys(rules).map((phase) => `${ending} ${phase}`),
    );
    const impossible = [
      'complete called', // whole answers are content
      'upstream_error not-called',
      'rejected content',
    ];
    expect([...named].sort()).toEqual(possible.filter((one) => !impossible.includes(one)).sort());
  });

  it.each(ROWS.map((row) => [row.ending, row.phase, row.told === null ? 'untold' : 'told', row] as const))(
    'is what is charged: %s, %s, %s',
    (_ending, _phase, _told, { ending, phase, words, told }) => {
      const expected = MEANINGS[words];
      expect(expected, words).not.toBeUndefined();
      const outputCharacters = phase === 'content' ? SEEN_CHARACTERS : 0;
      const { usage } = chargeFor({ ending, phase, told, outputCharacters }, ESTIMATE);
      const found = usage === null ? null : [usage.inputTokens, usage.outputTokens, usage.estimated];
      expect(found).toEqual(expected);
    },
  );
});

describe('chargeFor', () => {
  it('never takes off what was told for what was seen', () => {
    for (const ending of ['client_abort', 'upstream_error', 'timeout'] as const) {
      const { usage } = chargeFor({ ending, phase: 'content', told: TOLD, outputCharacters: 8 }, ESTIMATE);
      expect(usage).toEqual(TOLD);
    }
  });

  it('keeps the parts of what was told where more output was seen', () => {
    const ended = { ending: 'client_abort', phase: 'content', told: TOLD, outputCharacters: 401 } as const;
    expect(chargeFor(ended, ESTIMATE).usage).toEqual({ ...TOLD, outputTokens: 101, estimated: true });
  });

  it('charges a whole answer that is neither told nor readable with what was reserved', () => {
    const ended = { ending: 'complete', phase: 'content', told: null, outputCharacters: 0 } as const;
    expect(chargeFor(ended, ESTIMATE).usage).toMatchObject({ inputTokens: 70, outputTokens: 999 });
    expect(chargeFor(ended, { ...ESTIMATE, outputTokens: null }).usage).toMatchObject({
      outputTokens: 0,
    });
  });

  it.each([
    ['complete', 'content', null, [70, 999]],
    ['client_abort', 'called', null, [70, 999]],
    ['client_abort', 'content', null, [70, 999]],
    ['timeout', 'content', TOLD, [50, 999]],
    ['complete', 'content', TOLD, [50, 20]],
    ['upstream_error', 'called', null, null],
  ] as const)(
    'charges what goes on unseen with what was reserved for it (%s, %s)',
    (ending, phase, told, expected) => {
      const ended = { ending, phase, told, outputCharacters: SEEN_CHARACTERS };
      const { usage } = chargeFor(ended, { ...ESTIMATE, goesOnUnseen: true });
      expect(usage === null ? null : [usage.inputTokens, usage.outputTokens]).toEqual(expected);
    },
  );

  it.each([
    ['complete', 'content', true],
    ['complete', 'not-called', false],
    ['client_abort', 'content', true],
    ['client_abort', 'called', false],
    ['upstream_error', 'called', false],
    ['upstream_error', 'content', true],
    ['timeout', 'called', false],
    ['rejected', 'called', false],
  ] as const)('charges pictures, minutes and the like of %s, %s: %s', (ending, phase, expected) => {
    const { isQuantified } = chargeFor({ ending, phase, told: null, outputCharacters: 0 }, ESTIMATE);
    expect(isQuantified).toBe(expected);
  });
});
