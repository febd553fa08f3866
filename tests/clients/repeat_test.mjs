// A request whose answer was lost on the way, and what Microsoft's Graph client makes of that.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after, before, test } from 'node:test';

import { Bot } from './support/bot.mjs';
import { clientBehindGateway } from './support/clients.mjs';
import { Server } from './support/server.mjs';

const ada = '00000000-0000-4000-8000-000000000101';

let bot;
let phone;
let server;
const invites = new Set(); // Call-IDs

before(async () => {
  phone = createSocket('udp4');
  phone.on('message', (bytes, from) => {
    const text = bytes.toString();
    if (!text.startsWith('INVITE ')) return;
    invites.add(/^Call-ID: *(.*)\r$/im.exec(text)[1]);
    const echoed = text.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line));
    const busy = ['SIP/2.0 486 Busy Here', ...echoed, 'Content-Length: 0', '', ''].join('\r\n');
    phone.send(busy.replace(/^To:.*/im, (line) => `${line};tag=ada`), from.port, from.address);
  });
  phone.bind(0, '127.0.0.1');
  await once(phone, 'listening');
  bot = await Bot.start();
  const sip = `sip:ada@127.0.0.1:${phone.address().port}`;
  server = await Server.start(bot.webhook, { more: `[[user]]\nid = "${ada}"\nname = "Ada"\nsip = "${sip}"` });
});

after(async () => {
  await server?.stop();
  await bot?.stop();
  phone?.close();
});

test('an order for a call that the client sends again places one call', async () => {
  const requests = [];
  const order = {
    '@odata.type': '#microsoft.graph.call',
    callbackUri: bot.webhook,
    targets: [{ identity: { user: { id: ada } } }],
    requestedModalities: ['audio'],
    mediaConfig: { '@odata.type': '#microsoft.graph.serviceHostedMediaConfig' },
  };
  const call = await clientBehindGateway(server, requests).api('/communications/calls').post(order);

  assert.deepEqual(requests.map((r) => r.status), [201, 201]);
  assert.deepEqual(requests.map((r) => r.headers.get('Retry-Attempt')), [null, '1']);
  assert.equal(requests[1].body, requests[0].body);
  assert.equal(JSON.parse(requests[0].body).id, call.id);
  await bot.ended(call.id);
  const told = bot.heard.all.map((h) => h.data.id);
  assert.deepEqual(new Set(told), new Set([call.id]));
  assert.equal(invites.size, 1);
});
