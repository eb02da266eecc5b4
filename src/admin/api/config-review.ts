/**
 * What a configuration document goes through before it may count, whether it is new or one of old: the check that
 * a start would make, the rule about its section `admin`, and the comparison with what is active.
 */
import { type Change, diffDocuments } from '../../config/diff.ts';
import { canonicalText } from '../../config/diff-lists.ts';
import { clip } from '../../config/diff-texts.ts';
import { redactDocument } from '../../config/redacted-document.ts';
import { type ConfigMistake, InvalidConfig, InvalidRequest, PermissionDenied } from '../../errors.ts';
import type { Actor } from '../actor.ts';
import type { ConfigDesk } from './admin-env.ts';
import type { Base, NumberedDocument } from './config-documents.ts';

export interface Review {
  readonly diff: Change[];
  readonly warnings: string[];
}

type Parsed = Pick<NumberedDocument, 'document'>;

/** Mistakes that one answer tells. */
const MAX_TOLD = 100;
/** Of one mistake, in UTF-16 units: a path is as long as the names in it. */
const LONGEST_MISTAKE = 500;
/** Of a diff in the audit trail, in UTF-16 units. */
const LONGEST_NOTE = 16_384;

/**
 * What `next` would change if it took the place of what is active. Throws `InvalidRequest` with every mistake in it, or
 * `PermissionDenied`.
 */
export async function reviewChange(
  { actor, config }: { readonly actor: Actor; readonly config: ConfigDesk },
  { active, secrets }: Base,
  next: Pick<NumberedDocument, 'document' | 'text'>,
): Promise<Review> {
  const warnings = await check(config, next.text, secrets);
  if (actor.role !== 'owner' && adminSection(active) !== adminSection(next))
    throw new PermissionDenied('Only an owner may change the section `admin` of the configuration.');
  return { diff: compare(config, active, next), warnings };
}

/** As people may see it: without secrets. */
export function compare({ fingerprint }: ConfigDesk, before: Parsed, after: Parsed): Change[] {
  const shown = ({ document }: Parsed) => redactDocument(document ?? {}, fingerprint);
  return diffDocuments(shown(before), shown(after));
}

/** Whether both say the same; the order of members and white space say nothing. */
export const isSameDocument = (one: Parsed, other: Parsed): boolean =>
  canonicalText(one.document) === canonicalText(other.document);

/** Lines of a diff for the audit trail, which does not take any number of them. */
export function toNote(diff: readonly Change[]): string[] {
  const lines: string[] = [];
  let length = 0;
  for (const { text } of diff) {
    length += text.length;
    if (length > LONGEST_NOTE) return [...lines, `and ${diff.length - lines.length} more`];
    lines.push(text);
  }
  return lines;
}

/** A mistaken document is the caller's mistake, and no failure of the gateway, which goes on with the active one. */
export function refuseMistakes(mistakes: readonly ConfigMistake[]): InvalidRequest {
  const told = mistakes
    .slice(0, MAX_TOLD)
    .map(({ path, message }) => clip(`${path}: ${message}`, LONGEST_MISTAKE));
  if (mistakes.length > MAX_TOLD) told.push(`and ${mistakes.length - MAX_TOLD} more`);
  const [first] = mistakes;
  const param = first === undefined ? null : clip(first.path, LONGEST_MISTAKE);
  return new InvalidRequest(`The configuration is not valid: ${told.join('; ')}`, param);
}

async function check(config: ConfigDesk, text: string, secrets: Base['secrets']): Promise<string[]> {
  try {
    return [...(await config.check(text, secrets)).warnings];
  } catch (error) {
    throw error instanceof InvalidConfig ? refuseMistakes(error.mistakes) : error;
  }
}

/** Who may do what in the control plane, as a text to compare. */
const adminSection = ({ document }: Parsed): string | undefined =>
  document !== null && Object.hasOwn(document, 'admin') ? canonicalText(document.admin) : undefined;
