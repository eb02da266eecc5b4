/** What `POST /v1/explain` says of the targets of a chat. */
import type { Gateway } from '../gateway.ts';

export interface ExplainedTarget {
  readonly provider: string;
  readonly model: string;
  readonly reason: string;
  readonly eligible: boolean;
  readonly standing: string;
  readonly circuit: string;
}

/** In the order in which they would be asked. Throws unless the gateway explains. */
export async function explainedTargets(
  gateway: Pick<Gateway, 'post'>,
  model: string,
  headers: Record<string, string> = {},
  fields: object = {},
): Promise<readonly ExplainedTarget[]> {
  const body = { model, messages: [{ role: 'user', content: 'hi' }], ...fields };
  const response = await gateway.post('/v1/explain', { route: '/v1/chat/completions', body }, headers);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
  return (JSON.parse(text) as { targets: readonly ExplainedTarget[] }).targets;
}
