/**
 * Every operation of the admin API and the roles that may call it: the one table that the routes enforce and that
 * `docs/admin-roles.md` is made from. An operation without a line here does not compile.
 */
import type { Role } from './actor.ts';

const ALL = ['owner', 'admin', 'developer', 'viewer'] as const;
const READERS = ALL;
const MANAGERS = ['owner', 'admin'] as const;
const OWNERS = ['owner'] as const;
/** Developers too, within their own projects. */
const KEY_HOLDERS = ['owner', 'admin', 'developer'] as const;

export const OPERATIONS = {
  getMe: { summary: 'Who the credential belongs to', roles: ALL },

  createKey: { summary: 'Mint a key', roles: MANAGERS },
  listKeys: { summary: 'List and search keys', roles: READERS },
  getKey: { summary: 'Read a key', roles: READERS },
  updateKey: { summary: 'Change a key', roles: MANAGERS },
  deleteKey: { summary: 'Delete a key', roles: MANAGERS },
  rotateKey: { summary: "Replace a key's secret, with an overlap", roles: KEY_HOLDERS },
  disableKey: { summary: 'Switch a key off', roles: KEY_HOLDERS },
  enableKey: { summary: 'Switch a key on again', roles: MANAGERS },
  revokeKey: { summary: 'Revoke a key for good', roles: KEY_HOLDERS },

  createProject: { summary: 'Create a project', roles: MANAGERS },
  listProjects: { summary: 'List projects', roles: READERS },
  getProject: { summary: 'Read a project', roles: READERS },
  updateProject: { summary: 'Change a project', roles: MANAGERS },
  deleteProject: { summary: 'Delete a project without keys', roles: MANAGERS },
  disableProject: { summary: "Switch a project's credentials off", roles: MANAGERS },
  enableProject: { summary: "Switch a project's credentials on again", roles: MANAGERS },

  createOrganization: { summary: 'Create an organisation', roles: MANAGERS },
  listOrganizations: { summary: 'List organisations', roles: READERS },
  getOrganization: { summary: 'Read an organisation', roles: READERS },
  updateOrganization: { summary: 'Change an organisation', roles: MANAGERS },
  deleteOrganization: { summary: 'Delete an organisation without projects', roles: MANAGERS },
  disableOrganization: { summary: "Switch an organisation's credentials off", roles: MANAGERS },
  enableOrganization: { summary: "Switch an organisation's credentials on again", roles: MANAGERS },

  getConfig: { summary: 'Read the active configuration document', roles: ['owner', 'admin', 'viewer'] },
  putConfig: { summary: 'Check, store and activate a configuration document', roles: MANAGERS },
  diffConfig: { summary: 'Compare two versions of the document', roles: ['owner', 'admin', 'viewer'] },
  listConfigVersions: { summary: 'List versions of the document', roles: ['owner', 'admin', 'viewer'] },
  getConfigVersion: { summary: 'Read a version of the document', roles: ['owner', 'admin', 'viewer'] },
  activateConfigVersion: { summary: 'Activate a version of the document', roles: MANAGERS },
  rollBackConfig: { summary: 'Return to the version that was active before', roles: MANAGERS },

  listSecrets: { summary: 'List names of provider secrets', roles: MANAGERS },
  putSecret: { summary: 'Store a provider secret', roles: OWNERS },
  deleteSecret: { summary: 'Delete a provider secret', roles: OWNERS },

  createRequest: { summary: 'Ask for a key, a model, or higher limits', roles: KEY_HOLDERS },
  listRequests: { summary: 'List requests', roles: READERS },
  getRequest: { summary: 'Read a request', roles: READERS },
  approveRequest: { summary: 'Approve a request', roles: MANAGERS },
  refuseRequest: { summary: 'Refuse a request', roles: MANAGERS },
  claimRequest: { summary: 'Take the key of an approved request', roles: KEY_HOLDERS },

  getUsage: { summary: 'Read what was used and spent', roles: READERS },

  getRoutingHealth: { summary: 'Read what regions see of their targets', roles: READERS },

  forgetCached: { summary: 'Forget cached answers', roles: KEY_HOLDERS },
  listInvalidations: { summary: 'List what is to be forgotten of the cache', roles: READERS },

  listAudit: { summary: 'Read the audit trail', roles: ['owner', 'admin', 'viewer'] },
  exportAudit: { summary: 'Export the audit trail as JSON lines', roles: ['owner', 'admin'] },
  verifyAudit: { summary: "Check the audit trail's chain of hashes", roles: ['owner', 'admin', 'viewer'] },
} as const satisfies Readonly<Record<string, Operation>>;

export interface Operation {
  readonly summary: string;
  readonly roles: readonly Role[];
}

export type OperationId = keyof typeof OPERATIONS;
