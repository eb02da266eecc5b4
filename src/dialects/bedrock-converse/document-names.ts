/**
 * Names of documents: letters, digits, hyphens, round and square brackets, single blanks; each name once in a
 * request. Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html
 */
const MAX_LENGTH = 180; // of 200, with room for a number

export class DocumentNames {
  readonly #taken = new Set<string>();

  /** Without its extension, which `format` tells. */
  take(name: string | null): string {
    const clean = (name ?? '')
      .replace(/\.[A-Za-z0-9]{1,5}$/, '')
      .replace(/[^0-9A-Za-z\s\-()[\]]+/g, '-')
      .replace(/\s+/g, ' ')
      .slice(0, MAX_LENGTH)
      .trim();
    const base = /[0-9A-Za-z]/.test(clean) ? clean : 'document';
    let unique = base;
    for (let number = 2; this.#taken.has(unique); number += 1) unique = `${base} (${number})`;
    this.#taken.add(unique);
    return unique;
  }
}
