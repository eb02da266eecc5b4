/**
 * Weighted rendezvous hashing: each arm draws a lot of its own for an id, and the best lot wins. Who asks again with the same
 * id gets the same arm; when a weight changes, or an arm comes or goes, only the ids move that have to.
 * Source: https://datatracker.ietf.org/doc/html/draft-ietf-bess-weighted-hrw
 */

/** The smaller, the earlier. `uniform` in (0, 1]. A weight of 0 stands behind all others. */
export const lotOf = (uniform: number, weight: number): number =>
  weight === 0 ? Number.POSITIVE_INFINITY : -Math.log(uniform) / weight;

/** In (0, 1], with 32 bits: spread evenly, and no secret. */
export const uniformHash = (text: string): number => (hash32(text) + 1) / 2 ** 32;

/** FNV-1a over UTF-16 code units, then the finaliser of MurmurHash3, so that the last units count as much as the first. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
