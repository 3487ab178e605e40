// node-redis as it is by default, against the server on the port that is given.
// The stock: 100'000 SMALL-TABLE in batch-1, 1 RARE-VASE in batch-2.
import assert from 'node:assert/strict';
import {MultiErrorReply, WatchError, createClient} from 'redis';

const port = Number(process.argv[2]);
const client = createClient({socket: {host: '127.0.0.1', port, reconnectStrategy: false}});
client.on('error', (error) => {
    throw error;
});
await client.connect();

assert.equal(await client.ping(), 'PONG');
assert.equal(await client.echo('a\r\nb'), 'a\r\nb');
assert.equal(await client.sendCommand(['ALLOCATE', 'order-1', 'SMALL-TABLE', '2']), 'batch-1');
assert.deepEqual(await client.sendCommand(['ALLOCATIONS', 'order-1']), [
    ['SMALL-TABLE', 2, 'batch-1'],
]);
assert.deepEqual(await client.sendCommand(['STOCK', 'SMALL-TABLE']), [
    ['batch-1', 'warehouse', 100000, 99998],
]);
await assert.rejects(
    client.sendCommand(['ALLOCATE', 'order-1', 'NO-SUCH', '2']),
    {message: 'INVALIDSKU Invalid sku NO-SUCH'},
);
await assert.rejects(client.sendCommand(['ALLOCATE', 'order-1', 'RARE-VASE', '2']), {
    message: 'OUTOFSTOCK Out of stock for sku RARE-VASE',
});
await assert.rejects(client.sendCommand(['ALLOCATE', 'order-1']), /wrong number of arguments/);

// In RESP3 a map is a map, whatever the client makes of it.
const hello = await client.hello();
assert.equal(hello.server, 'allot');
assert.equal(hello.proto, 3);
assert.match(await client.info('stock'), /lines:1\r\n/);
assert.match(await client.sendCommand(['CLIENT', 'INFO']), /resp=3 lib-name=node-redis/);

// Sent in one go, answered in order; the error in the middle is one reply of its own.
const many = Array.from({length: 1000}, (_, i) =>
    client.sendCommand(i === 500 ? ['NOSUCH'] : ['ECHO', `reply ${i}`]),
);
const replies = await Promise.allSettled(many);
replies.forEach((reply, i) => {
    if (i === 500) assert.match(reply.reason.message, /^ERR unknown command/);
    else assert.equal(reply.value, `reply ${i}`);
});
const batches = await Promise.all(
    Array.from({length: 1000}, (_, i) =>
        client.sendCommand(['ALLOCATE', `many-${i}`, 'SMALL-TABLE', '1']),
    ),
);
assert.deepEqual(new Set(batches), new Set(['batch-1']));
assert.equal(await client.sendCommand(['AVAILABLE', 'SMALL-TABLE']), 98998);

// Its transactions: MULTI … EXEC, one unit.
assert.deepEqual(
    await client
        .multi()
        .addCommand(['ALLOCATE', 'multi-1', 'SMALL-TABLE', '1'])
        .addCommand(['ALLOCATE', 'multi-2', 'SMALL-TABLE', '2'])
        .addCommand(['AVAILABLE', 'SMALL-TABLE'])
        .exec(),
    ['batch-1', 'batch-1', 98995],
);
await assert.rejects(
    client
        .multi()
        .addCommand(['ALLOCATE', 'multi-3', 'RARE-VASE', '2'])
        .addCommand(['ALLOCATE', 'multi-4', 'SMALL-TABLE', '1'])
        .exec(),
    (error) => {
        assert(error instanceof MultiErrorReply);
        assert.match(error.replies[0].message, /^OUTOFSTOCK/);
        assert.equal(error.replies[1], 'batch-1');
        return true;
    },
);
await assert.rejects(
    client
        .multi()
        .addCommand(['ALLOCATE', 'multi-5', 'SMALL-TABLE', '1'])
        .addCommand(['NOSUCH'])
        .exec(),
    /EXECABORT|unknown command/,
);
assert.deepEqual(await client.sendCommand(['ALLOCATIONS', 'multi-5']), []);
await client.watch('SMALL-TABLE');
await client.sendCommand(['ALLOCATE', 'multi-6', 'SMALL-TABLE', '1']);
await assert.rejects(
    client.multi().addCommand(['ALLOCATE', 'multi-7', 'SMALL-TABLE', '1']).exec(),
    WatchError,
);
assert.deepEqual(await client.sendCommand(['ALLOCATIONS', 'multi-7']), []);

await client.close();
console.log('ok');
