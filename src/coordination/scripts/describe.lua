-- A gateway says something else of itself: its files were read again. Its place in the order of joining stays.
--
-- KEYS: gateways
-- ARGV: session, what the gateway says of itself
-- Answers 1, or 0 when nobody knows the session.
local gateways = KEYS[1]
local session, description = ARGV[1], ARGV[2]

local known = redis.call('HGET', gateways, session)
if not known then return 0 end
redis.call('HSET', gateways, session, string.match(known, '^%d+') .. ' ' .. description)
return 1
