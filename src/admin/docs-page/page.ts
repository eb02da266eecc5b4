/** The docs page of the admin API: one document that loads nothing but `openapi.json` from beside itself. */
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

export const toDocsPage = (): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Edgeway admin API</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<h1 id="title"></h1>
<div id="about"></div>
<div class="bar">
<label>Search <input id="search" type="search" autocomplete="off"></label>
<label>Token, kept in this field only <input id="token" type="password" autocomplete="off"></label>
<small id="count" role="status"></small>
</div>
<main id="operations"></main>
<script>${SCRIPT}</script>
</body>
</html>
`;

/** Nothing runs but what was written here, and nothing goes anywhere but to this origin. */
export const toContentPolicy = async (): Promise<string> =>
  [
    "default-src 'none'",
    `script-src ${await sourceOf(SCRIPT)}`,
    `style-src ${await sourceOf(STYLE)}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');

async function sourceOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`;
}
