/** Ids and times for answers whose provider sent none. */
export interface Identifiers {
  /** A fresh id of an answer. */
  answer(): string;
  /** A fresh id of a tool call. */
  call(): string;
  /** Seconds since the Unix epoch. */
  now(): number;
}

const fresh = (): string => crypto.randomUUID().replaceAll('-', '');

export const randomIdentifiers: Identifiers = {
  answer: () => `chatcmpl-${fresh()}`,
  call: () => `call_${fresh().slice(0, 24)}`,
  now: () => Math.floor(Date.now() / 1000),
};
