/** Ids in paths may hold `/`, plain or as `%2F`. What is not encoded properly stays as it is, and is found nowhere. */
export function decodePathSegment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
