-- A gateway asks for the turn of a lane, or gives it on, or both: then it goes to the end of the queue.
--
-- A turn belongs to its owner for as long as that is among the sessions. Turns are numbered. A gateway that asks for what it
-- has gets it under a new number, so that an order to give on that was lost on the way, and arrives later, does nothing.
-- The next owner is who asked first; but those with a write come before those with reads, and gateways that are heard of
-- before those that seem to be dead.
--
-- KEYS: epoch, sessions, seen, turn, queue, writers
-- ARGV: run id of this server, session, lane, what is wanted ('read', 'write', or '': nothing), the number of the turn that is
--       given on ('': none), the prefix of gateways' channels, after how many milliseconds a gateway seems to be dead
-- Answers {'HELD', number, what others want}, {'WAITING'}, {'FREE'}: nobody wants it; {'NEW'} or {'LOST'} as renew.lua does.
local epoch, sessions, seen, turn, queue, writers = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local run, me, lane, wanted, given, channel, stale_ms = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7])

if redis.call('GET', epoch) ~= 'open ' .. run then return {'NEW'} end
if redis.call('HEXISTS', sessions, me) == 0 then return {'LOST'} end

local function leave_queue(session)
  redis.call('ZREM', queue, session)
  redis.call('SREM', writers, session)
end

local function wanted_by_others()
  if redis.call('SCARD', writers) > 0 then return 'write' end
  return redis.call('ZCARD', queue) > 0 and 'read' or ''
end

local function grant(session)
  leave_queue(session)
  local number = redis.call('HINCRBY', turn, 'number', 1)
  redis.call('HSET', turn, 'owner', session)
  return number, wanted_by_others()
end

local owner = redis.call('HGET', turn, 'owner')
if owner == me and redis.call('HGET', turn, 'number') == given then owner = false end

if owner == me and wanted ~= '' then
  return {'HELD', grant(me)}
end

if wanted == '' then
  leave_queue(me)
else
  if not redis.call('ZSCORE', queue, me) then
    redis.call('ZADD', queue, redis.call('HINCRBY', turn, 'asked', 1), me)
  end
  redis.call(wanted == 'write' and 'SADD' or 'SREM', writers, me)
end

if owner and redis.call('HEXISTS', sessions, owner) == 1 then
  if wanted ~= '' then
    local number = redis.call('HGET', turn, 'number')
    redis.call('PUBLISH', channel .. owner, 'wanted ' .. number .. ' ' .. wanted .. ' ' .. lane)
  end
  return {'WAITING'}
end

local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local next_owner, best = nil, -1
for _, session in ipairs(redis.call('ZRANGE', queue, 0, -1)) do
  if redis.call('HEXISTS', sessions, session) == 0 then
    leave_queue(session)
  else
    local age_ms = math.abs(now_ms - tonumber(redis.call('HGET', seen, session) or 0))
    local rank = (age_ms < stale_ms and 2 or 0) + redis.call('SISMEMBER', writers, session)
    if rank > best then next_owner, best = session, rank end
  end
end

if not next_owner then
  redis.call('HDEL', turn, 'owner')
  return {'FREE'}
end
local number, others = grant(next_owner)
if next_owner == me then return {'HELD', number, others} end
redis.call('PUBLISH', channel .. next_owner, 'turn ' .. number .. ' ' .. (others == '' and '-' or others) .. ' ' .. lane)
return {'WAITING'}
