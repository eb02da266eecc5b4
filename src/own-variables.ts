/**
 * Variables and secrets that are the gateway's own. No configuration document may name them, and none of them is kept in
 * the Registry: whoever may change providers could have them sent anywhere.
 */
const OWN =
  /^(?:ADMIN_TOKEN|MASTER_SECRET|CACHE_ENCRYPTION_KEY(?:_PREVIOUS)?|GATEWAY_CONFIG(?:_\d+)?|UPSTASH_.*|EDGEWAY_.*)$/;

export const isOwnVariable = (name: string): boolean => OWN.test(name);
