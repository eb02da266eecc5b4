/** Doors that need no key: health, and the page at the root. */
import type { Context } from 'hono';
import { version } from '../../package.json';
import type { HttpEnv } from './bindings.ts';

export const healthDoor = (): Response =>
  Response.json({ status: 'ok', version }, { headers: { 'cache-control': 'no-store' } });

export function landingDoor(c: Context<HttpEnv>): Response {
  const { origin } = new URL(c.req.url);
  return new Response(landingPage(origin), {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    },
  });
}

/** `origin` comes from a parsed URL, which holds no character that HTML minds. */
const landingPage = (origin: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Edgeway</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; color: #1a1a1a }
pre { background: #f4f4f5; padding: 1rem; overflow-x: auto; border-radius: 6px }
</style>
<h1>Edgeway</h1>
<p>This is an AI gateway: one OpenAI-compatible endpoint in front of every model provider.
Point an OpenAI client at it and change nothing else.</p>
<pre>baseURL  ${origin}/v1
apiKey   the key that your platform team gave you</pre>
<pre>curl ${origin}/v1/chat/completions \\
  -H "Authorization: Bearer $EDGEWAY_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "provider/model", "stream": true, "messages": [{"role": "user", "content": "Hello"}]}'</pre>
<p>Models that a key may use: <code>GET /v1/models</code>. Health: <a href="/healthz">/healthz</a>. Version ${version}.</p>
</html>
`;
