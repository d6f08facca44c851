-- A gateway joins those that share this store.
--
-- Nobody may join a store that is new: one that was started anew, took over from another one or was emptied does not know who
-- may send calls at this moment. Whoever finds it so marks it, and opens it once every right of before has ended, by their
-- own clock. The mark holds a word of its finder, so that a store that was emptied twice is waited for twice.
--
-- KEYS: epoch, sessions, gateways, seen
-- ARGV: run id of this server, session, what the gateway says of itself, a random word, the mark that was waited out ('': none)
-- Answers {'JOINED', number in the order of joining} or {'NEW', mark}.
local epoch_key, sessions, gateways, seen = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local run, session, description, word, waited_out = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]

local epoch = redis.call('GET', epoch_key)
if epoch ~= 'open ' .. run then
  local mark = 'new ' .. run .. ' '
  if not epoch or string.sub(epoch, 1, #mark) ~= mark then
    epoch = mark .. word
    redis.call('SET', epoch_key, epoch)
  end
  if epoch ~= waited_out then return {'NEW', epoch} end
  redis.call('DEL', sessions, gateways, seen)
  redis.call('SET', epoch_key, 'open ' .. run)
end

local number = redis.call('HINCRBY', gateways, 'joined', 1)
local time = redis.call('TIME')
redis.call('HSET', sessions, session, 1)
redis.call('HSET', seen, session, time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('HSET', gateways, session, number .. ' ' .. description)
return {'JOINED', number}
