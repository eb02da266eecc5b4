/**
 * The members of a body that decide which model serves it, and how its answer is read. Parsers disagree about which of
 * two equal names counts, and Go's takes a name in any case: what is checked and what is served must be one (traps H6).
 */
import { InvalidRequest } from '../errors.ts';
import { isRecord } from '../is-record.ts';
import { type JsonMember, scanJsonMembers } from '../json-members.ts';
import { FALLBACK_MEMBERS, listOf } from './also-named.ts';

const DECIDING_MEMBERS: readonly string[] = [
  'model',
  'models',
  ...FALLBACK_MEMBERS,
  'tools',
  'providerOptions',
  'stream',
  'stream_options',
  'previous_response_id',
];

/** Objects in these bring a `model` along. */
const MODEL_BRINGERS: readonly string[] = [...FALLBACK_MEMBERS, 'tools'];

/** A body, with the members that were found in its bytes. */
export interface ScannedBody {
  readonly bytes: Uint8Array;
  readonly members: readonly JsonMember[];
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Throws `InvalidRequest` naming a deciding member that stands more than once, or in another spelling. `alsoBring`:
 * further members whose objects repeat the model.
 */
export function checkDecidingMembers(scanned: ScannedBody, alsoBring: readonly string[]): void {
  const { bytes, members } = scanned;
  for (const name of DECIDING_MEMBERS) onlyMember(members, name);
  for (const name of alsoBring) onlyMember(members, name);
  for (const name of [...MODEL_BRINGERS, ...alsoBring]) checkBroughtModels(scanned, name);
  const options = onlyMember(members, 'providerOptions');
  if (options === undefined) return;
  const inOptions = bytes.subarray(options.start, options.end);
  const gateway = onlyMember(membersOf(inOptions), 'gateway', 'providerOptions.');
  if (gateway !== undefined)
    onlyMember(
      membersOf(inOptions.subarray(gateway.start, gateway.end)),
      'models',
      'providerOptions.gateway.',
    );
}

/**
 * The one member of that name, if there is one. Throws `InvalidRequest` if it stands more than once, or in another
 * spelling. `path`: of the object, in front of a name that is refused.
 */
export function onlyMember(members: readonly JsonMember[], name: string, path = ''): JsonMember | undefined {
  let found: JsonMember | undefined;
  for (const member of members) {
    checkSpelling(member.key, name, path);
    if (member.key !== name) continue;
    if (found !== undefined) throw repeated(path + name);
    found = member;
  }
  return found;
}

function checkBroughtModels({ bytes, members, body }: ScannedBody, name: string): void {
  let count = 0;
  for (const one of listOf(body[name])) {
    if (!isRecord(one)) continue;
    for (const key of Object.keys(one)) checkSpelling(key, 'model', `${name}[].`);
    if (Object.hasOwn(one, 'model')) count += 1;
  }
  const list = onlyMember(members, name);
  if (count === 0 || list === undefined) return;
  // Without the brackets of their list, objects are scanned as if they were one: what stands twice shows in the sum.
  const inner = Array.isArray(body[name]) ? 1 : 0;
  const found = membersOf(bytes.subarray(list.start + inner, list.end - inner));
  if (found.filter(({ key }) => key === 'model').length > count) throw repeated(`${name}[].model`);
}

/** Of a value inside a body whose depth was checked. */
const membersOf = (bytes: Uint8Array): readonly JsonMember[] =>
  scanJsonMembers(bytes, Number.POSITIVE_INFINITY).members;

function checkSpelling(key: string, name: string, path: string): void {
  if (key === name || key.length !== name.length || folded(key) !== folded(name)) return;
  throw new InvalidRequest(`\`${path}${key}\` is to be spelt \`${name}\`.`, path + key);
}

/** As Go compares names, https://pkg.go.dev/encoding/json#Unmarshal: the Kelvin sign lowers to `k`, the long s to nothing. */
const folded = (name: string): string => name.toLowerCase().replaceAll('\u017f', 's');

const repeated = (path: string): InvalidRequest =>
  new InvalidRequest(`\`${path}\` stands in the body more than once.`, path);
