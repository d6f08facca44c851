-- A gateway is about to send a call that has an idempotency key: it claims the key, or learns what became of it.
--
-- KEYS: epoch, sessions, answer
-- ARGV: run id of this server, session, a random word for this claim, hash of the request, how long the key is kept, in
--       milliseconds
-- Answers {'CLAIMED'}, {'REUSED'}: for another request; {'ANSWERED', answer}, {'UNDER_WAY'}, {'UNKNOWN'}: the gateway that
-- claimed it is gone; {'NEW'} or {'LOST'} as renew.lua does.
local epoch, sessions, answer = KEYS[1], KEYS[2], KEYS[3]
local run, me, claim, request, kept_ms = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]

if redis.call('GET', epoch) ~= 'open ' .. run then return {'NEW'} end
if redis.call('HEXISTS', sessions, me) == 0 then return {'LOST'} end

local known = redis.call('HMGET', answer, 'request', 'owner', 'answer')
if not known[1] then
  redis.call('HSET', answer, 'request', request, 'owner', me, 'claim', claim)
  redis.call('PEXPIRE', answer, kept_ms)
  return {'CLAIMED'}
end
if known[1] ~= request then return {'REUSED'} end
if known[3] then return {'ANSWERED', known[3]} end
if redis.call('HEXISTS', sessions, known[2]) == 1 then return {'UNDER_WAY'} end
return {'UNKNOWN'}
