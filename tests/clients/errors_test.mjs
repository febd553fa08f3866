// What a program that uses the Graph client catches when something goes wrong.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { GraphError } from '@microsoft/microsoft-graph-client';

import { Bot } from './support/bot.mjs';
import { clientWithToken, graphClient } from './support/clients.mjs';
import { Phone } from './support/phone.mjs';
import { otherTenant, Server, sibling, stranger } from './support/server.mjs';

const nobody = '/communications/calls/00000000-0000-4000-8000-00000000dead';
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let bot;
let client;
let phone;
let server;
let path;

function answer() {
  const mediaConfig = { '@odata.type': '#microsoft.graph.serviceHostedMediaConfig' };
  return { callbackUri: bot.webhook, acceptedModalities: ['audio'], mediaConfig };
}

before(async () => {
  bot = await Bot.start();
  server = await Server.start(bot.webhook);
  client = graphClient(server);
  phone = await Phone.calling(server.sipPort, 'ivr');
  path = `/communications/calls/${(await bot.incoming(phone)).data.id}`;
  await client.api(`${path}/answer`).post(answer());
  await phone.answered();
  await bot.audioActive(path.split('/').at(-1));
});

after(async () => {
  await server?.stop();
  await bot?.stop();
  phone?.close();
});

/** Expects a GraphError with everything that the client promises of one. */
async function refused(request, statusCode, code, message) {
  const error = await request.then(() => assert.fail('it was not refused'), (reason) => reason);
  assert.ok(error instanceof GraphError, error.stack);
  assert.equal(error.statusCode, statusCode);
  assert.equal(error.code, code);
  assert.match(error.message, message);
  assert.match(error.requestId, guid);
  assert.match(JSON.parse(error.body).innerError['client-request-id'], guid);
  assert.ok(Math.abs(error.date - Date.now()) < 60_000, `date: ${error.date}`);
}

for (const [name, request] of [
  ['get', (api) => api(nobody).get()],
  ['delete', (api) => api(nobody).delete()],
  ['keepAlive', (api) => api(`${nobody}/keepAlive`).post()],
  ['playPrompt', (api) => api(`${nobody}/playPrompt`).post({ prompts: [] })],
  ['cancelMediaProcessing', (api) => api(`${nobody}/cancelMediaProcessing`).post({ clientContext: 'x' })],
]) {
  for (const version of ['v1.0', 'beta']) {
    test(`${version}: ${name} of an unknown call is 404 8522`, async () => {
      const other = graphClient(server, { version });
      await refused(request((at) => other.api(at)), 404, '8522', /call not found/i);
    });
  }
}

for (const [name, action, body] of [
  ['broken JSON', 'cancelMediaProcessing', '{"clientContext":'],
  ['an array', 'cancelMediaProcessing', [1]],
  ['a context of 257 characters', 'cancelMediaProcessing', { clientContext: 'x'.repeat(257) }],
  ['no prompts', 'playPrompt', { prompts: [] }],
  ['a prompt without a URL', 'playPrompt', { prompts: [{ '@odata.type': '#microsoft.graph.mediaPrompt' }] }],
  ['an unknown member of ours', 'playPrompt', { '@tonearm.loudness': 11 }],
]) {
  test(`${action} with ${name} is 400 BadRequest`, async () => {
    await refused(client.api(`${path}/${action}`).post(body), 400, 'BadRequest', /./);
  });
}

test('an unknown operation of a known call is 404 itemNotFound', async () => {
  const unknown = '00000000-0000-4000-8000-00000000beef';
  await refused(client.api(`${path}/operations/${unknown}`).get(), 404, 'itemNotFound', /./);
});

test('an unknown route is 404 UnknownError', async () => {
  await refused(client.api('/communications/nonsense').get(), 404, 'UnknownError', /./);
});

test('a method that a route does not know is 405 notAllowed', async () => {
  await refused(client.api(`${path}/playPrompt`).get(), 405, 'notAllowed', /./);
});

test('answering an answered call is 400 BadRequest', async () => {
  await refused(client.api(`${path}/answer`).post(answer()), 400, 'BadRequest', /./);
});

test('a token that is none is 401 InvalidAuthenticationToken', async () => {
  const impostor = clientWithToken(server, 'not a token');
  await refused(impostor.api(`${path}/cancelMediaProcessing`).post({}), 401, 'InvalidAuthenticationToken', /./);
});

test('the call of another application of the tenant is 404 8522', async () => {
  await refused(graphClient(server, { id: sibling }).api(path).get(), 404, '8522', /call not found/i);
});

test('the call of another tenant is 403 7505', async () => {
  const theirs = graphClient(server, { tenant: otherTenant, id: stranger });
  await refused(theirs.api(path).get(), 403, '7505', /./);
});

test('after all these refusals the call still stands', async () => {
  assert.equal((await client.api(path).get()).state, 'established');
});
