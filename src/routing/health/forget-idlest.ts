/** Takes out the entry that was not used for longest. Looks at all of them: for maps that are seldom full. */
export function forgetIdlest(entries: Map<string, { readonly usedAt: number }>): void {
  let idlest: string | null = null;
  let usedAt = Number.POSITIVE_INFINITY;
  for (const [key, entry] of entries) {
    if (entry.usedAt >= usedAt) continue;
    idlest = key;
    usedAt = entry.usedAt;
  }
  if (idlest !== null) entries.delete(idlest);
}
