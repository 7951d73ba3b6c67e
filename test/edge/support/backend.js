// backend.js: the agents and the static files behind every edge. Each address of 10.200.<target>.11 to 13 is a replica.
const http = require('node:http');
const { createHash } = require('node:crypto');

const replicas = new Map();

function answer(request, response) {
  const { searchParams, pathname } = new URL(request.url, 'http://agent');
  const number = (name) => Number(searchParams.get(name) ?? 0);
  let bytes = 0;
  let first;
  request.on('data', (chunk) => {
    first ??= Date.now();
    bytes += chunk.length;
  });
  request.on('end', () => {
    if (number('events')) return stream(response, number('events'), number('every'));
    setTimeout(() => {
      const status = number('status') || (pathname.startsWith('/static/') && pathname.endsWith('missing.js') ? 404 : 200);
      // as the platform's own server of static files: not with errors
      if (pathname.startsWith('/static/') && status === 200) response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ replica: request.socket.localAddress, url: request.url, bytes, headers: request.headers, first }));
    }, number('delay') * 1000);
  });
}

function stream(response, events, seconds) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
  let count = 0;
  const send = () => {
    count += 1;
    response.write(`data: ${count} ${Date.now()}\n\n`);
    if (count === events) return response.end();
    setTimeout(send, seconds * 1000);
  };
  send();
}

/** An echo of whole TCP chunks: the frames of a client are masked, so what comes back is the frame itself. */
function upgrade(request, socket) {
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
  socket.on('data', (chunk) => socket.write(chunk));
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.end());
}

function replica(address, port) {
  const server = http.createServer({ keepAliveTimeout: 75_000 }, answer).listen(port, address);
  const sockets = new Set();
  server.requestTimeout = 0;
  server.on('upgrade', upgrade);
  server.on('connection', (socket) => sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())));
  replicas.set(address, () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
}

const targets = process.argv.slice(2).map(Number);
for (const target of targets) for (const host of [11, 12, 13]) for (const port of [8501, 8502]) replica(`10.200.${target}.${host}`, port);
// a replica dies when it is told to
http
  .createServer((request, response) => {
    replicas.get(request.url.slice(1))?.();
    response.end('gone');
  })
  .listen(9000, '10.200.0.1', () => console.log('ready'));
