-- The answer of a call with an idempotency key is there; or the call was surely not carried out, and its key is free again.
-- Only who has claimed the key may say so.
--
-- KEYS: answer
-- ARGV: the word of the claim, the answer ('': free the key), how long it is kept, in milliseconds
-- Answers 1 if the claim was there.
local answer = KEYS[1]
local claim, text, kept_ms = ARGV[1], ARGV[2], ARGV[3]

if redis.call('HGET', answer, 'claim') ~= claim then return 0 end
if text == '' then
  redis.call('DEL', answer)
else
  redis.call('HSET', answer, 'answer', text)
  redis.call('PEXPIRE', answer, kept_ms)
end
return 1
