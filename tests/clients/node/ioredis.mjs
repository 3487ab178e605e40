// ioredis 5 and 6, and iovalkey: node ioredis.mjs PACKAGE
import * as shape from './shape.mjs';

const {allocate, attempt, host} = shape;
const name = process.argv[2];
const Client = (await import(name)).default;

function connected(options) {
    const client = new Client({host, ...options});
    client.on('error', () => {}); // each call reports it, too
    return client;
}

/** Of a pipeline or transaction: [error, value] each. */
const values = (replies) =>
    replies && replies.map(([error, value]) => (error ? {error: error.message} : value));

shape.say({version: shape.versionOf(name)});
const client = connected({port: shape.port});

async function password() {
    const known = connected({port: shape.passwordPort, password: shape.password});
    const right = await known.call(...allocate('password'));
    const unknown = connected({
        port: shape.passwordPort, password: 'wrong', lazyConnect: true, retryStrategy: null,
    });
    let failure = '';
    unknown.on('error', (error) => (failure ||= error.message));
    try {
        await unknown.connect();
        return [right, `let in: ${await unknown.ping()}`];
    } catch (error) {
        return [right, `refused: ${failure || error.message}`];
    }
}

async function watch() {
    const watcher = connected({port: shape.port});
    await watcher.watch('LAMP');
    await client.call(...allocate('between'));
    return values(await watcher.multi().call(...allocate('watch')).exec());
}

async function subscribe() {
    shape.willListen();
    const listener = connected({port: shape.port});
    const received = new Promise((done) => listener.once('message', (_, message) => done(message)));
    await listener.subscribe('line_allocated');
    return received;
}

await attempt('allocate', () => client.call(...allocate('allocate')));
await attempt('stock', () => client.call('STOCK', 'LAMP'));
await attempt('pipeline', async () => {
    const pipe = client.pipeline();
    for (const number of [0, 1, 2]) pipe.call(...allocate(`pipeline${number}`));
    return values(await pipe.exec());
});
await attempt('transaction', async () =>
    values(await client.multi().call(...allocate('transaction1')).call(...allocate('transaction2')).exec()));
await attempt('watch', watch);
await attempt('subscribe', subscribe);
await attempt('password', password);
await attempt('tls', () =>
    connected({port: shape.tlsPort, tls: {ca: shape.ca}}).call(...allocate('tls')));
await shape.awaitRestart();
await attempt('reconnect', () => shape.soon(() => client.call(...allocate('reconnect'))));
process.exit(0);
