import { LARGEST_PART, TIGHT } from '../../ledger/slices.ts';

/** Lua: whether units can be drawn, and how many beyond the need, as in `ledger/draw.ts` and `ledger/slices.ts`. */
export const DRAW = `
local SLOT_MS = 1000
local REFUSED_LATELY_MS = 3000
local LARGEST_PART = {rate = ${LARGEST_PART.rate}, money = ${LARGEST_PART.money}, slots = ${LARGEST_PART.slots}}
local TIGHT = {rate = ${TIGHT.rate}, money = ${TIGHT.money}, slots = ${TIGHT.slots}}

local function isLimited(limits, unit)
  if unit == 'nanoUsd' then return #windows > 0 end
  if unit == 'slots' then return present(limits.concurrency) ~= nil end
  for _, field in ipairs(FIELDS) do
    if UNIT_OF[field] == unit and present(limits.rates[field]) then return true end
  end
  return false
end

local function onlyLimited(limits, units)
  local only = {}
  for _, unit in ipairs(UNITS) do only[unit] = isLimited(limits, unit) and units[unit] or 0 end
  return only
end

-- Of the limits that cannot meet the need, the one that will be ready last.
local function refuse(limits, need)
  local tightest = nil
  local function consider(refusal)
    if refusal and (tightest == nil or waitOf(refusal) > waitOf(tightest)) then tightest = refusal end
  end
  for _, field in ipairs(FIELDS) do
    local b, needed = book.buckets[field], need[UNIT_OF[field]]
    if b and present(limits.rates[field]) and needed > 0 and b.whole < needed then
      consider({
        field = field, limit = b.limit, remaining = math.max(0, b.whole), needed = needed,
        retryAfterMs = needed > b.burst and NULL or msUntil(b, needed),
      })
    end
  end
  local concurrency = present(limits.concurrency)
  if concurrency and need.slots > 0 and book.held.slots + need.slots > concurrency then
    consider({
      field = 'concurrency', limit = concurrency, remaining = math.max(0, concurrency - book.held.slots),
      needed = need.slots, retryAfterMs = need.slots > concurrency and NULL or SLOT_MS,
    })
  end
  if need.nanoUsd > 0 then
    local worst = nil
    for _, window in ipairs(windows) do
      local shortage = shortageOf(window, need.nanoUsd)
      if shortage and (worst == nil or waitOf(shortage) > waitOf(worst)) then worst = shortage end
    end
    consider(worst)
  end
  return tightest
end

-- What each limit of a unit leaves once so many are taken.
local function suppliesOf(limits, unit, taken)
  local supplies = {}
  if unit == 'nanoUsd' then
    for i, window in ipairs(windows) do
      local left = window.nanoUsd - spentIn(window) - book.held.nanoUsd - taken
      supplies[i] = {kind = 'money', capacity = window.nanoUsd, left = left}
    end
  elseif unit == 'slots' then
    local concurrency = present(limits.concurrency)
    if concurrency then
      supplies[1] = {kind = 'slots', capacity = concurrency, left = concurrency - book.held.slots - taken}
    end
  else
    for _, field in ipairs(FIELDS) do
      local b = book.buckets[field]
      if b and UNIT_OF[field] == unit and present(limits.rates[field]) then
        supplies[#supplies + 1] = {kind = 'rate', capacity = b.burst, left = b.whole - taken}
      end
    end
  end
  return supplies
end

local function sliceBeyondNeed(wanted, supplies)
  local most = wanted
  for _, supply in ipairs(supplies) do
    most = math.min(most, math.floor(supply.left * LARGEST_PART[supply.kind]))
  end
  return math.max(0, most)
end

-- What is drawn, and why nothing is.
local function decide(limits, draw)
  local need = onlyLimited(limits, draw.need)
  local refusal = refuse(limits, need)
  if refusal then return noUnits(), refusal end
  local want, drawn = onlyLimited(limits, draw.want), {}
  for _, unit in ipairs(UNITS) do
    local beyond = want[unit] - need[unit]
    if beyond > 0 then beyond = sliceBeyondNeed(beyond, suppliesOf(limits, unit, need[unit])) end
    drawn[unit] = need[unit] + math.max(0, beyond)
  end
  return drawn, nil
end

local function isTight(limits)
  if book.now - book.refusedAt < REFUSED_LATELY_MS then return true end
  for _, unit in ipairs(UNITS) do
    for _, supply in ipairs(suppliesOf(limits, unit, 0)) do
      if supply.left < supply.capacity * TIGHT[supply.kind] then return true end
    end
  end
  return false
end

local function roomOf(limits, field)
  local b = book.buckets[field]
  if not b or not present(limits.rates[field]) then return NULL end
  return {limit = b.limit, remaining = math.max(0, b.whole), resetMs = msUntil(b, b.burst)}
end
`;
