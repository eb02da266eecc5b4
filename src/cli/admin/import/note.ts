/** What an import has to say about what it could not carry over as it was. */

export interface ImportNote {
  /** Where it stands in the file that was read: `model_list[2].litellm_params.rpm`. */
  readonly path: string;
  /** Words for the operator. Never a value of the file that may be a secret. */
  readonly reason: string;
  /**
   * - `lost`: it is not in the document.
   * - `changed`: it is, and works in another way.
   * - `check`: it is, and needs something of the operator first.
   */
  readonly severity: 'lost' | 'changed' | 'check';
}

export interface Imported {
  /** A configuration document, ready for `JSON.stringify`. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly notes: readonly ImportNote[];
}

/** Takes notes in the order in which they come. */
export interface Notes {
  add(severity: ImportNote['severity'], path: string, reason: string): void;
  readonly all: readonly ImportNote[];
}

export function createNotes(): Notes {
  const all: ImportNote[] = [];
  return { all, add: (severity, path, reason) => void all.push({ path, reason, severity }) };
}

/** The file is none of the kind that was named, or is out to do harm. The message tells no text of it. */
export class UnreadableFile extends Error {}
