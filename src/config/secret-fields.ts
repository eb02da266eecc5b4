/** Where the document may hold secrets as literal text, and how the schema marks them. A test holds both together. */

/** For `.meta()` of a value that is never shown again: the JSON Schema says so too. */
export const SECRET_MARK = { writeOnly: true };

/** Members on the way to a secret; `*` is every member of a record and every entry of a list. */
export const SECRET_PATHS: readonly (readonly string[])[] = [
  ['providers', '*', 'api_keys', '*'],
  ['providers', '*', 'api_keys', '*', 'key'],
  ['providers', '*', 'headers', '*'],
  ['providers', '*', 'service_account'],
  ['providers', '*', 'access_key_id'],
  ['providers', '*', 'secret_access_key'],
  ['providers', '*', 'session_token'],
  ['providers', '*', 'client_secret'],
  ['alerts', 'webhooks', '*', 'url'],
  ['alerts', 'webhooks', '*', 'secret'],
  // Who knows a hash can tell which of the keys that he has collected is one of ours.
  ['keys', '*', 'sha256'],
];

/** `$NAME`: a secret of the Worker, which the document only names. */
export const SECRET_REFERENCE = /^\$[A-Za-z_][A-Za-z0-9_]*$/;
