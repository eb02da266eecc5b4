/**
 * What the use of credentials without an id of their own is counted under. A hash, so that neither what is searched for
 * (the hash of a key) nor what identifies a person shows in names and lists.
 */
import { createHash } from 'node:crypto';

/** A key of the document, by its SHA-256: it stays the same whatever else its entry says. */
export const documentKeyLedgerId = (sha256: string): string => hashed(`ledger ${sha256}`);

/** Somebody for whom an issuer of a project vouches; `subject` is empty for tokens that name nobody. */
export const tokenUserLedgerId = (project: string, issuer: string, subject: string): string =>
  hashed(`ledger ${JSON.stringify([project, issuer, subject])}`);

/** 32 characters of hex. Synchronous: the one hash that decides access is not made here. */
const hashed = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);
