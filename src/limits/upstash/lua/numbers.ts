/**
 * Lua: whole numbers and texts. Lua counts in doubles as JavaScript does, exact below 2^53, but writes large ones with
 * fourteen digits and divides only approximately where the quotient is large.
 */
export const NUMBERS = `
local function text(number)
  return string.format('%.0f', number + 0)
end

-- For a >= 0.
local function divide(a, b)
  local rest = math.fmod(a, b)
  return (a - rest) / b, rest
end

local function join(...)
  local parts = {...}
  for i = 1, #parts do parts[i] = text(parts[i]) end
  return table.concat(parts, '|')
end

local function split(joined)
  local numbers = {}
  for part in string.gmatch(joined, '[^|]+') do numbers[#numbers + 1] = tonumber(part) end
  return numbers
end

local NULL = {}

-- A member of what came as JSON: nil for null.
local function present(value)
  if value == cjson.null then return nil end
  return value
end

-- JSON; an empty table is a list.
local function encode(value)
  if value == NULL then return 'null' end
  local kind = type(value)
  if kind == 'number' then return text(value) end
  if kind == 'boolean' then return tostring(value) end
  if kind == 'string' then return cjson.encode(value) end
  local parts = {}
  if #value > 0 or next(value) == nil then
    for i = 1, #value do parts[i] = encode(value[i]) end
    return '[' .. table.concat(parts, ',') .. ']'
  end
  for name, member in pairs(value) do parts[#parts + 1] = cjson.encode(name) .. ':' .. encode(member) end
  return '{' .. table.concat(parts, ',') .. '}'
end

local UNITS = {'requests', 'tokens', 'nanoUsd', 'slots'}

local function noUnits()
  return {requests = 0, tokens = 0, nanoUsd = 0, slots = 0}
end

local function isNothing(units)
  return units.requests == 0 and units.tokens == 0 and units.nanoUsd == 0 and units.slots == 0
end
`;
