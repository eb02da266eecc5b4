/** Looks for secrets where none may be: in answers and their headers, in the log, in KV. */
import { createHash } from 'node:crypto';

/** Part of every provider secret that a test plants. */
export const PLANTED = 'planted-secret';

export interface SecretWatch {
  /** Looks at a text. Minted keys are collected; everything else that is secret is a finding. */
  lookAt(text: string, where: string): void;
  /** Where each minted key was seen. */
  readonly sightings: ReadonlyMap<string, readonly string[]>;
  /** Whether a SHA-256 in hex was seen. */
  hasSeen(sha256: string): boolean;
  /** What was seen that nobody may see, hashes of the minted keys that were seen included. */
  findings(): string[];
}

/** `secrets`: texts that nothing may hold. */
export function openSecretWatch(secrets: readonly string[]): SecretWatch {
  const sightings = new Map<string, string[]>();
  const digests = new Map<string, string>();
  const findings: string[] = [];
  return {
    sightings,
    lookAt: (text, where) => {
      for (const secret of [PLANTED, ...secrets])
        if (text.includes(secret)) findings.push(`${where} holds ${secret.slice(0, 20)}…`);
      for (const [key] of text.matchAll(/ew-[0-9A-Za-z]{38}/g)) {
        const seen = sightings.get(key) ?? [];
        sightings.set(key, seen);
        seen.push(where);
      }
      for (const [digest] of text.matchAll(/[0-9a-f]{64}/gi)) digests.set(digest.toLowerCase(), where);
    },
    hasSeen: (sha256) => digests.has(sha256),
    findings: () => {
      const ofKeys = [...sightings.keys()].map((key) => createHash('sha256').update(key).digest('hex'));
      const shown = ofKeys.filter((hash) => digests.has(hash));
      return [...findings, ...shown.map((hash) => `${digests.get(hash)} holds the hash of a key`)];
    },
  };
}
