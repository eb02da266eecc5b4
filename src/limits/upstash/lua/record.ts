/**
 * Lua: what requests consumed, for those who read it: a sum of all, and one for each UTC day and model. Whoever asks for
 * ever new models fills no more than so many sums a day.
 */

/** Days that are kept. */
export const KEPT_DAYS = 92;
/** Distinct models of one day; clients may name any. Further ones are summed as `other`. */
const MAX_MODELS = 200;

export const RECORD = `
local DAY_MS = 86400000
local KEPT_DAYS = ${KEPT_DAYS}
local MAX_MODELS = ${MAX_MODELS}

-- Field to sum, those of this run only.
local consumed = {}

local function addConsumed(field, sum)
  local known = consumed[field]
  if known then
    for i = 1, #sum do known[i] = known[i] + sum[i] end
  else
    consumed[field] = {unpack(sum)}
  end
end

-- In the order of the members of UsageSum.
local function consume(request)
  local used, c = request.used, request.consumption
  local sum = {
    used.requests, c.inputTokens, c.outputTokens, c.cacheReadTokens, c.cacheWriteTokens, c.reasoningTokens,
    used.nanoUsd, c.isEstimated and used.requests or 0, c.isUnpriced and used.requests or 0,
  }
  addConsumed('total', sum)
  addConsumed(text(math.floor(book.now / DAY_MS)) .. '|' .. c.model, sum)
end

local function forgetDays(today)
  local gone = {}
  for _, field in ipairs(redis.call('HKEYS', RECORD)) do
    local day = tonumber(string.match(field, '^(%d+)|') or today)
    if day <= today - KEPT_DAYS then gone[#gone + 1] = field end
  end
  for start = 1, #gone, 1000 do
    redis.call('HDEL', RECORD, unpack(gone, start, math.min(start + 999, #gone)))
  end
end

-- How many models this day has sums of; a new day forgets old ones.
local function modelsOf(today)
  local n = split(redis.call('HGET', RECORD, 'models') or '0|0')
  if n[1] == today then return n[2] end
  forgetDays(today)
  return 0
end

local function addToSum(field, sum)
  local n = split(redis.call('HGET', RECORD, field) or '')
  for i = 1, #sum do sum[i] = sum[i] + (n[i] or 0) end
  redis.call('HSET', RECORD, field, join(unpack(sum)))
end

local function writeRecord()
  if next(consumed) == nil then return end
  local today = math.floor(book.now / DAY_MS)
  local models = modelsOf(today)
  for field, sum in pairs(consumed) do
    if field ~= 'total' and redis.call('HEXISTS', RECORD, field) == 0 then
      if models < MAX_MODELS then
        models = models + 1
      else
        field = text(today) .. '|other'
      end
    end
    addToSum(field, sum)
  end
  redis.call('HSET', RECORD, 'models', join(today, models))
  redis.call('PEXPIRE', RECORD, (KEPT_DAYS + 8) * DAY_MS)
end
`;
