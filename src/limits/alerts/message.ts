/** An alert as it is sent: our own JSON, or what Slack's incoming webhooks (and those made after them) read. */
import type { AlertBody, BudgetData } from './alert.ts';

/** An alert on its way: what all its messages have in common. */
export type AlertEvent = AlertBody & {
  readonly id: string;
  /** ISO 8601. */
  readonly created_at: string;
  /** What people know the scope by: `key "ci"`. */
  readonly scope: string;
};

export type MessageFormat = 'json' | 'slack';

/** Slack refuses longer sections. */
const MAX_SLACK_TEXT = 3000;

export function messageBody(
  { id, type, created_at, scope, data }: AlertEvent,
  format: MessageFormat,
): string {
  if (format === 'json') return JSON.stringify({ id, type, created_at, scope, data });
  const { title, lines } = inWords({ type, data, scope } as AlertBody & { scope: string }); // one event's own parts
  const text = `*${slackText(title)}*\n${lines.map(slackText).join('\n')}`.slice(0, MAX_SLACK_TEXT);
  return JSON.stringify({
    text: slackText(title),
    blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }],
  });
}

/** Names may be a client's own: none of them becomes a mention, a link or a command in the channel. */
const slackText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function inWords(event: AlertBody & { readonly scope: string }): { title: string; lines: string[] } {
  const { scope } = event;
  switch (event.type) {
    case 'budget.soft':
    case 'budget.hard':
      return budgetInWords(event.type, scope, event.data);
    case 'key.expiring': {
      const { key, project, expires_at } = event.data;
      const lines = [`Expires at ${expires_at}.`];
      if (project !== null) lines.push(`Project: ${project}`);
      return { title: `Key ${JSON.stringify(key)} expires soon`, lines };
    }
    case 'credential.exhausted': {
      const { provider, credential, reason, status } = event.data;
      const why = reason === 'rejected' ? 'was refused' : 'has no quota left';
      const told = status === null ? '' : ` (status ${status})`;
      return {
        title: `A credential of ${provider} ${why}`,
        lines: [`${credential}${told}. Requests go to other credentials and targets, if there are any.`],
      };
    }
    default:
      return event satisfies never;
  }
}

function budgetInWords(type: 'budget.soft' | 'budget.hard', scope: string, data: BudgetData) {
  const threshold = type === 'budget.soft' ? (data.soft_usd ?? data.usd) : data.usd;
  const window = data.window === 'total' ? 'total' : `${data.rolling ? 'rolling ' : ''}${data.window}`;
  const spent = `$${data.spent_usd} of $${data.usd} is spent (${window}).`;
  if (type === 'budget.soft') return { title: `Budget of ${scope} has passed $${threshold}`, lines: [spent] };
  const until = data.window_ends_at === null ? '' : ` until ${data.window_ends_at}`;
  return {
    title: `Budget of ${scope} is spent`,
    lines: [spent, `Requests that cost money are refused${until}.`],
  };
}
