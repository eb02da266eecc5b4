/** Ids for what Ollama gives none. Random, so that no two of one conversation are the same. */
export interface Identifiers {
  answer(): string;
  call(): string;
}

const fresh = (): string => crypto.randomUUID().replaceAll('-', '');

export const randomIdentifiers: Identifiers = {
  answer: fresh,
  call: () => `call_${fresh().slice(0, 24)}`,
};
