#!lua name=allot
-- Allots an order line to the first batch, in order of preference, that has enough available.
-- FCALL allocate 1 <sku> <order> <quantity>: the batch, or an error.
--   <sku>      sorted set: the batches of a SKU by preference
--   available  hash: batch -> units
--   lines      hash: order|sku|quantity -> batch
redis.register_function('allocate', function(keys, args)
    local sku, order, quantity = keys[1], args[1], args[2]
    local line = order .. '|' .. sku .. '|' .. quantity
    local held = redis.call('HGET', 'lines', line)
    if held then return held end
    local batches = redis.call('ZRANGE', sku, 0, -1)
    if #batches == 0 then return redis.error_reply('INVALIDSKU ' .. sku) end
    for _, batch in ipairs(batches) do
        if tonumber(redis.call('HGET', 'available', batch)) >= tonumber(quantity) then
            redis.call('HINCRBY', 'available', batch, -quantity)
            redis.call('HSET', 'lines', line, batch)
            return batch
        end
    end
    return redis.error_reply('OUTOFSTOCK ' .. sku)
end)
