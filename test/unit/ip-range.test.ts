import { describe, expect, it } from 'vitest';
import { type IpRange, isInRanges, parseIpRange } from '../../src/ip-range.ts';

function range(text: string): IpRange {
  const parsed = parseIpRange(text);
  if (parsed === undefined) throw new Error(`${text} is no range`);
  return parsed;
}

describe('parseIpRange', () => {
  it.each(['10.0.0.0/8', '0.0.0.0/0', '255.255.255.255', '2001:db8::/32', '::/0', '::1', '2001:DB8::1/128'])(
    'reads %s',
    (text) => {
      expect(parseIpRange(text)).toBeDefined();
    },
  );

  it.each([
    '',
    '/',
    '/8',
    'localhost',
    'example.com',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.0/ 8',
    '10.0.0.0/8x',
    '10.0.0.0/1e1',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.0.0',
    '::1/129',
    '1::2::3',
    '12345::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    ':::',
    'g::1',
    '[::1]',
    '::1%eth0',
  ])('refuses %j', (text) => {
    expect(parseIpRange(text)).toBeUndefined();
  });
});

describe('isInRanges', () => {
  it.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.1.2.3/8', '10.200.0.1', true],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['192.0.2.128/25', '192.0.2.127', false],
    ['192.0.2.128/25', '192.0.2.128', true],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['2001:db8::1', '2001:0DB8:0:0:0:0:0:1', true],
    ['::/0', '2001:db8::1', true],
    ['fe80::/10', 'febf::1', true],
    ['fe80::/10', 'fec0::1', false],
  ])('%s holds %s: %s', (text, address, expected) => {
    expect(isInRanges(address, [range(text)])).toBe(expected);
  });

  it.each([
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['10.0.0.0/8', '::FFFF:10.1.2.3', true],
    ['10.0.0.0/8', '::ffff:a01:203', true],
    ['10.0.0.0/8', '::ffff:11.0.0.1', false],
    ['10.0.0.0/8', '0:0:0:0:0:ffff:a01:203', true],
    ['::ffff:10.1.2.3', '10.1.2.3', true],
    ['::ffff:a01:203', '10.1.2.3', true],
  ])(
    'takes a mapped address for the IPv4 address that it is, however it is written: %s, %s',
    (text, address, expected) => {
      expect(isInRanges(address, [range(text)])).toBe(expected);
    },
  );

  it('does not take one family for the other', () => {
    expect(isInRanges('::1', [range('0.0.0.0/0')])).toBe(false);
    expect(isInRanges('10.0.0.1', [range('::/0')])).toBe(false);
  });

  it.each(['', 'unknown', '10.0.0', '1::2::3', '10.0.0.1, 10.0.0.2'])('finds %j in no range', (address) => {
    expect(isInRanges(address, [range('0.0.0.0/0'), range('::/0')])).toBe(false);
  });

  it('is false without ranges, and true if one of several matches', () => {
    expect(isInRanges('10.0.0.1', [])).toBe(false);
    expect(isInRanges('10.0.0.1', [range('192.0.2.0/24'), range('10.0.0.0/24')])).toBe(true);
  });
});
