/** Lua: what is kept of a Ledger as a whole. Read at the beginning, written at the end, and only if it changed. */
export const STATE = `
local BOOK, LEASES, HEARD, LOST, LOST_AT = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local CALLS, CALLED_AT, SPENT, RECORD = KEYS[6], KEYS[7], KEYS[8], KEYS[9]

-- Milliseconds of Redis' own clock; tests hand in another.
local function clock(given)
  if given ~= '' then return tonumber(given) end
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- now, limits, refusedAt, settled, lost, oldest; held; buckets by field; sums, told and pending by budget.
local book = {
  now = 0, limits = '', refusedAt = -1e15, settled = 0, lost = 0, oldest = -1,
  held = noUnits(), buckets = {}, sums = {}, told = {}, pending = {},
}
-- As it was read: field to text.
local bookBefore = {}

local function readBucket(joined)
  local n = split(joined)
  return {limit = n[1], period = n[2], burst = n[3], whole = n[4], fraction = n[5], at = n[6]}
end

local function readBook()
  local flat = redis.call('HGETALL', BOOK)
  for i = 1, #flat, 2 do
    local field, value = flat[i], flat[i + 1]
    bookBefore[field] = value
    local kind, rest = string.match(field, '^(%l+):(.*)$')
    if field == 'limits' then
      book.limits = value
    elseif field == 'scalars' then
      local n = split(value)
      book.now, book.refusedAt, book.settled, book.lost, book.oldest = n[1], n[2], n[3], n[4], n[5]
    elseif field == 'held' then
      local n = split(value)
      book.held = {requests = n[1], tokens = n[2], nanoUsd = n[3], slots = n[4]}
    elseif kind == 'bucket' then
      book.buckets[rest] = readBucket(value)
    elseif kind == 'sum' then
      local n = split(value)
      book.sums[rest] = {first = n[1], settled = n[2], lost = n[3]}
    elseif kind == 'told' then
      -- An amount of -1: not told.
      local n = split(value)
      book.told[rest] = {soft = {window = n[1], nanoUsd = n[2]}, hard = {window = n[3], nanoUsd = n[4]}}
    elseif kind == 'pending' then
      book.pending[rest] = value
    end
  end
end

local function bookFields()
  local fields = {}
  fields.limits = book.limits
  fields.scalars = join(book.now, book.refusedAt, book.settled, book.lost, book.oldest)
  local held = book.held
  fields.held = join(held.requests, held.tokens, held.nanoUsd, held.slots)
  for field, b in pairs(book.buckets) do
    fields['bucket:' .. field] = join(b.limit, b.period, b.burst, b.whole, b.fraction, b.at)
  end
  for id, sum in pairs(book.sums) do fields['sum:' .. id] = join(sum.first, sum.settled, sum.lost) end
  for id, told in pairs(book.told) do
    fields['told:' .. id] = join(told.soft.window, told.soft.nanoUsd, told.hard.window, told.hard.nanoUsd)
  end
  for id, crossing in pairs(book.pending) do fields['pending:' .. id] = crossing end
  return fields
end

local function writeBook()
  local fields = bookFields()
  local changed, gone = {}, {}
  for field, value in pairs(fields) do
    if bookBefore[field] ~= value then
      changed[#changed + 1] = field
      changed[#changed + 1] = value
    end
  end
  for field in pairs(bookBefore) do
    if fields[field] == nil then gone[#gone + 1] = field end
  end
  if #changed > 0 then redis.call('HSET', BOOK, unpack(changed)) end
  if #gone > 0 then redis.call('HDEL', BOOK, unpack(gone)) end
end
`;
