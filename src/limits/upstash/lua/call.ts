/**
 * Lua: one call, in the steps of `ledger/book.ts`: time goes on, what is told is booked, what is wanted is drawn or
 * refused. Nothing is written before all of that is done, so a script that fails has done nothing.
 */
export const CALL = `
local DAY_IN_MS = 86400000
-- No window is longer, and no bucket that is worth a name.
local LEAST_KEPT_MS = 35 * DAY_IN_MS
local LONGEST_KEPT_MS = 36500 * DAY_IN_MS

local call = cjson.decode(ARGV[1])
local limits = cjson.decode(ARGV[2])
local hasNewLimits, hasEnded, hasCrossed = false, false, false

local function giveBack(lease, units)
  if isNothing(units) then return end
  for _, unit in ipairs({'requests', 'tokens'}) do
    local held = takeFromLease(lease, unit, units[unit])
    takeUnits(unit, -held)
  end
  local _, late, endedAt = takeFromLease(lease, 'nanoUsd', units.nanoUsd)
  findMoney(endedAt, late)
  takeFromLease(lease, 'slots', units.slots)
end

local function settle(request)
  local held, used = request.held, request.used
  local heldTokens, lateTokens = takeFromLease(request.lease, 'tokens', held.tokens)
  takeUnits('tokens', math.max(0, used.tokens - lateTokens) - heldTokens)
  local _, lateMoney, endedAt = takeFromLease(request.lease, 'nanoUsd', held.nanoUsd)
  findMoney(endedAt, lateMoney)
  settleMoney(used.nanoUsd)
  takeFromLease(request.lease, 'slots', held.slots)
  consume(request)
end

-- Leases end at their own times, one by one: it does not matter when somebody looks.
local function advance(now)
  local ends = leasesToEnd(now)
  for _, one in ipairs(ends) do
    refillAll(one.endsAt)
    loseMoney(one.endsAt, endLease(one.id, one.endsAt))
  end
  hasEnded = #ends > 0
  if hasEnded then forgetEnded(ends[#ends].endsAt, #ends) end
  refillAll(now)
end

local function report()
  if book.limits ~= ARGV[2] then
    book.limits = ARGV[2]
    adoptRates(limits.rates)
    hasNewLimits = true
  end
  rearm()
  for _, id in ipairs(call.unanswered) do
    local lease, drawn = voidDraw(id, call.lease)
    if lease then giveBack(lease, drawn) end
  end
  if call.begun > 0 then
    local held, late = takeFromLease(call.lease, 'requests', call.begun)
    takeUnits('requests', call.begun - held - late)
  end
  for _, request in ipairs(call.settled) do settle(request) end
  giveBack(call.lease, call.returned)
  hasCrossed = cross(present(call.routing))
end

local function hasReport()
  return #call.unanswered > 0 or call.begun > 0 or #call.settled > 0 or not isNothing(call.returned)
end

local function pendingList()
  local list = {}
  for id, crossing in pairs(book.pending) do
    list[#list + 1] = '{"id":' .. cjson.encode(id) .. ',"told":' .. crossing .. '}'
  end
  return '[' .. table.concat(list, ',') .. ']'
end

local function answerWith(drawn, rest)
  return '{"answer":{"drawn":' .. encode(drawn) .. ',' .. rest .. ',"pending":' .. pendingList() .. '}'
end

-- How long a Ledger that nobody calls is kept; nil: for ever, because a total has no end.
local function keptMs()
  for _, window in ipairs(windows) do
    if window.isTotal then return nil end
  end
  local kept = LEAST_KEPT_MS
  for _, b in pairs(book.buckets) do kept = math.max(kept, msUntil(b, b.burst) + DAY_IN_MS) end
  return math.min(kept, LONGEST_KEPT_MS)
end

local function writeAll()
  writeLeases()
  writeSlices()
  writeBook()
  writeCalls()
  writeRecord()
  local kept = keptMs()
  for _, key in ipairs({BOOK, LEASES, HEARD, LOST, LOST_AT, SPENT}) do
    if kept then
      redis.call('PEXPIRE', key, text(kept))
    else
      redis.call('PERSIST', key)
    end
  end
end

readBook()
local known = recentCall(call.id)
if known and known.rest then return answerWith(known.drawn, known.rest) end

local now = math.max(clock(ARGV[3]), book.now)
if not openWindows(limits.budgets, call.calendars, now) then return '{"now":' .. text(now) .. '}' end
advance(now)
moveWindows()
report()

local drawn, refusal = noUnits(), nil
local draw = present(call.draw)
if draw and not (known and known.isVoid) then drawn, refusal = decide(limits, draw) end
if refusal and refusal.retryAfterMs ~= NULL then book.refusedAt = book.now end
addToLease(call.lease, drawn)
takeUnits('requests', drawn.requests)
takeUnits('tokens', drawn.tokens)

local rest = '"refusal":' .. encode(refusal or NULL)
  .. ',"room":{"requests":' .. encode(roomOf(limits, 'requests_per_minute'))
  .. ',"tokens":' .. encode(roomOf(limits, 'tokens_per_minute'))
  .. '},"isTight":' .. encode(isTight(limits)) .. '}'

-- As in the record of a Ledger: what is not worth an entry is not kept, and does not prolong a lease.
local isWorthIt = hasReport() or hasNewLimits or hasCrossed or not isNothing(drawn) or isQuiet(call.lease)
if isWorthIt then
  touchLease(call.lease)
  calls[call.id] = {
    isVoid = known and known.isVoid or false, lease = call.lease, drawn = drawn, rest = rest, isChanged = true,
  }
end
if isWorthIt or hasEnded then
  writeAll()
elseif refusal then
  writeBook()
end
return answerWith(drawn, rest)
`;
