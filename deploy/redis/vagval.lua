#!lua name=vagval
--
-- The one way to write: vv_commit applies a whole decision on one partition, or nothing of it.
--
-- Redis does not undo: a function that fails midway keeps its earlier writes. So every check comes
-- before the first write, also those that look needless: each key to be written has been read as
-- the type that the write expects (reading another type raises an error), sums stay below 2^53,
-- and XADD, the only write that could still refuse (an id not larger than the last), comes first.
-- What remains is a missing permission, which the boot probe looks for as each service's own user.
--
-- All rules live in the services. The program is made by services/runtime/commit.c:
--
--   KEYS  1 part (hash: seq, epoch, recorded, tag)  2 cursor (hash)  3 stream
--         4 timers (sorted set)  5.. data keys
--   ARGV  1 recorded (ms)  2 tag of this commit; the epoch too if the partition is new  3 checks
--         4 writes  5 tag of the commit taken to be the last one ("" = not known)
--         6 checks that are left out if it is  7.. operands
--
-- `checks` and `writes` are rows of 7 bytes: operation, key index, first operand, operand count
-- (two bytes each, big-endian). Returns {first sequence, epoch, 1 if the last commit was the
-- expected one, else 0}, or {failed check, recorded}.
--
-- A tag is of one commit alone, and nobody writes past vv_commit: so whoever finds their own tag
-- knows that nothing has changed since that commit.
--
-- Redis' and Lua's own functions are not there yet while the library loads: see vv_commit.
local call, byte, format, floor, unpack, tonumber, type

local VERSION = '3'
local MAX = 9007199254740991 -- 2^53 - 1: Lua's numbers are doubles

-- Operations of `checks`.
local IS_VERSION = 86 -- V: version of the aggregate
local IS_NEW = 69     -- E: the aggregate has no version; all of a commit are asked for together
local IS_FIELD = 70   -- F: field, value
local NO_FIELD = 78   -- N: field
local IS_HASH = 72    -- H
local IS_LIST = 76    -- L
local IS_ZSET = 90    -- Z
local ADD = 65        -- A: field, delta, ...; the deltas become the new sums, for a later HSET
local CURSOR = 67     -- C: source, to, ...; then as many `from` ("" = absent)
local FIRED = 84      -- T: due, member, ...

-- Operations of `writes`: the command that takes the operands as they stand.
local EVENT = 88 -- X: events, one entry each
local WRITE = { [83] = 'HSET', [68] = 'HDEL', [80] = 'RPUSH', [90] = 'ZADD', [82] = 'ZREM' }

-- Adds in place. HMGET is asked for the deltas too, as if they were fields, and that half of the
-- answer is ignored: one call instead of one for each counter, and no table of names to build.
local function add(key, args, at, last)
    local sums = call('HMGET', key, unpack(args, at, last))
    for i = at, last, 2 do
        local sum = tonumber(sums[i - at + 1] or 0)
        -- Written so that "not a number" fails it too.
        if not (sum and floor(sum) == sum and sum <= MAX and sum >= -MAX) then
            return redis.error_reply('VVCOUNTER a stored counter is not a whole number below 2^53')
        end
        sum = sum + tonumber(args[i + 1])
        if sum > MAX or sum < -MAX then
            return redis.error_reply('VVCOUNTER a counter would leave the range of 2^53')
        end
        args[i + 1] = format('%d', sum)
    end
end

-- One question for all keys that shall be new. A key that is there may still be no aggregate.
local function has_version(keys)
    if call('EXISTS', unpack(keys)) == 0 then
        return false
    end
    for i = 1, #keys do
        if call('HGET', keys[i], 'v') then
            return true
        end
    end
    return false
end

-- Returns the name of the failed check, or an error reply.
local function check(op, key, args, at, last)
    if op == IS_VERSION then
        if call('HGET', key, 'v') ~= args[at] then
            return 'version'
        end
    elseif op == ADD then
        return add(key, args, at, last)
    elseif op == CURSOR and last == at + 1 then
        if (call('HGET', key, args[at]) or '') ~= args[last + 1] then
            return 'cursor'
        end
    elseif op == CURSOR then
        local now = call('HMGET', key, unpack(args, at, last))
        for i = 1, last - at, 2 do
            if (now[i] or '') ~= args[last + (i + 1) / 2] then
                return 'cursor'
            end
        end
    elseif op == IS_FIELD then
        if call('HGET', key, args[at]) ~= args[at + 1] then
            return 'field'
        end
    elseif op == NO_FIELD then
        if call('HEXISTS', key, args[at]) ~= 0 then
            return 'field'
        end
    elseif op == FIRED then
        for i = at, last, 2 do
            local due = call('ZSCORE', key, args[i + 1])
            if not due or tonumber(due) ~= tonumber(args[i]) then
                return 'timer'
            end
        end
    elseif op == IS_HASH then
        call('HLEN', key)
    elseif op == IS_LIST then
        call('LLEN', key)
    elseif op == IS_ZSET then
        call('ZCARD', key)
    else
        return redis.error_reply('VVPROGRAM unknown check')
    end
end

-- Carries out a program of checks. Returns the name of the one that failed, or an error reply.
local function check_all(keys, args, checks)
    local new = {}
    for p = 1, #checks, 7 do
        local op, k1, k0, a1, a0, n1, n0 = byte(checks, p, p + 6)
        local at = a1 * 256 + a0
        local key = keys[k1 * 256 + k0]
        if op == IS_NEW then
            new[#new + 1] = key
        else
            local failed = check(op, key, args, at, at + n1 * 256 + n0 - 1)
            if failed then
                return failed
            end
        end
    end
    if #new > 0 and has_version(new) then
        return 'version'
    end
end

local function vv_commit(keys, args)
    if not call then
        call, byte, format, floor = redis.call, string.byte, string.format, math.floor
        unpack, tonumber, type = _G.unpack, _G.tonumber, _G.type
    end
    local part = call('HMGET', keys[1], 'seq', 'epoch', 'recorded', 'tag')
    local epoch, recorded = part[2], part[3] or '0'
    local seq, last_recorded = tonumber(part[1] or 0), tonumber(recorded)
    if not seq or not last_recorded or seq > MAX - 65536 or not epoch ~= not part[3] then
        return redis.error_reply('VVPART the partition record is damaged')
    end
    if tonumber(args[1]) < last_recorded then
        return { 'recorded', recorded }
    end

    local after = args[5] ~= '' and part[4] == args[5]
    local failed = check_all(keys, args, args[3])
    if not failed and not after then
        failed = check_all(keys, args, args[6])
    end
    if failed then
        return type(failed) == 'table' and failed or { failed, recorded }
    end

    local writes = args[4]
    local first = seq + 1
    for p = 1, #writes, 7 do
        local op, k1, k0, a1, a0, n1, n0 = byte(writes, p, p + 6)
        local at = a1 * 256 + a0
        local last = at + n1 * 256 + n0 - 1
        if op == EVENT then
            for i = at, last do
                seq = seq + 1
                call('XADD', keys[3], format('%d-0', seq), 'e', args[i])
            end
        else
            call(WRITE[op], keys[k1 * 256 + k0], unpack(args, at, last))
        end
    end
    call('HSET', keys[1], 'seq', format('%d', seq), 'recorded', args[1], 'tag', args[2])
    if not epoch then
        epoch = args[2]
        call('HSET', keys[1], 'epoch', epoch)
    end
    return { first, epoch, after and 1 or 0 }
end

redis.register_function('vv_commit', vv_commit)
redis.register_function {
    function_name = 'vv_version',
    callback = function()
        return VERSION
    end,
    flags = { 'no-writes' },
}
