import { describe, expect, it } from 'vitest';
import { alertMistakes } from '../../../src/config/alert-mistakes.ts';
import { parseDocument } from '../../../src/config/parse-document.ts';
import { refuseBaseUrl } from '../../../src/providers/base-url.ts';

function mistakesOf(...webhooks: readonly object[]): string[] {
  const parsed = parseDocument(JSON.stringify({ alerts: { webhooks } }));
  const mistakes = parsed.ok ? alertMistakes(parsed.document, refuseBaseUrl) : parsed.mistakes;
  return mistakes.map(({ path, message }) => `${path}: ${message}`);
}

describe('webhooks of a document', () => {
  it.each([
    [{ url: 'https://hooks.example/T0/B0/x' }],
    [{ url: 'https://hooks.example/?token=x', secret: 'sixteen letters!' }],
    [{ url: '$HOOK', secret: '$KEY', format: 'slack' }],
    [{ url: 'http://127.0.0.1:9/hook', allow_insecure: true, events: ['budget.hard'] }],
  ])('may be %j', (webhook) => {
    expect(mistakesOf(webhook)).toEqual([]);
  });

  it.each([
    [{ url: 'http://hooks.example/' }, 'url: is not https; set `allow_insecure` if that is meant'],
    [{ url: 'https://localhost/hook' }, 'url: is a private host; set `allow_insecure` if that is meant'],
    [{ url: 'ftp://hooks.example/' }, 'url: is neither an http(s) URL nor `$NAME` of a secret'],
    [{ url: '$not a name' }, 'url: is neither an http(s) URL nor `$NAME` of a secret'],
    [{ url: '$HOOK', secret: 'short' }, 'secret: is shorter than 16 characters, and not `$NAME` of a secret'],
  ])('may not be %j', (webhook, mistake) => {
    expect(mistakesOf({ url: '$FINE' }, webhook)).toEqual([`alerts.webhooks[1].${mistake}`]);
  });
});
