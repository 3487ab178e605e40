#!/usr/bin/env bash
# npm eventsource 3.0.7 and 4.1.1 (both with eventsource-parser 3.1.1) forget an event id that no
# data field follows; 2.0.2 and 5.1.5 keep it. From 3.0.7 on an event with empty data is dispatched.
#
# HTML Living Standard, 9.2.6 "Interpreting an event stream": a blank line dispatches the event, and
# the dispatch sets the last event ID string *before* it looks whether the data buffer is empty. So
# after "id: 7" and a blank line a reconnection sends "Last-Event-ID: 7". By the same section an
# event whose data is empty is not dispatched.
#
# Seen: a server ends the first connection after a bare id (7), the second after an id with an empty
# data field (8), the third after an id with data (9), and prints the Last-Event-ID of each of the
# four connections; then the data of each "position" event that the client dispatched.
#   eventsource 2.0.2: null 7 8 9 ["x"]        eventsource 4.1.1: null null 8 9 ["","x"]
#   eventsource 3.0.7: null null 8 9 ["","x"]  eventsource 5.1.5: null 7 8 9 ["","x"]
#
# Needs Node.js 20 and npm. Exits with 1 when a version behaves otherwise.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat >probe.mjs <<'PROBE'
import http from 'node:http';
import * as eventsource from 'eventsource';

const EventSource = eventsource.EventSource ?? eventsource.default;
const streams = ['id: 7\n\n', 'event: position\nid: 8\ndata\n\n', 'event: position\nid: 9\ndata: x\n\n'];
const seen = [];
const dispatched = [];
const server = http.createServer((request, response) => {
  seen.push(request.headers['last-event-id'] ?? null);
  const stream = streams[seen.length - 1];
  if (stream === undefined) {
    console.log(seen.map(String).join(' '), JSON.stringify(dispatched));
    process.exit(0);
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(`retry: 50\n${stream}`, () => setTimeout(() => response.destroy(), 100));
});
server.listen(0, '127.0.0.1', () => {
  const source = new EventSource(`http://127.0.0.1:${server.address().port}/`);
  source.addEventListener('position', (event) => dispatched.push(event.data));
});
setTimeout(() => process.exit(1), 10_000);
PROBE

changed=0
while read -r version expected; do
    rm -rf node_modules package.json package-lock.json
    npm init -y >/dev/null
    npm install --no-audit --no-fund --ignore-scripts --loglevel=error "eventsource@$version" >/dev/null
    seen=$(node probe.mjs)
    printf 'eventsource %s: %s\n' "$version" "$seen"
    [[ $seen == "$expected" ]] || changed=1
done <<'EXPECTED'
2.0.2 null 7 8 9 ["x"]
3.0.7 null null 8 9 ["","x"]
4.1.1 null null 8 9 ["","x"]
5.1.5 null 7 8 9 ["","x"]
EXPECTED
if [[ $changed -ne 0 ]]; then
    echo 'this is not what was seen before' >&2
    exit 1
fi
