/**
 * The shortest decimal that reads as a given 32-bit float: most vendors print vectors so. Of several that are as short
 * it is the nearest, of two as near the even one, as Ryu has it: https://dl.acm.org/doi/10.1145/3192366.3192369
 */

/** Added and taken away again, it leaves a whole number; halves go to the even one. */
const TO_WHOLE = 2 ** 52;

/** `float`: finite, and a 32-bit float. What its shortest decimal reads as where numbers have 64 bits. */
export function shortestOf(float: number): number {
  const size = Math.abs(float);
  if (size < 1e-4 || size >= 1e7) return shortestByText(float);
  // Up to 10^12, 24 bits times a power of ten are exact in 64, so nothing but the last division rounds.
  for (let power = leastPower(size); power <= 1e12; power *= 10) {
    const decimal = (size * power + TO_WHOLE - TO_WHOLE) / power;
    if (Math.fround(decimal) === size) return float < 0 ? -decimal : decimal;
  }
  return float;
}

/** Leaves six digits: no two decimals of so few read as one float, so the nearest is the shortest as well. */
function leastPower(size: number): number {
  if (size < 1e-3) return 1e9;
  if (size < 1e-2) return 1e8;
  if (size < 1e-1) return 1e7;
  if (size < 1) return 1e6;
  if (size < 1e1) return 1e5;
  if (size < 1e2) return 1e4;
  if (size < 1e3) return 1e3;
  if (size < 1e4) return 1e2;
  return size < 1e5 ? 1e1 : 1;
}

const MOST_DIGITS = 9;

function shortestByText(float: number): number {
  if (float === 0) return float; // its sign would be lost
  for (let digits = 1; digits <= MOST_DIGITS; digits += 1) {
    const [significand = '', exponent = ''] = Math.abs(float)
      .toExponential(digits - 1)
      .split('e');
    const nearest = Number(significand.replace('.', ''));
    // Below a power of two floats lie closer than above it, so the one above may read as it where the nearest does not.
    for (const whole of [nearest, nearest + 1]) {
      const decimal = Math.sign(float) * Number(`${whole}e${Number(exponent) - digits + 1}`);
      if (Math.fround(decimal) === float) return decimal;
    }
  }
  return float;
}
