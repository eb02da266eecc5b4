/**
 * Virtual keys as the admin API mints them: `ew-`, 32 random characters of base62 (190 bits), and 6 more that are the
 * CRC-32 of everything before them. The checksum is no secret and no proof: it only tells a typo from a key, so that
 * a typo costs no look-up. Which keys exist stands elsewhere, and keys of the configuration document may look like
 * anything, this form included.
 */

const PREFIX = 'ew-';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_CHARACTERS = 32;
const CHECKSUM_CHARACTERS = 6;
const SUMMED_CHARACTERS = PREFIX.length + RANDOM_CHARACTERS;
const SHAPE = new RegExp(`^${PREFIX}[0-9A-Za-z]{${RANDOM_CHARACTERS + CHECKSUM_CHARACTERS}}$`);
/** 256 is no multiple of 62: from here on, bytes would make the first characters of the alphabet likelier. */
const FAIR_BYTES = 256 - (256 % ALPHABET.length);
/** The polynomial of IEEE 802.3, bits reversed. */
const POLYNOMIAL = 0xedb88320;
const SHOWN_CHARACTERS = 4;

/** `randomBytes` gives that many bytes of a cryptographic source, new ones at each call. */
export function createMintedKey(randomBytes: (length: number) => Uint8Array): string {
  let random = '';
  while (random.length < RANDOM_CHARACTERS) {
    const fair = randomBytes(RANDOM_CHARACTERS).filter((byte) => byte < FAIR_BYTES);
    for (const byte of fair) random += ALPHABET.charAt(byte % ALPHABET.length);
  }
  const summed = PREFIX + random.slice(0, RANDOM_CHARACTERS);
  return summed + checksumOf(summed);
}

/** `mistyped` begins as our keys do, and is none; `other` may be a key of another form. */
export function readMintedKey(token: string): 'minted' | 'mistyped' | 'other' {
  if (!token.startsWith(PREFIX)) return 'other';
  if (!SHAPE.test(token)) return 'mistyped';
  return token.endsWith(checksumOf(token.slice(0, SUMMED_CHARACTERS))) ? 'minted' : 'mistyped';
}

/**
 * `ew-Ab12…wXyZ`: enough to find a key in a list, and leaves some 140 bits unknown. Of anything but a minted key
 * nothing is shown, because it may be short.
 */
export function maskKey(key: string): string {
  if (readMintedKey(key) !== 'minted') return '…';
  return `${key.slice(0, PREFIX.length + SHOWN_CHARACTERS)}…${key.slice(-SHOWN_CHARACTERS)}`;
}

/** Of ASCII text. Always as many characters, so that one key has one text. */
function checksumOf(text: string): string {
  let rest = crc32(text);
  let digits = '';
  while (digits.length < CHECKSUM_CHARACTERS) {
    digits = ALPHABET.charAt(rest % ALPHABET.length) + digits;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return digits;
}

/** Bit by bit: a table would cost more to build at start-up than the 35 characters of a key ever do. */
function crc32(text: string): number {
  let register = 0xffffffff;
  for (let index = 0; index < text.length; index += 1) {
    register ^= text.charCodeAt(index);
    for (let bit = 0; bit < 8; bit += 1) register = (register >>> 1) ^ (register & 1 ? POLYNOMIAL : 0);
  }
  return ~register >>> 0;
}
