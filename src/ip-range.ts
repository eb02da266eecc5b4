/** IP addresses and CIDR ranges, both families, as numbers. */
import { convertIPv4ToBinary, convertIPv6ToBinary, distinctRemoteAddr } from 'hono/utils/ipaddr';

export interface IpRange {
  readonly bits: 32 | 128;
  readonly address: bigint;
  readonly prefix: number;
}

/** `10.0.0.0/8`, `2001:db8::/32`, or one address; `undefined` if it is none of these. */
export function parseIpRange(text: string): IpRange | undefined {
  const slash = text.indexOf('/');
  const address = parseAddress(slash === -1 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  if (slash === -1) return { ...address, prefix: address.bits };
  const prefixText = text.slice(slash + 1);
  const prefix = /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : Number.NaN;
  return prefix <= address.bits ? { ...address, prefix } : undefined;
}

/** Whether `address` lies in one of `ranges`; an unreadable address lies in none. */
export function isInRanges(address: string, ranges: readonly IpRange[]): boolean {
  const parsed = parseAddress(address);
  if (parsed === undefined) return false;
  return ranges.some((range) => {
    if (range.bits !== parsed.bits) return false;
    const shift = BigInt(range.bits - range.prefix);
    return range.address >> shift === parsed.address >> shift;
  });
}

function parseAddress(text: string): { bits: 32 | 128; address: bigint } | undefined {
  try {
    switch (distinctRemoteAddr(text)) {
      case 'IPv4':
        return { bits: 32, address: convertIPv4ToBinary(text) };
      case 'IPv6':
        return unmapped(convertIPv6ToBinary(text));
      default:
        return undefined;
    }
  } catch {
    return undefined; // a malformed IPv6 address makes the converter throw
  }
}

/** IPv4-mapped IPv6 addresses (`::ffff:10.0.0.1`, `::ffff:a00:1`) count as the IPv4 address that they are. */
function unmapped(address: bigint): { bits: 32 | 128; address: bigint } {
  return address >> 32n === 0xffffn ? { bits: 32, address: address & 0xffffffffn } : { bits: 128, address };
}
