/** Lua: windows over what was spent, and the thresholds that are told of, as in `ledger/budgets.ts`. */

const DAY_MS = 86_400_000;

export const BUDGETS = `
local ROLLING_MS = {day = ${DAY_MS}, week = ${7 * DAY_MS}, month = ${30 * DAY_MS}}
local REARMED_BELOW = 0.9
local SETTLING_MS = 1000
local FOREVER = 1 / 0

-- Budgets as configured, each with its window at this moment.
local windows = {}

local function boundsAt(bounds, now)
  for i = 1, #bounds - 1 do
    if bounds[i] <= now and now < bounds[i + 1] then return bounds[i], bounds[i + 1] end
  end
  return nil
end

-- Whether all windows are known at this moment. What a calendar says is computed by who calls.
local function openWindows(budgets, calendars, now)
  windows = {}
  for i, budget in ipairs(budgets) do
    local window = {
      id = budget.id, budget = budget, nanoUsd = budget.nanoUsd, soft = present(budget.softNanoUsd), rolling = budget.rolling,
      kind = budget.window, key = 0, startsAt = 0, endsAt = nil,
    }
    if budget.window == 'total' then
      window.isTotal = true
    elseif budget.rolling then
      window.startsAt = now - ROLLING_MS[budget.window]
    else
      window.startsAt, window.endsAt = boundsAt(calendars[budget.id] or {}, now)
      if window.startsAt == nil then return false end
      window.key = window.startsAt
    end
    windows[i] = window
  end
  return true
end

-- Sums move on before anything is booked. Those of windows that nobody asks for any more are dropped.
local function moveWindows()
  local known = {}
  for _, window in ipairs(windows) do
    if not window.isTotal then
      known[window.id] = true
      window.sum = spentSince(window.id, sliceOf(window.startsAt))
    end
  end
  for id in pairs(book.sums) do
    if not known[id] then book.sums[id] = nil end
  end
end

local function spentIn(window)
  if window.isTotal then return book.settled + book.lost end
  return window.sum.settled + window.sum.lost
end

-- Windows that begin, and moving ones that emptied, can be crossed again.
local function rearm()
  for _, window in ipairs(windows) do
    local told = book.told[window.id]
    if told then
      for _, level in ipairs({'soft', 'hard'}) do
        local before = told[level]
        if before.nanoUsd >= 0 then
          local isOver
          if window.rolling then
            isOver = spentIn(window) < before.nanoUsd * REARMED_BELOW
          else
            isOver = before.window ~= window.key
          end
          if isOver then told[level] = {window = 0, nanoUsd = -1} end
        end
      end
    end
  end
end

local function crossingOf(window, level, spent)
  local b = window.budget
  return encode({
    type = 'budget.' .. level, spentNanoUsd = spent, startsAt = window.startsAt, endsAt = window.endsAt or NULL,
    budget = {
      id = b.id, nanoUsd = b.nanoUsd, softNanoUsd = window.soft or NULL, window = b.window, rolling = b.rolling,
      timeZone = b.timeZone,
    },
  })
end

-- Thresholds crossed by what was booked. They stay pending until somebody says that they were told. Routing: JSON of
-- who is to be told; nil for nobody.
local function cross(routing)
  local hasCrossed = false
  for _, window in ipairs(windows) do
    local spent = spentIn(window)
    for _, level in ipairs({'soft', 'hard'}) do
      local amount = window.nanoUsd
      if level == 'soft' then amount = window.soft end
      local told = book.told[window.id]
      local before = told and told[level].nanoUsd or -1
      if spent > 0 and amount and spent >= amount and (before < 0 or amount > before) then
        if not told then
          told = {soft = {window = 0, nanoUsd = -1}, hard = {window = 0, nanoUsd = -1}}
          book.told[window.id] = told
        end
        told[level] = {window = window.key, nanoUsd = amount}
        hasCrossed = true
        if routing then
          local id = level .. '/' .. window.id .. '/' .. text(amount) .. '/' .. text(book.now)
          book.pending[id] = '{"at":' .. text(book.now) .. ',"crossing":' .. crossingOf(window, level, spent)
            .. ',"routing":' .. routing .. '}'
        end
      end
    end
  end
  return hasCrossed
end

local function waitOf(refusal)
  if refusal.retryAfterMs == NULL then return FOREVER end
  return refusal.retryAfterMs
end

local function msUntilFree(window, nanoUsd)
  if window.isTotal then return NULL end
  if not window.rolling then return window.endsAt - book.now end
  local index = sliceThatFrees(sliceOf(window.startsAt), nanoUsd)
  return index and (index + 1) * SLICE_MS + ROLLING_MS[window.kind] - book.now or NULL
end

local function shortageOf(window, needed)
  local spent, held, amount = spentIn(window), book.held.nanoUsd, window.nanoUsd
  if spent < amount and spent + held + needed <= amount then return nil end
  local wait
  if needed > amount then
    wait = NULL
  elseif spent + needed <= amount then
    -- Only what others hold is in the way.
    wait = SETTLING_MS
  else
    wait = msUntilFree(window, spent + needed - amount)
  end
  return {
    field = 'budgets', limit = amount, remaining = math.max(0, amount - spent - held), needed = needed,
    retryAfterMs = wait, window = window.kind,
  }
end
`;
