-- The answer of a call with an idempotency key is there, or the call was surely not carried out, and its key is free again.
-- Only who has claimed the key may say so.
--
-- KEYS: answer
-- ARGV: session, the answer ('': free the key), how long it is kept, in milliseconds, the channel where it is told
local answer = KEYS[1]
local me, text, kept_ms, channel = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

if redis.call('HGET', answer, 'owner') ~= me then return 0 end
if text == '' then
  redis.call('DEL', answer)
else
  redis.call('HSET', answer, 'answer', text)
  redis.call('PEXPIRE', answer, kept_ms)
end
redis.call('PUBLISH', channel, answer)
return 1
