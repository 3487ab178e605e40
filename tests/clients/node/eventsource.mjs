// eventsource: reads /v1/feed, and goes on after the server was away.
import {EventSource} from 'eventsource';
import * as shape from './shape.mjs';

shape.say({version: shape.versionOf('eventsource')});
const url = `http://${shape.host}:${process.env.CLIENT_HTTP_PORT}/v1/feed?from=1`;
const source = new EventSource(url);
const seen = [];
let notify = () => {};
source.addEventListener('line_allocated', ({data, lastEventId}) => {
    seen.push({order: JSON.parse(data).order, id: Number(lastEventId.split(':').pop())});
    notify();
});
/** Once the order has arrived: every event until then, each once. */
async function until(order) {
    while (!seen.some((event) => event.order === order)) await new Promise((done) => (notify = done));
    const ids = seen.map(({id}) => id);
    const inOrder = ids.every((id, i) => i === 0 || id > ids[i - 1]);
    return inOrder ? order : `out of order or twice: ${ids}`;
}

const order = (step) => shape.allocate(step)[1];
await shape.attempt('events', () => until(order('events')));
await shape.awaitRestart();
await shape.attempt('reconnect', () => until(order('away')));
source.close();
process.exit(0);
