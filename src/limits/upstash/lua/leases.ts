/** Lua: what leases hold, and what those that ended have lost, as in `ledger/lease-table.ts`. */

import { TOUCH_MS } from '../../ledger/lease-table.ts';
import { LEASE_MS } from '../../ledger-protocol.ts';

export const LEASE_TABLE = `
local LIFE_MS = ${LEASE_MS + TOUCH_MS}
local TOUCH_MS = ${TOUCH_MS}
local LOST_FOR_GOOD_MS = ${7 * 86_400_000}
local MAX_ENDED = 2000

-- Those looked at in this run, false for one that is not there; and as they were read.
local live, ended = {}, {}
local liveBefore, endedBefore = {}, {}

local function liveLease(id)
  if live[id] == nil then
    local joined = redis.call('HGET', LEASES, id)
    liveBefore[id] = joined
    local n = joined and split(joined)
    live[id] = n and {heardAt = n[1], requests = n[2], tokens = n[3], nanoUsd = n[4], slots = n[5]} or false
  end
  return live[id]
end

local function endedLease(id)
  if ended[id] == nil then
    local joined = redis.call('HGET', LOST, id)
    endedBefore[id] = joined
    local n = joined and split(joined)
    ended[id] = n and {endedAt = n[1], requests = n[2], tokens = n[3], nanoUsd = n[4], slots = 0} or false
  end
  return ended[id]
end

local function isQuiet(id)
  local lease = liveLease(id)
  return lease and book.now - lease.heardAt >= TOUCH_MS
end

local function addToLease(id, units)
  if isNothing(units) then return end
  local lease = liveLease(id)
  if not lease then
    lease = noUnits()
    lease.heardAt = book.now
    live[id] = lease
  end
  for _, unit in ipairs(UNITS) do
    lease[unit] = lease[unit] + units[unit]
    book.held[unit] = book.held[unit] + units[unit]
  end
end

-- A lease that holds nothing is none.
local function touchLease(id)
  local lease = liveLease(id)
  if not lease then return end
  if isNothing(lease) then
    live[id] = false
  else
    lease.heardAt = book.now
  end
end

-- At most what is claimed, from what the lease holds, then from what it has lost. Returns both, and when it ended.
local function takeFromLease(id, unit, claimed)
  local lease, heldNow = liveLease(id), 0
  if lease then
    heldNow = math.min(claimed, lease[unit])
    lease[unit] = lease[unit] - heldNow
    book.held[unit] = book.held[unit] - heldNow
  end
  local gone, late = endedLease(id), 0
  if not gone then return heldNow, 0, 0 end
  late = math.min(claimed - heldNow, gone[unit])
  gone[unit] = gone[unit] - late
  if late > 0 and isNothing(gone) then ended[id] = false end
  return heldNow, late, gone.endedAt
end

-- Ends a lease: what it held is lost, but for slots. Returns the money.
local function endLease(id, endedAt)
  local lease = liveLease(id)
  live[id] = false
  endedLease(id)
  for _, unit in ipairs(UNITS) do book.held[unit] = book.held[unit] - lease[unit] end
  local lost = {endedAt = endedAt, requests = lease.requests, tokens = lease.tokens, nanoUsd = lease.nanoUsd, slots = 0}
  if not isNothing(lost) then ended[id] = lost end
  return lost.nanoUsd
end

-- Ids and ends of leases that nobody heard of, in the order in which they end.
local function leasesToEnd(now)
  local flat = redis.call('ZRANGEBYSCORE', HEARD, '-inf', text(now - LIFE_MS), 'WITHSCORES')
  local ends = {}
  for i = 1, #flat, 2 do ends[#ends + 1] = {id = flat[i], endsAt = tonumber(flat[i + 1]) + LIFE_MS} end
  return ends
end

-- After leases ended: those that ended long ago, or before too many others, have lost for good.
local function forgetEnded(lastEnd, count)
  local old = redis.call('ZRANGEBYSCORE', LOST_AT, '-inf', text(lastEnd - LOST_FOR_GOOD_MS), 'LIMIT', 0, 1000)
  local over = redis.call('ZCARD', LOST_AT) + count - MAX_ENDED
  if over > #old then old = redis.call('ZRANGE', LOST_AT, 0, math.min(over, 1000) - 1) end
  for _, id in ipairs(old) do
    -- It may just have ended again.
    local lost = endedLease(id)
    if lost and split(endedBefore[id])[1] == lost.endedAt then ended[id] = false end
  end
end

-- One that is gone, or as it is now: in a hash, and in the order of a time.
local function writeOne(hash, order, id, before, joined, at)
  if joined == before then return end
  if joined then
    redis.call('HSET', hash, id, joined)
    redis.call('ZADD', order, text(at), id)
  else
    redis.call('HDEL', hash, id)
    redis.call('ZREM', order, id)
  end
end

local function writeLeases()
  for id, lease in pairs(live) do
    local joined = lease and join(lease.heardAt, lease.requests, lease.tokens, lease.nanoUsd, lease.slots)
    writeOne(LEASES, HEARD, id, liveBefore[id] or false, joined, lease and lease.heardAt)
  end
  for id, lost in pairs(ended) do
    local joined = lost and join(lost.endedAt, lost.requests, lost.tokens, lost.nanoUsd)
    writeOne(LOST, LOST_AT, id, endedBefore[id] or false, joined, lost and lost.endedAt)
  end
end
`;
