/**
 * Lua: money in slices of a quarter of an hour, as in `ledger/spending.ts`. A window is a sum of slices; here the sums are
 * kept, and moved on when a slice falls out, so that no call reads a month of them.
 */
import { SLICE_MS } from '../../ledger/spending.ts';

export const SPENDING = `
local SLICE_MS = ${SLICE_MS}
local KEPT_SLICES = ${32 * 96}
-- Beyond so many slices it is cheaper to read them all.
local MANY_SLICES = 400

-- Those looked at in this run, false for one that is not there.
local slices = {}

local function sliceOf(at)
  return math.floor(at / SLICE_MS)
end

local function readSlice(joined)
  local n = joined and split(joined)
  return n and {settled = n[1], lost = n[2]} or false
end

local function slice(index)
  if slices[index] == nil then slices[index] = readSlice(redis.call('HGET', SPENT, text(index))) end
  return slices[index]
end

local function sliceForBooking(index)
  local known = slice(index)
  if not known then
    known = {settled = 0, lost = 0}
    slices[index] = known
  end
  return known
end

-- Calls each with the slices from one index to another, in order, and stops when it returns true.
local function eachSlice(from, to, visit)
  for start = from, to, 100 do
    local names = {}
    for index = start, math.min(start + 99, to) do names[#names + 1] = text(index) end
    local found = redis.call('HMGET', SPENT, unpack(names))
    for i = 1, #names do
      local index = start + i - 1
      local known = slices[index]
      if known == nil then known = readSlice(found[i]) end
      if known and visit(known, index) then return end
    end
  end
end

local function sumOfAll(first)
  local sum = {first = first, settled = 0, lost = 0}
  local flat = redis.call('HGETALL', SPENT)
  for i = 1, #flat, 2 do
    local index = tonumber(flat[i])
    if index >= first and slices[index] == nil then
      local one = readSlice(flat[i + 1])
      sum.settled = sum.settled + one.settled
      sum.lost = sum.lost + one.lost
    end
  end
  for index, one in pairs(slices) do
    if one and index >= first then
      sum.settled = sum.settled + one.settled
      sum.lost = sum.lost + one.lost
    end
  end
  return sum
end

-- What was spent since a slice, under the name of a window.
local function spentSince(id, first)
  local sum = book.sums[id]
  if sum and sum.first == first then return sum end
  if sum and sum.first < first and first - sum.first <= MANY_SLICES then
    eachSlice(sum.first, first - 1, function(gone)
      sum.settled = sum.settled - gone.settled
      sum.lost = sum.lost - gone.lost
    end)
    sum.first = first
    return sum
  end
  sum = sumOfAll(first)
  book.sums[id] = sum
  return sum
end

local function bookMoney(index, settled, lost)
  book.settled = book.settled + settled
  book.lost = book.lost + lost
  for _, sum in pairs(book.sums) do
    if index >= sum.first then
      sum.settled = sum.settled + settled
      sum.lost = sum.lost + lost
    end
  end
end

local function settleMoney(nanoUsd)
  if nanoUsd == 0 then return end
  local index = sliceOf(book.now)
  local one = sliceForBooking(index)
  one.settled = one.settled + nanoUsd
  bookMoney(index, nanoUsd, 0)
end

local function loseMoney(at, nanoUsd)
  if nanoUsd == 0 then return end
  local index = sliceOf(at)
  local one = sliceForBooking(index)
  one.lost = one.lost + nanoUsd
  bookMoney(index, 0, nanoUsd)
end

-- What was lost turned up. Of a slice that is kept no more, only the sum of all is right again.
local function findMoney(at, nanoUsd)
  if nanoUsd == 0 then return end
  local index = sliceOf(at)
  local one = slice(index)
  if one then
    one.lost = one.lost - nanoUsd
    bookMoney(index, 0, -nanoUsd)
  else
    book.lost = book.lost - nanoUsd
  end
end

-- The slice with which so much will have fallen out of a window; nil: there is not so much.
local function sliceThatFrees(first, nanoUsd)
  local freed, found = 0, nil
  eachSlice(math.max(first, book.oldest), sliceOf(book.now), function(one, index)
    freed = freed + one.settled + one.lost
    if freed >= nanoUsd then found = index end
    return found
  end)
  return found
end

local function forgetSlices()
  local first = sliceOf(book.now) - KEPT_SLICES
  if book.oldest >= first then return end
  local gone = {}
  if first - book.oldest > 2 * KEPT_SLICES then
    for _, index in ipairs(redis.call('HKEYS', SPENT)) do
      if tonumber(index) < first then gone[#gone + 1] = index end
    end
  else
    for index = book.oldest, first - 1 do gone[#gone + 1] = text(index) end
  end
  for start = 1, #gone, 1000 do
    redis.call('HDEL', SPENT, unpack(gone, start, math.min(start + 999, #gone)))
  end
  book.oldest = first
end

-- Before the book is.
local function writeSlices()
  local isNew = false
  for index, one in pairs(slices) do
    if one then
      redis.call('HSET', SPENT, text(index), join(one.settled, one.lost))
      if book.oldest < 0 or index < book.oldest then book.oldest = index end
      isNew = true
    end
  end
  if isNew then forgetSlices() end
end
`;
