import { describe, expect, it } from 'vitest';
import { refuseBaseUrl } from '../../../src/providers/base-url.ts';

describe('refuseBaseUrl', () => {
  it.each([
    'https://api.openai.com/v1',
    'https://api.openai.com',
    'https://api.openai.com:8443/v1',
    'https://api.openai.com./v1',
    'https://203.0.113.9/v1',
    'https://172.32.0.1/v1',
    'https://192.169.0.1/v1',
    'https://100.128.0.1/v1',
    'https://[2001:db8::1]/v1',
    'https://localhost.example.com/v1',
    'https://internal.example.com/v1',
    'https://my-svc.example.com/v1',
  ])('takes %s', (url) => {
    expect(refuseBaseUrl(url, false)).toBeUndefined();
  });

  it.each([
    '',
    'api.openai.com/v1',
    'https://',
    '//api.openai.com',
    'https://a b/',
    'https://1.2.3.4.5/',
    'https://[::1',
  ])('refuses %j, which is no URL', (url) => {
    expect(refuseBaseUrl(url, true)).toMatch(/URL/);
  });

  it.each(['ftp://a.example', 'file:///etc/passwd', 'ws://a.example', 'data:text/plain,x', 'javascript:1'])(
    'refuses the scheme of %s',
    (url) => {
      expect(refuseBaseUrl(url, true)).toBe('is not an http(s) URL');
    },
  );

  it.each([
    'https://user@a.example/v1',
    'https://user:sk-very-secret@a.example/v1',
    'https://:sk-very-secret@a.example/v1',
    'https://a.example/v1?key=sk-very-secret',
    'https://a.example/v1#sk-very-secret',
  ])('traps H4: refuses user info, queries and fragments without repeating them: %s', (url) => {
    for (const allowInsecure of [false, true]) {
      expect(refuseBaseUrl(url, allowInsecure)).toMatch(/^may hold no/);
      expect(refuseBaseUrl(url, allowInsecure)).not.toContain('sk-very');
    }
  });

  it('traps H2: takes http only where that is said to be meant', () => {
    expect(refuseBaseUrl('http://api.example.com/v1', false)).toMatch(/not https/);
    expect(refuseBaseUrl('http://api.example.com/v1', true)).toBeUndefined();
  });

  it.each([
    'localhost',
    'LOCALHOST',
    'localhost.',
    'localhost..',
    'api.localhost',
    'localhost%2e',
    'ⓛocalhost',
    '127.0.0.1',
    '127.0.0.1.',
    '127.1',
    '2130706433',
    '0x7f.1',
    '0x7f000001',
    '0177.0.0.1',
    '１２７.0.0.1',
    '0',
    '10.1.2.3',
    '100.64.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '[::]',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[fd12:3456::1]',
    '[fe80::1]',
    '[ff02::1]',
    '[64:ff9b::7f00:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::ffff:10.0.0.1]',
    'intranet',
    'router.lan',
    'printer.local',
    'db.internal',
    'db.internal.',
    'models.svc',
    'vllm.default.svc.cluster.local',
    'vllm.default.svc.cluster.example',
    'vllm.default.svc.cluster.local.',
  ])('traps H1, H2: takes the private host %s only where that is said to be meant', (host) => {
    expect(refuseBaseUrl(`https://${host}/v1`, false)).toMatch(/is a private host|is not a URL/);
    if (URL.canParse(`https://${host}/v1`)) expect(refuseBaseUrl(`http://${host}/v1`, true)).toBeUndefined();
  });

  it.each([
    '169.254.169.254',
    '169.254.169.254.',
    '169.254.170.2',
    '2852039166',
    '0xa9fea9fe',
    '0xa9.254.0251.254',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[fd00:ec2::254]',
    '[FD00:EC2:0:0:0:0:0:254]',
    '100.100.100.200',
    'metadata.google.internal',
    'metadata.google.internal.',
    'METADATA.google.internal',
    'metadata.goog',
  ])('traps H2: never takes the metadata service %s', (host) => {
    for (const scheme of ['http', 'https'])
      for (const allowInsecure of [false, true])
        expect(refuseBaseUrl(`${scheme}://${host}/v1`, allowInsecure)).toMatch(/metadata/);
  });
});
