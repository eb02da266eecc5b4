/** Ids and times for answers whose provider sent none. Random, so that no two of one conversation are the same. */
export interface Identifiers {
  /** A fresh id of an answer. */
  answer(): string;
  /** A fresh id of a tool call. */
  call(): string;
  /** Seconds since the Unix epoch. */
  now(): number;
}

export const freshId = (prefix = ''): string => prefix + crypto.randomUUID().replaceAll('-', '');

/** `prefix`: of an answer's id, as the form writes it. */
export const randomIdentifiers = (prefix = ''): Identifiers => ({
  answer: () => freshId(prefix),
  call: () => `call_${freshId().slice(0, 24)}`,
  now: () => Math.floor(Date.now() / 1000),
});
