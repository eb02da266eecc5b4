/** Lua: all that is kept of a Ledger, for those who read it. Changes nothing. */
export const READ = `
return {
  text(clock(ARGV[1])),
  redis.call('HGETALL', BOOK),
  redis.call('HGETALL', LEASES),
  redis.call('HGETALL', LOST),
  redis.call('HGETALL', SPENT),
  redis.call('HGETALL', RECORD),
}
`;
