-- A gateway says that it is there, and learns who else is. The rights of a gateway last from one of these to the next, and
-- others tell by its count that it is still there: nobody's clock but their own is asked.
--
-- KEYS: epoch, sessions, seen
-- ARGV: run id of this server, session
-- Answers {'RENEWED', session, count, session, count, ...}, {'NEW'} or {'LOST'}: others have taken the gateway for dead.
local epoch, sessions, seen = KEYS[1], KEYS[2], KEYS[3]
local run, session = ARGV[1], ARGV[2]

if redis.call('GET', epoch) ~= 'open ' .. run then return {'NEW'} end
if redis.call('HEXISTS', sessions, session) == 0 then return {'LOST'} end
redis.call('HINCRBY', sessions, session, 1)
local time = redis.call('TIME')
redis.call('HSET', seen, session, time[1] * 1000 + math.floor(time[2] / 1000))
local answer = redis.call('HGETALL', sessions)
table.insert(answer, 1, 'RENEWED')
return answer
