// openapi-typescript makes types of the server's own description; TypeScript checks a program
// against them; openapi-fetch runs it.
import {execFileSync} from 'node:child_process';
import {symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import createClient from 'openapi-fetch';
import openapi, {astToString} from 'openapi-typescript';
import * as shape from './shape.mjs';

const baseUrl = `http://${shape.host}:${process.env.CLIENT_HTTP_PORT}`;
const scratch = process.env.CLIENT_SCRATCH;
const here = import.meta.dirname;
shape.say({version: `${shape.versionOf('openapi-typescript')}, ${shape.versionOf('openapi-fetch')}`});

const program = `
import createClient from 'openapi-fetch';
import type {paths} from './allot.js';
const client = createClient<paths>({baseUrl: ''});
const {data, error} = await client.POST('/v1/orders/{order}/allocations', {
    params: {path: {order: 'o'}},
    body: {lines: [{sku: 'LAMP', quantity: 1}]},
});
const code: string | undefined = error?.error.code;
export const results = [data, code];
`;

await shape.attempt('types', async () => {
    const tree = await openapi(new URL(`${baseUrl}/v1/openapi.json`));
    writeFileSync(join(scratch, 'allot.d.ts'), astToString(tree));
    writeFileSync(join(scratch, 'program.mts'), program);
    symlinkSync(join(here, 'node_modules'), join(scratch, 'node_modules'));
    try {
        execFileSync(process.execPath, [
            join(here, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--module', 'nodenext',
            '--target', 'es2022', '--skipLibCheck', join(scratch, 'program.mts'),
        ], {cwd: scratch, encoding: 'utf8'});
    } catch (error) {
        throw new Error(error.stdout || error.message);
    }
    return 'checked';
});

const client = createClient({baseUrl});
const ask = (step, sku) =>
    client.POST('/v1/orders/{order}/allocations', {
        params: {path: {order: shape.allocate(step)[1]}},
        body: {lines: [{sku, quantity: 1}]},
    });
await shape.attempt('allocate', async () => JSON.stringify((await ask('allocate', 'LAMP')).data));
await shape.attempt('refusal', async () => (await ask('refusal', 'NO-SUCH')).error.error.code);
await shape.awaitRestart();
await shape.attempt('reconnect', () =>
    shape.soon(async () => JSON.stringify((await ask('reconnect', 'LAMP')).data)));
process.exit(0);
