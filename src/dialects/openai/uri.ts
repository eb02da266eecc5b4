/**
 * URLs of annotations, which OpenAI promises to be URIs (`format: uri`). Vendors write blanks into theirs: recording
 * google-gemini/streamGenerateContent/stream-grounding.
 */

/** What no URI may hold is percent-encoded. https://www.rfc-editor.org/rfc/rfc3986#appendix-A */
export const toUri = (url: string): string =>
  url.toWellFormed().replace(/[^\x21-\x7e]|["<>\\^`{|}]/gu, encodeURIComponent);
