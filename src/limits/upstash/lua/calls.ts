/**
 * Lua: calls that were answered lately, as in `ledger/recent-calls.ts`: the same id does nothing twice. A call that
 * changed nothing is not kept: asked again, it changes nothing again.
 */
import { LEAST_MS, MANY, REMEMBERED_MS } from '../../ledger/recent-calls.ts';

export const CALLS = `
local REMEMBERED_MS = ${REMEMBERED_MS}
local MANY = ${MANY}
local LEAST_MS = ${LEAST_MS}

-- Those looked at in this run, false for one that is not there.
local calls = {}

-- void|drawn units|lease, and on the next line the rest of the answer; nothing there: it did not arrive yet.
local function recentCall(id)
  if calls[id] == nil then
    local stored = redis.call('HGET', CALLS, id)
    if stored then
      local head, rest = string.match(stored, '^([^\\n]*)\\n(.*)$')
      local void, requests, tokens, nanoUsd, slots, lease = string.match(head, '^(%d)|(%d+)|(%d+)|(%d+)|(%d+)|(.*)$')
      local drawn = {
        requests = tonumber(requests), tokens = tonumber(tokens), nanoUsd = tonumber(nanoUsd), slots = tonumber(slots),
      }
      calls[id] = {isVoid = void == '1', lease = lease, drawn = drawn, rest = rest ~= '' and rest or nil}
    else
      calls[id] = false
    end
  end
  return calls[id]
end

-- The draw of a call counts no more, whether it was made or is still on its way. Returns the lease and what it drew.
local function voidDraw(id, lease)
  local call = recentCall(id)
  if not call then
    calls[id] = {isVoid = true, lease = lease, drawn = noUnits(), isChanged = true}
    return nil
  end
  if call.isVoid then return nil end
  local drawn = call.drawn
  call.isVoid, call.isChanged = true, true
  call.drawn = noUnits()
  return call.lease, drawn
end

local function forgetCalls()
  local before = book.now - REMEMBERED_MS
  if redis.call('ZCARD', CALLED_AT) > MANY then before = book.now - LEAST_MS end
  local old = redis.call('ZRANGEBYSCORE', CALLED_AT, '-inf', '(' .. text(before), 'LIMIT', 0, 20)
  if #old == 0 then return end
  redis.call('HDEL', CALLS, unpack(old))
  redis.call('ZREM', CALLED_AT, unpack(old))
end

local function writeCalls()
  local isChanged = false
  for id, call in pairs(calls) do
    if call and call.isChanged then
      isChanged = true
      local drawn = call.drawn
      local head = join(call.isVoid and 1 or 0, drawn.requests, drawn.tokens, drawn.nanoUsd, drawn.slots)
      redis.call('HSET', CALLS, id, head .. '|' .. call.lease .. '\\n' .. (call.rest or ''))
      redis.call('ZADD', CALLED_AT, 'NX', text(book.now), id)
    end
  end
  if not isChanged then return end
  forgetCalls()
  redis.call('PEXPIRE', CALLS, 2 * REMEMBERED_MS)
  redis.call('PEXPIRE', CALLED_AT, 2 * REMEMBERED_MS)
end
`;
