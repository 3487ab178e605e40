// As tests/clients/python/shape.py: tries one thing after the other, and prints what came of each.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {createInterface} from 'node:readline';

const {env} = process;
export const port = Number(env.CLIENT_PORT);
export const passwordPort = Number(env.CLIENT_PASSWORD_PORT);
export const password = env.CLIENT_PASSWORD;
export const tlsPort = Number(env.CLIENT_TLS_PORT);
export const ca = readFileSync(env.CLIENT_CA);
export const host = '127.0.0.1';

export const versionOf = (name) =>
    createRequire(import.meta.url)(`./node_modules/${name}/package.json`).version;

export const allocate = (step) => ['ALLOCATE', `${env.CLIENT_NAME}-${step}`, 'LAMP', '1'];

export const say = (line) => console.log(JSON.stringify(line));

export async function attempt(step, run) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error('no answer within 10 s')), 10_000);
    });
    try {
        say({step, value: (await Promise.race([run(), late])) ?? null});
    } catch (error) {
        say({step, error: String(error.message ?? error)});
    }
    clearTimeout(timer);
}

/** The runner allocates a line as soon as one listens to line_allocated. */
export const willListen = () => say({listens: true});

export function awaitRestart() {
    say({restart: true});
    return new Promise((done) => createInterface({input: process.stdin}).once('line', done));
}

/** Some libraries fail what was sent while the server was away, and then go on. */
export async function soon(run) {
    for (let tries = 0; ; ++tries) {
        try {
            return await run();
        } catch (error) {
            if (tries === 20) throw error;
            await new Promise((done) => setTimeout(done, 200));
        }
    }
}
