// redis-commander: its terminal in the browser, driven by the requests that this makes.
import {spawn} from 'node:child_process';
import {createServer} from 'node:net';
import {join} from 'node:path';
import * as shape from './shape.mjs';

const {allocate, attempt, host} = shape;
const program = join(import.meta.dirname, 'node_modules/redis-commander/bin/redis-commander.js');
const children = [];

const freePort = () =>
    new Promise((found) => {
        const probe = createServer().listen(0, host, () => {
            const {port} = probe.address();
            probe.close(() => found(port));
        });
    });

/** Where one runs that is connected to a server, and its connection's name. */
async function started(port, ...more) {
    const web = await freePort();
    children.push(spawn(process.execPath, [
        program, '--redis-host', host, '--redis-port', String(port), '--address', host, '--port', String(web),
        '--nosave', '--noload', ...more,
    ], {stdio: 'ignore', env: {...process.env, HOME: process.env.CLIENT_SCRATCH}}));
    const base = `http://${host}:${web}`;
    const id = await shape.soon(async () => {
        const {connections} = await (await fetch(`${base}/connections`)).json();
        return connections[0].conId;
    });
    return `${base}/apiv2/exec/${encodeURIComponent(id)}`;
}

async function typed(where, words) {
    const answer = await fetch(where, {
        method: 'POST',
        headers: {'Content-Type': 'application/json'},
        body: JSON.stringify({cmd: words.join(' ')}),
    });
    const text = await answer.text();
    try {
        return JSON.parse(text).data;
    } catch {
        throw new Error(`${answer.status} ${text}`);
    }
}

shape.say({version: shape.versionOf('redis-commander')});
let where;
await attempt('allocate', async () => {
    where = await started(shape.port);
    return typed(where, allocate('allocate'));
});
await attempt('stock', () => typed(where, ['STOCK', 'LAMP']));
await attempt('password', async () => {
    const known = await started(shape.passwordPort, '--redis-password', shape.password);
    const right = await typed(known, allocate('password'));
    const unknown = await started(shape.passwordPort, '--redis-password', 'wrong', '--redis-optional');
    const wrong = await Promise.race([
        typed(unknown, ['PING']).catch((error) => error.message),
        new Promise((done) => setTimeout(done, 2000, 'not connected')),
    ]);
    return [right, wrong === 'PONG' ? wrong : `refused: ${wrong}`];
});
await shape.awaitRestart();
await attempt('reconnect', () =>
    shape.soon(async () => {
        const said = await typed(where, allocate('reconnect'));
        if (said !== 'batch-1') throw new Error(said);
        return said;
    }));
for (const child of children) child.kill();
process.exit(0);
