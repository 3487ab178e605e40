// valkey-glide
import {Batch, GlideClient} from '@valkey/valkey-glide';
import * as shape from './shape.mjs';

const {allocate, attempt, host} = shape;

const connected = (port, more = {}) =>
    GlideClient.createClient({addresses: [{host, port}], requestTimeout: 5000, ...more});

shape.say({version: shape.versionOf('@valkey/valkey-glide')});
let client;
await attempt('allocate', async () => {
    client = await connected(shape.port);
    return client.customCommand(allocate('allocate'));
});

function batchOf(isAtomic, ...steps) {
    const batch = new Batch(isAtomic);
    for (const step of steps) batch.customCommand(allocate(step));
    return batch;
}

async function watch() {
    const watcher = await connected(shape.port);
    await watcher.watch(['LAMP']);
    await client.customCommand(allocate('between'));
    return watcher.exec(batchOf(true, 'watch'), false);
}

async function subscribe() {
    shape.willListen();
    return new Promise((received, failed) => {
        connected(shape.port, {
            pubsubSubscriptions: {
                channelsAndPatterns: {
                    [0]: new Set(['line_allocated']), // exact names
                },
                callback: ({message}) => received(message),
            },
        }).catch(failed);
    });
}

async function password() {
    const known = await connected(shape.passwordPort, {credentials: {password: shape.password}});
    const right = await known.customCommand(allocate('password'));
    try {
        await connected(shape.passwordPort, {credentials: {password: 'wrong'}});
        return [right, 'let in'];
    } catch (error) {
        return [right, `refused: ${error.message}`];
    }
}

await attempt('stock', () => client.customCommand(['STOCK', 'LAMP']));
await attempt('pipeline', () =>
    client.exec(batchOf(false, 'pipeline0', 'pipeline1', 'pipeline2'), false));
await attempt('transaction', () => client.exec(batchOf(true, 'transaction1', 'transaction2'), false));
await attempt('watch', watch);
await attempt('subscribe', subscribe);
await attempt('password', password);
await attempt('tls', async () => {
    const secure = await connected(shape.tlsPort, {
        useTLS: true,
        advancedConfiguration: {tlsAdvancedConfiguration: {rootCertificates: shape.ca}},
    });
    return secure.customCommand(allocate('tls'));
});
await shape.awaitRestart();
await attempt('reconnect', () => shape.soon(() => client.customCommand(allocate('reconnect'))));
process.exit(0);
