/**
 * Where upstream calls may go. URLs come from the configuration document only; this is the one check that every
 * one of them passes (SSRF: traps H1, H2).
 */
import { type IpRange, isInRanges, parseIpRange } from '../ip-range.ts';

const PRIVATE_RANGES = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/3',
  '::/96',
  '64:ff9b::/96',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
];
const PRIVATE_SUFFIXES = ['localhost', 'local', 'internal', 'lan', 'home', 'corp', 'intranet', 'svc'];
/** Cloud metadata services hand out credentials of the machine: no setting opens them. */
const METADATA_RANGES = ['169.254.0.0/16', 'fd00:ec2::254/128', '100.100.100.200/32'];
const METADATA_HOSTS = ['metadata.google.internal', 'metadata.goog'];

/** Why this base URL may not be called, in words that name no secret; `undefined` if it may. */
export function refuseBaseUrl(text: string, allowInsecure: boolean): string | undefined {
  if (!URL.canParse(text)) return 'is not a URL';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'is not an http(s) URL';
  if (url.username !== '' || url.password !== '') return 'may hold no user name or password';
  if (url.search !== '' || url.hash !== '') return 'may hold no query and no fragment';
  const host = url.hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.+$/, '')
    .toLowerCase();
  if (METADATA_HOSTS.includes(host) || isInRanges(host, toRanges(METADATA_RANGES)))
    return 'is a metadata service, which is never called';
  if (allowInsecure) return undefined;
  if (url.protocol === 'http:') return 'is not https; set `allow_insecure` if that is meant';
  if (isPrivateHost(host)) return 'is a private host; set `allow_insecure` if that is meant';
  return undefined;
}

function isPrivateHost(host: string): boolean {
  if (isInRanges(host, toRanges(PRIVATE_RANGES))) return true;
  const isAddress = parseIpRange(host) !== undefined;
  if (isAddress) return false;
  const lastLabel = host.slice(host.lastIndexOf('.') + 1);
  return !host.includes('.') || PRIVATE_SUFFIXES.includes(lastLabel) || host.includes('.svc.cluster');
}

const toRanges = (ranges: readonly string[]): IpRange[] =>
  ranges.map(parseIpRange).filter((range) => range !== undefined);
