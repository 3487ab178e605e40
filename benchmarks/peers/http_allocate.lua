-- Requests for wrk: each allocates one unit of a random SKU for an order of its own.
-- Arguments: the prefix of order ids, unique among runs; the number of SKUs.

local run, skus, next_order = "", 0, 0

function init(args)
    run, skus = args[1], tonumber(args[2])
    math.randomseed(os.time())
end

function request()
    next_order = next_order + 1
    local body = string.format('{"orderid":"%s%010d","sku":"SKU-%012d","qty":1}', run, next_order,
        math.random(0, skus - 1))
    return wrk.format("POST", "/allocate", {["Content-Type"] = "application/json"}, body)
end

-- Prints a line for the benchmark after wrk's own.
function done(summary, latency)
    local wrong = summary.errors.connect + summary.errors.read + summary.errors.write
        + summary.errors.status + summary.errors.timeout
    io.write(string.format("result %d %d %d %d\n", summary.requests, summary.duration,
        wrong, latency:percentile(99)))
end
