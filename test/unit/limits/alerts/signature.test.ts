import { describe, expect, it } from 'vitest';
import { messageHeaders } from '../../../../src/limits/alerts/signature.ts';

/** The convention's own example. */
const MESSAGE = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1614265330,
  body: '{"test": 2432232314}',
};

describe('a signed message', () => {
  it('has the signature of the convention for a secret as the convention writes it', async () => {
    expect(await messageHeaders(MESSAGE, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('takes any other secret as its text', async () => {
    const { 'webhook-signature': signature } = await messageHeaders(MESSAGE, 'a secret of sixteen or more');
    // printf '%s' 'id.timestamp.body' | openssl dgst -sha256 -hmac 'a secret …' -binary | base64
    expect(signature).toBe('v1,8ajrKuMVFowjljoyc2JXD9CKJQXZnZz579iKQl5WVuc=');
  });

  it('takes what only begins like one of the convention as text too', async () => {
    const headers = await messageHeaders(MESSAGE, 'whsec_!this is no base64!');
    expect(headers['webhook-signature']).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
  });

  it('is only named where there is no secret', async () => {
    expect(Object.keys(await messageHeaders(MESSAGE, undefined))).toEqual([
      'webhook-id',
      'webhook-timestamp',
    ]);
  });
});
