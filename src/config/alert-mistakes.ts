/** What the schema cannot tell of webhooks: whether the gateway may call them. */
import type { ConfigMistake } from '../errors.ts';
import type { RefuseUrl } from './issuer-mistakes.ts';
import { toPath } from './parse-document.ts';
import type { ConfigDocument } from './schema.ts';
import { SECRET_REFERENCE } from './secret-fields.ts';

/** `refuseUrl` is the rule for every URL that the gateway calls (traps H1). What a `$NAME` holds is seen when it is sent. */
export function alertMistakes(
  document: Pick<ConfigDocument, 'alerts'>,
  refuseUrl: RefuseUrl,
): ConfigMistake[] {
  const webhooks = document.alerts?.webhooks ?? [];
  return webhooks.flatMap(({ url, allow_insecure }, index) => {
    if (SECRET_REFERENCE.test(url)) return [];
    // Some receivers know their callers by a query, which the rule for base URLs refuses and which reaches no host.
    const message = refuseUrl(url.replace(/\?[^#]*/, ''), allow_insecure);
    return message === undefined ? [] : [{ path: toPath(['alerts', 'webhooks', index, 'url']), message }];
  });
}
