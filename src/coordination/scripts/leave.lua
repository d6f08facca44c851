-- Takes a gateway out: itself when it stops, or one that was silent for too long. Whatever it had, turns and places in queues,
-- is nobody's from then on. A silent one is taken out only if it is still as it was seen last: a gateway that was stopped
-- itself for a while must not judge by what it saw before.
--
-- KEYS: sessions, gateways, seen
-- ARGV: session, the count that was seen last ('': whatever it is)
-- Answers 1 if it is out by this.
local sessions, gateways, seen = KEYS[1], KEYS[2], KEYS[3]
local session, count = ARGV[1], ARGV[2]

if count ~= '' and redis.call('HGET', sessions, session) ~= count then return 0 end
redis.call('HDEL', gateways, session)
redis.call('HDEL', seen, session)
return redis.call('HDEL', sessions, session)
