/** The whole request took longer than it may take. */
import { ProviderTimeout } from '../../errors.ts';

export class Overtime extends ProviderTimeout {
  /** The client's own bound, which says nothing of the target that was waited for. */
  readonly isOfClient: boolean;

  constructor(provider: string | null, isOfClient: boolean) {
    const whose = provider === null ? 'the provider' : `"${provider}"`;
    super(`The answer of ${whose} took longer than the whole request may take.`);
    this.isOfClient = isOfClient;
  }
}
