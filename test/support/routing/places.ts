/** Clients in other places, and providers that are told apart by the path of one server. */
import { type Gateway, standIn } from '../gateway.ts';
import type { ReceivedCall, Upstream } from '../upstream.ts';

/** Of a document: `from` says where a request comes from. */
export const TESTING = { testing: { region_header: true } };
const PLACES = {
  frankfurt: 'EU,DE,FRA',
  munich: 'EU,DE,MUC',
  paris: 'EU,FR,CDG',
  ashburn: 'NA,US,IAD',
  tokyo: 'AS,JP,NRT',
} as const;
export type City = keyof typeof PLACES;

export const from = (city: City): Record<string, string> => ({ 'x-edgeway-test-region': PLACES[city] });

export async function ask(
  gateway: Pick<Gateway, 'post'>,
  model: string,
  headers: Record<string, string>,
  fields: object = {},
) {
  const messages = [{ role: 'user', content: 'hi' }];
  const response = await gateway.post('/v1/chat/completions', { model, messages, ...fields }, headers);
  const text = await response.text();
  return { status: response.status, provider: response.headers.get('x-edgeway-provider'), text };
}

export const providerOf = ({ path }: ReceivedCall): string => path.split('/')[1] ?? '';

export const standIns = (upstream: Upstream, names: readonly string[]): Record<string, object> =>
  Object.fromEntries(names.map((name) => [name, standIn(`${upstream.url}/${name}`)]));
