// node-redis 4, 5 and 6: node redis.mjs PACKAGE
import * as shape from './shape.mjs';

const {allocate, attempt, host} = shape;
const name = process.argv[2];
const {createClient} = await import(name);

async function connected(socket, more = {}) {
    const client = createClient({socket: {host, ...socket}, ...more});
    client.on('error', () => {}); // each call reports it, too
    return client.connect();
}

shape.say({version: shape.versionOf(name)});
const client = await connected({port: shape.port});
const ask = (words, of = client) => of.sendCommand(words);

async function password() {
    const known = await connected({port: shape.passwordPort}, {password: shape.password});
    const right = await ask(allocate('password'), known);
    try {
        await connected({port: shape.passwordPort, reconnectStrategy: false}, {password: 'wrong'});
        return [right, 'let in'];
    } catch (error) {
        return [right, `refused: ${error.message}`];
    }
}

async function watch() {
    const watcher = await connected({port: shape.port});
    await watcher.watch('LAMP');
    await ask(allocate('between'));
    try {
        return await watcher.multi().addCommand(allocate('watch')).exec();
    } catch (error) {
        if (error.constructor.name === 'WatchError') return null;
        throw error;
    }
}

async function subscribe() {
    shape.willListen();
    const listener = await connected({port: shape.port});
    return new Promise((received) => listener.subscribe('line_allocated', received));
}

await attempt('allocate', () => ask(allocate('allocate')));
await attempt('stock', () => ask(['STOCK', 'LAMP']));
await attempt('pipeline', () =>
    Promise.all([0, 1, 2].map((number) => ask(allocate(`pipeline${number}`)))));
await attempt('transaction', () =>
    client.multi().addCommand(allocate('transaction1')).addCommand(allocate('transaction2')).exec());
await attempt('watch', watch);
await attempt('subscribe', subscribe);
await attempt('password', password);
await attempt('tls', async () => {
    const secure = await connected({port: shape.tlsPort, tls: true, ca: shape.ca});
    return ask(allocate('tls'), secure);
});
await shape.awaitRestart();
await attempt('reconnect', () => shape.soon(() => ask(allocate('reconnect'))));
process.exit(0);
