// One whole call, driven by Microsoft's Graph client with tokens of Azure's identity library, over https.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';

import { ResponseType } from '@microsoft/microsoft-graph-client';

import { Bot } from './support/bot.mjs';
import { graphClient } from './support/clients.mjs';
import { Phone } from './support/phone.mjs';
import { Server } from './support/server.mjs';

const audio = { '@odata.type': '#microsoft.graph.serviceHostedMediaConfig' };

let bot;
let server;
let phone;

before(async () => {
  bot = await Bot.start();
  server = await Server.start(bot.webhook);
});

after(async () => {
  const status = await server?.stop();
  await bot?.stop();
  assert.equal(status, 0);
});

beforeEach(async () => {
  phone = await Phone.calling(server.sipPort, 'ivr');
});

afterEach(() => phone.close());

function play(uri, clientContext) {
  const mediaInfo = { '@odata.type': '#microsoft.graph.mediaInfo', uri };
  return { clientContext, prompts: [{ '@odata.type': '#microsoft.graph.mediaPrompt', mediaInfo }] };
}

/** Takes the call that is coming in and waits until the caller can hear it; answers its id. */
async function answer(client, root) {
  const { id } = (await bot.incoming(phone)).data;
  const body = { callbackUri: bot.webhook, acceptedModalities: ['audio'], mediaConfig: audio };
  const response = await client.api(`${root}/${id}/answer`).responseType(ResponseType.RAW).post(body);
  assert.equal(response.status, 202);
  await phone.answered();
  await bot.audioActive(id);
  return id;
}

for (const version of ['v1.0', 'beta']) {
  for (const root of ['/communications/calls', '/app/calls']) {
    test(`${version}${root}: a bot answers, plays two prompts, cancels both and hangs up`, async () => {
      const client = graphClient(server, { version });
      const id = await answer(client, root);
      const call = client.api(`${root}/${id}`);
      assert.equal((await call.get()).state, 'established');

      const first = await client.api(`${root}/${id}/playPrompt`).post(play(bot.toneUri(8), 'first'));
      const second = await client.api(`${root}/${id}/playPrompt`).post(play(bot.toneUri(8), 'second'));
      for (const [operation, context] of [[first, 'first'], [second, 'second']]) {
        assert.equal(operation['@odata.type'], '#microsoft.graph.playPromptOperation');
        assert.equal(operation.status, 'running');
        assert.equal(operation.clientContext, context);
      }
      await phone.audio.hears(5);

      const cancel = await client.api(`${root}/${id}/cancelMediaProcessing`).post({ clientContext: 'enough' });
      assert.equal(cancel['@odata.type'], '#microsoft.graph.cancelMediaProcessingOperation');
      assert.equal(cancel.status, 'completed');
      assert.equal(cancel.clientContext, 'enough');
      assert.equal(await phone.audio.soundsAfterSilence(10), 0);

      for (const { id: operation, clientContext } of [first, second]) {
        const { data } = await bot.ended(operation);
        assert.equal(data['@odata.type'], '#microsoft.graph.playPromptOperation');
        assert.equal(data.status, 'failed');
        assert.equal(data.clientContext, clientContext);
        assert.equal(data.resultInfo.code, 400);
        assert.equal(data.resultInfo.subcode, 8508);
      }
      assert.deepEqual(bot.endings(id), [first.id, second.id]);
      const readAgain = await client.api(`${root}/${id}/operations/${cancel.id}`).get();
      assert.equal(readAgain.id, cancel.id);
      assert.equal(readAgain.status, 'completed');

      assert.equal(await call.delete(), undefined);
      await phone.hungUp();
      const { data: over } = await bot.ended(id);
      assert.equal(over.state, 'terminated');
      assert.equal(over.resultInfo.code, 200);
    });
  }
}

describe('in a call', () => {
  let client;
  let path;

  beforeEach(async () => {
    client = graphClient(server);
    path = `/communications/calls/${await answer(client, '/communications/calls')}`;
  });

  afterEach(async () => {
    await client.api(path).delete();
    await phone.hungUp();
  });

  test('a prompt plays again after a cancel', async () => {
    await client.api(`${path}/playPrompt`).post(play(bot.toneUri(8), 'first'));
    await phone.audio.hears(5);
    await client.api(`${path}/cancelMediaProcessing`).post({});
    assert.equal(await phone.audio.soundsAfterSilence(5), 0);
    await client.api(`${path}/playPrompt`).post(play(bot.toneUri(8), 'second'));
    await phone.audio.hears(5);
  });

  test('a prompt that plays to its end is notified as completed', async () => {
    const operation = await client.api(`${path}/playPrompt`).post(play(bot.toneUri(0.5), 'short'));
    const { data } = await bot.ended(operation.id);
    assert.equal(data.status, 'completed');
    assert.equal(data.completionReason, 'completedSuccessfully');
    assert.equal(data.resultInfo.code, 200);
    assert.equal((await client.api(`${path}/operations/${operation.id}`).get()).status, 'completed');
  });

  for (const [name, body] of [['nothing', []], ['null', [null]], ['an empty object', [{}]]]) {
    test(`keepAlive with ${name} as its body is answered 200 with nothing`, async () => {
      const keepAlive = client.api(`${path}/keepAlive`);
      const response = await keepAlive.responseType(ResponseType.RAW).post(...body);
      assert.equal(response.status, 200);
      assert.equal(await response.text(), '');
      assert.equal(await client.api(`${path}/keepAlive`).post(...body), '');
    });

    test(`cancelMediaProcessing with ${name} as its body is answered by its operation`, async () => {
      const operation = await client.api(`${path}/cancelMediaProcessing`).post(...body);
      assert.equal(operation.status, 'completed');
      assert.equal(operation.clientContext, null);
    });
  }

  test('subscribeToTone is completed at once', async () => {
    const operation = await client.api(`${path}/subscribeToTone`).post({ clientContext: 'keys' });
    assert.equal(operation['@odata.type'], '#microsoft.graph.subscribeToToneOperation');
    assert.equal(operation.status, 'completed');
  });

  test('the participants are a collection without members', async () => {
    assert.deepEqual((await client.api(`${path}/participants`).get()).value, []);
  });

  test('an action may be named with its namespace', async () => {
    const operation = await client.api(`${path}/microsoft.graph.cancelMediaProcessing`).post({});
    assert.equal(operation.status, 'completed');
  });
});

test('a call that its bot refuses as busy is answered 202 and the caller hears 486', async () => {
  const { id } = (await bot.incoming(phone)).data;
  const reject = graphClient(server).api(`/communications/calls/${id}/reject`).responseType(ResponseType.RAW);
  const response = await reject.post({ reason: 'busy' });
  assert.equal(response.status, 202);
  assert.equal(await response.text(), '');
  assert.equal((await phone.refused()).status, 486);
  assert.equal((await bot.ended(id)).data.state, 'terminated');
});
