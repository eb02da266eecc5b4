/** Lua: the buckets of `ledger/bucket.ts`, number by number. */
export const BUCKETS = `
local FIELDS = {'requests_per_minute', 'tokens_per_minute', 'requests_per_day', 'tokens_per_day'}
local UNIT_OF = {
  requests_per_minute = 'requests', tokens_per_minute = 'tokens', requests_per_day = 'requests', tokens_per_day = 'tokens',
}

local function capBucket(b, held)
  local most = b.burst - held
  if b.whole < most then return end
  b.whole = most
  b.fraction = 0
end

local function refillBucket(b, now, held)
  local elapsed = now - b.at
  if elapsed <= 0 then return end
  b.at = now
  local periods, rest = divide(elapsed, b.period)
  local fast, slow = divide(b.limit, b.period)
  local more, fraction = divide(slow * rest + b.fraction, b.period)
  b.whole = b.whole + b.limit * periods + fast * rest + more
  b.fraction = fraction
  capBucket(b, held)
end

-- a * b / c, however large a * b is, bit by bit of b: the first and b times the third are its whole part, the second is
-- what remains.
local function multiplyDivide(a, b, c)
  local whole, rest = divide(a, c)
  local quotient, remainder = 0, 0
  local bit = 2 ^ 40
  while bit >= 1 do
    quotient, remainder = 2 * quotient, 2 * remainder
    if b >= bit then
      b = b - bit
      remainder = remainder + rest
    end
    while remainder >= c do
      remainder = remainder - c
      quotient = quotient + 1
    end
    bit = bit / 2
  end
  return quotient, remainder, whole
end

local function msUntil(b, target)
  local missing = target - b.whole
  if missing <= 0 then return 0 end
  local parts = missing * b.period - b.fraction
  if parts <= 9007199254740991 then
    local least = math.floor(parts / b.limit)
    return least * b.limit >= parts and least or least + 1
  end
  local quotient, remainder, whole = multiplyDivide(missing, b.period, b.limit)
  local least = whole * b.period + quotient
  return least + math.floor((remainder - b.fraction) / b.limit) + 1
end

local function refillAll(at)
  if at > book.now then book.now = at end
  for field, b in pairs(book.buckets) do refillBucket(b, book.now, book.held[UNIT_OF[field]]) end
end

-- Out of the level, even what is not there: a debt.
local function takeUnits(unit, units)
  if units == 0 then return end
  for field, b in pairs(book.buckets) do
    if UNIT_OF[field] == unit then b.whole = b.whole - units end
  end
end

local function adoptRates(rates)
  for _, field in ipairs(FIELDS) do
    local rate = present(rates[field])
    if rate then
      local held = book.held[UNIT_OF[field]]
      local b = book.buckets[field]
      if b then
        b.limit, b.burst = rate.limit, rate.burst
        capBucket(b, held)
      else
        b = {whole = rate.burst - held, fraction = 0, at = book.now}
        b.limit, b.period, b.burst = rate.limit, rate.periodMs, rate.burst
        book.buckets[field] = b
      end
    end
  end
end
`;
