import { describe, expect, it } from 'vitest';
import { budgetCrossed, credentialExhausted, keyExpiring } from '../../../../src/limits/alerts/alert.ts';
import { messageBody } from '../../../../src/limits/alerts/message.ts';
import { crossing, NOW } from './crossings.ts';

const EVENT = { id: 'alert_1', created_at: '2026-11-21T12:00:00.000Z', scope: 'key "ci"' };

const slack = (alert: { readonly type: string; readonly data: unknown }, scope = EVENT.scope) => {
  const { type, data } = alert;
  const event = { ...EVENT, scope, type, data } as Parameters<typeof messageBody>[0];
  return JSON.parse(messageBody(event, 'slack'));
};

describe('a message for Slack', () => {
  it.each([
    [
      'a warning of a budget',
      budgetCrossed(crossing(), NOW),
      'Budget of key "ci" has passed $4',
      '$4.1 of $5 is spent (month).',
    ],
    [
      'a spent budget',
      budgetCrossed(crossing({ type: 'budget.hard', spentNanoUsd: 5_000_000_000 }), NOW),
      'Budget of key "ci" is spent',
      '$5 of $5 is spent (month).\nRequests that cost money are refused until 2026-12-01T00:00:00.000Z.',
    ],
    [
      'a key',
      keyExpiring({ identity: 'key_1', keyId: 'key_1', name: 'ci', project: 'support', expiresAt: NOW }),
      'Key "ci" expires soon',
      'Expires at 2026-11-21T12:00:00.000Z.\nProject: support',
    ],
    [
      'a credential',
      credentialExhausted(
        { provider: 'openai', credential: 'openai#0', reason: 'rejected', status: 401 },
        NOW,
      ),
      'A credential of openai was refused',
      'openai#0 (status 401). Requests go to other credentials and targets, if there are any.',
    ],
  ])('tells of %s in a text and a section', (_, alert, title, lines) => {
    expect(slack(alert)).toEqual({
      text: title,
      blocks: [{ type: 'section', text: { type: 'mrkdwn', text: `*${title}*\n${lines}` } }],
    });
  });

  it('turns no name into a mention or a link', () => {
    const { text, blocks } = slack(budgetCrossed(crossing(), NOW), 'end user "<!channel> & <http://x|y>"');
    const escaped = '&lt;!channel&gt; &amp; &lt;http://x|y&gt;';
    expect(text).toContain(escaped);
    expect(blocks[0].text.text).toContain(escaped);
    expect(JSON.stringify({ text, blocks })).not.toContain('<');
  });

  it('is never longer than Slack takes', () => {
    const { blocks } = slack(budgetCrossed(crossing(), NOW), 'x'.repeat(5000));
    expect(blocks[0].text.text).toHaveLength(3000);
  });
});
