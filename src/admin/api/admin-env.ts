/** What the Worker hands to the admin API, and what its routes hand to each other. */
import type { ConfigDocument } from '../../config/schema.ts';
import type { RequestContext } from '../../context.ts';
import type { SecretsCopy } from '../../keys/edge-copies.ts';
import type { SeenRegion, SilentRegion } from '../../routing/health/region-views.ts';
import type { Region } from '../../routing/region-of.ts';
import type { Actor } from '../actor.ts';
import type { RegistryDesk } from '../registry/commands.ts';
import type { UsageDesk } from '../usage-desk.ts';

export interface AdminServices {
  /** Rejects with `GatewayUnavailable` while the Registry cannot be reached. */
  readonly registry: RegistryDesk;
  /** Who asks. Rejects with `InvalidAdminCredential`, or with `GatewayUnavailable` where an identity provider is silent. */
  readonly identify: (request: Request, context: RequestContext) => Promise<Actor>;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly config: ConfigDesk;
  readonly vault: SecretVault;
  readonly usage: UsageDesk;
  /** What regions see of their targets: this one, or all that have seen something. Never rejects. */
  readonly regions: (only: Region | undefined) => Promise<readonly (SeenRegion | SilentRegion)[]>;
}

/** What checking and showing configuration documents needs of the rest of the gateway. */
export interface ConfigDesk {
  /** Text of the variable `GATEWAY_CONFIG`; `{}` where it is not set. */
  readonly variableText: () => string;
  /** Whether the Worker has a variable or secret of this name, which wins over the Registry's. */
  readonly hasVariable: (name: string) => boolean;
  /**
   * Checks a document as a start would, with the Worker's own secrets and `secrets` of the Registry, once `change` is
   * made to them. Returns the document and its warnings; throws `InvalidConfig` with every mistake.
   */
  readonly check: (
    text: string,
    secrets: SecretsCopy,
    change?: SecretChange,
  ) => Promise<{ document: ConfigDocument; warnings: readonly string[] }>;
  /** Short and always the same for one secret, and of no use to guess it by. */
  readonly fingerprint: (value: string) => string;
}

/** A provider secret as it would be; `null`: taken away. */
export interface SecretChange {
  readonly name: string;
  readonly value: string | null;
}

/** Seals provider secrets under the master secret. */
export interface SecretVault {
  /** Whether `MASTER_SECRET` is set. */
  readonly isOpen: boolean;
  readonly seal: (name: string, value: string) => Promise<string>;
}

export interface AdminEnv {
  Bindings: { readonly context: RequestContext; readonly services: AdminServices };
  Variables: { actor: Actor; operation: string };
}
