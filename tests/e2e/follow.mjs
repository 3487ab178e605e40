// The consumer of net/http/HTTP.md under a real client of server-sent events:
// `follow.mjs eventsource|undici|node URL CURSOR`. Prints its events and its cursor whenever they change.
import fs from 'node:fs';

const [, , client, url, begin] = process.argv;
const {EventSource} = client === 'node' ? globalThis : await import(client);

const document = fs.readFileSync(new URL('../../net/http/HTTP.md', import.meta.url), 'utf8');
const [, example] = /```js\n(\/\/ A copy of the events[^]*?)```/.exec(document);
const follow = new Function('EventSource', `${example}; return follow;`)(EventSource);

setInterval(() => {}, 1 << 30);  // undici's leaves the process nothing to wait for while it reconnects
follow(url, {after: begin, events: new Map()}, copy => {
    console.log(JSON.stringify({after: copy.after, events: [...copy.events.values()]}));
});
