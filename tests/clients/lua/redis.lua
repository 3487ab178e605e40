-- lua-redis (redis-lua). As tests/clients/python/shape.py: tries one thing after the other, and prints what came of each.
local redis = require 'redis'
local env = os.getenv
io.stdout:setvbuf('line')

local function json(value)
    if type(value) == 'table' then
        local parts = {}
        for i = 1, #value do parts[i] = json(value[i]) end
        return '[' .. table.concat(parts, ',') .. ']'
    elseif type(value) == 'string' then
        return '"' .. value:gsub('[%c"\\]', function(c) return ('\\u%04x'):format(c:byte()) end) .. '"'
    elseif value == nil then
        return 'null'
    end
    return tostring(value)
end

local function say(field, value, step)
    print(('{%s"%s":%s}'):format(step and ('"step":"%s",'):format(step) or '', field, json(value)))
end

local function attempt(step, run)
    local fine, value = pcall(run)
    say(fine and 'value' or 'error', value, step)
end

-- A command that the library does not know is defined for it.
redis.commands.allocate = redis.command('ALLOCATE')
redis.commands.stock = redis.command('STOCK')

local function order(step) return env('CLIENT_NAME') .. '-' .. step end
local function allocate(client, step) return client:allocate(order(step), 'LAMP', '1') end
local function connected(port) return redis.connect('127.0.0.1', tonumber(port)) end

say('version', redis._VERSION:match('[%d.]+[-%w]*'))
local client = connected(env('CLIENT_PORT'))

attempt('allocate', function() return allocate(client, 'allocate') end)
attempt('stock', function() return client:stock('LAMP') end)
attempt('pipeline', function()
    return (client:pipeline(function(pipe)
        for number = 0, 2 do allocate(pipe, 'pipeline' .. number) end
    end))
end)
attempt('transaction', function()
    return (client:transaction(function(transaction)
        allocate(transaction, 'transaction1')
        allocate(transaction, 'transaction2')
    end))
end)
attempt('watch', function()
    local options = {watch = 'LAMP', cas = true, retry = 0}
    local fine, failure = pcall(client.transaction, client, options, function(transaction)
        allocate(connected(env('CLIENT_PORT')), 'between')
        transaction:multi()
        allocate(transaction, 'watch')
    end)
    if fine then return failure end
    -- It tries again as often as it is allowed to, and then raises an error.
    if tostring(failure):find('aborted') or tostring(failure):find('retry') then return nil end
    error(failure)
end)
attempt('subscribe', function()
    say('listens', true)
    local listener = connected(env('CLIENT_PORT'))
    for message, abort in listener:pubsub({subscribe = {'line_allocated'}}) do
        if message.kind == 'message' then
            abort()
            return message.payload
        end
    end
end)
attempt('password', function()
    local known = connected(env('CLIENT_PASSWORD_PORT'))
    known:auth(env('CLIENT_PASSWORD'))
    local right = allocate(known, 'password')
    local fine, wrong = pcall(function() return connected(env('CLIENT_PASSWORD_PORT')):auth('wrong') end)
    return {right, fine and tostring(wrong) or 'refused: ' .. tostring(wrong)}
end)
say('not_offered', 'no TLS', 'tls')
say('restart', true)
io.read()
-- Some libraries fail what is sent first after the server was away, and then go on.
attempt('reconnect', function()
    local fine, value = pcall(allocate, client, 'reconnect')
    return fine and value or allocate(client, 'reconnect')
end)
