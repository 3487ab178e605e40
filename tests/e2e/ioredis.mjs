// ioredis as it is by default, and with auto-pipelining, against the server on the given port.
// The stock: 100'000 SMALL-TABLE in batch-1, 1 RARE-VASE in batch-2.
import assert from 'node:assert/strict';
import {Redis} from 'ioredis';

const options = {host: '127.0.0.1', port: Number(process.argv[2]), retryStrategy: null};

async function speak(protocol) {
    const client = new Redis({...options, protocol});
    const order = `order-resp${protocol}`;
    assert.equal(await client.ping(), 'PONG');
    assert.equal(await client.call('ALLOCATE', order, 'SMALL-TABLE', '2'), 'batch-1');
    assert.deepEqual(await client.call('ALLOCATIONS', order), [['SMALL-TABLE', 2, 'batch-1']]);
    assert.equal(await client.call('DEALLOCATE', order), 1);
    await assert.rejects(client.call('ALLOCATE', order, 'NO-SUCH', '2'), {
        message: 'INVALIDSKU Invalid sku NO-SUCH',
    });
    await assert.rejects(client.call('ALLOCATE', order, 'RARE-VASE', '2'), {
        message: 'OUTOFSTOCK Out of stock for sku RARE-VASE',
    });
    assert.match(await client.client('INFO'), new RegExp(`resp=${protocol} lib-name=ioredis`));
    const bytes = Buffer.from([0, 13, 10, 255]);
    assert.deepEqual(await client.echoBuffer(bytes), bytes);

    const pipeline = client.pipeline();
    for (let i = 0; i < 1000; ++i) {
        if (i === 500) pipeline.call('NOSUCH');
        else pipeline.echo(`reply ${i}`);
    }
    (await pipeline.exec()).forEach(([error, value], i) => {
        if (i === 500) assert.match(error.message, /^ERR unknown command/);
        else assert.equal(value, `reply ${i}`);
    });
    assert.equal(await client.quit(), 'OK');
}

async function autoPipeline() {
    const client = new Redis({...options, enableAutoPipelining: true});
    await client.ping();
    const batches = await Promise.all(
        Array.from({length: 1000}, (_, i) =>
            client.call('ALLOCATE', `auto-${i}`, 'SMALL-TABLE', String(1 + (i % 2))),
        ),
    );
    assert.deepEqual(new Set(batches), new Set(['batch-1']));
    const held = await Promise.all(
        Array.from({length: 1000}, (_, i) => client.call('ALLOCATIONS', `auto-${i}`)),
    );
    held.forEach((lines, i) => assert.deepEqual(lines, [['SMALL-TABLE', 1 + (i % 2), 'batch-1']]));
    client.disconnect();
}

async function transact(protocol) {
    const client = new Redis({...options, protocol});
    const order = `multi-resp${protocol}`;
    assert.deepEqual(
        await client
            .multi()
            .call('ALLOCATE', order, 'SMALL-TABLE', '3')
            .call('ALLOCATE', order, 'NO-SUCH', '1')
            .call('ALLOCATIONS', order)
            .exec()
            .then((parts) => parts.map(([error, value]) => error?.message ?? value)),
        ['batch-1', 'INVALIDSKU Invalid sku NO-SUCH', [['SMALL-TABLE', 3, 'batch-1']]],
    );
    await assert.rejects(
        client.multi().call('DEALLOCATE', order).call('NOSUCH').exec(),
        /EXECABORT Transaction discarded because of previous errors/,
    );
    await client.watch('SMALL-TABLE');
    await client.call('DEALLOCATE', order);
    assert.equal(await client.multi().call('ALLOCATE', order, 'SMALL-TABLE', '4').exec(), null);
    assert.deepEqual(await client.call('ALLOCATIONS', order), []);
    client.disconnect();
}

await speak(3);
await speak(2);
await transact(3);
await transact(2);
await autoPipeline();
console.log('ok');
