// Whole calls by each of Microsoft's clients for JavaScript: from the token to the end, both ways, and what fails in them.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';

import { GraphError } from '@microsoft/microsoft-graph-client';

import { Bot } from './support/bot.mjs';
import { GraphClient } from './support/clients.mjs';
import { prompt } from './support/example.mjs';
import { KiotaClient } from './support/kiota.mjs';
import { Phone } from './support/phone.mjs';
import { Server, sibling } from './support/server.mjs';
import { closing, opening, samplesOf, Search, tone } from './support/sound.mjs';

const adaId = '00000000-0000-4000-8000-000000000101';
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const mediaConfig = { '@odata.type': '#microsoft.graph.serviceHostedMediaConfig' };
const toAda = {
  '@odata.type': '#microsoft.graph.invitationParticipantInfo',
  identity: {
    '@odata.type': '#microsoft.graph.identitySet',
    user: { '@odata.type': '#microsoft.graph.identity', id: adaId, displayName: 'Ada' },
  },
};
const message = prompt('reminder/audio/confirmed.wav'); // somebody's voice
const played = tone({ hertz: 440, seconds: 0.2 });
const beep = tone({ hertz: 1000, seconds: 0.2 });

let ada;
let bot;
let server;

beforeEach(async () => {
  ada = await Phone.waiting();
  bot = await Bot.start();
  server = await Server.start(bot.webhook, { users: [{ id: adaId, sip: ada.contact }] });
});

afterEach(async () => {
  assert.equal(await server?.stop(), 0);
  await bot?.stop();
  ada?.close();
});

const call = () => ({
  '@odata.type': '#microsoft.graph.call',
  callbackUri: bot.webhook,
  mediaConfig,
  requestedModalities: ['audio'],
  targets: [toAda],
});

function play(seconds, clientContext) {
  const mediaInfo = { '@odata.type': '#microsoft.graph.mediaInfo', uri: bot.toneUri(seconds) };
  return { clientContext, prompts: [{ '@odata.type': '#microsoft.graph.mediaPrompt', mediaInfo }] };
}

/** The states that were told of a call so far, each with `audio` if that became active. */
function states(id) {
  const told = bot.heard.all.filter(({ url }) => url === `/communications/calls/${id}`);
  return told.filter(({ data }) => !data.toneInfo).map(({ data }) => data.state + (data.mediaState ? ' audio' : ''));
}

async function download({ recordingLocation, recordingAccessToken }) {
  const response = await fetch(recordingLocation, { headers: { authorization: `Bearer ${recordingAccessToken}` } });
  assert.equal(response.status, 200);
  return samplesOf(Buffer.from(await response.arrayBuffer()));
}

function has(sound, wanted) {
  return new Search(wanted).in(sound) !== undefined;
}

/**
 * What this client makes of a status. The metadata writes Running, the service running; Kiota's models follow the
 * former to the letter, and leave out what they do not know.
 */
const statusOf = { 'microsoft-graph-client': (status) => status, 'msgraph-sdk': () => undefined };

const thrown = {
  'microsoft-graph-client': (error) => {
    assert.ok(error instanceof GraphError, error.stack);
    const { statusCode, code, message: said, requestId } = error;
    return { statusCode, code, said, requestId };
  },
  'msgraph-sdk': (error) => {
    assert.ok(error.errorEscaped, error.stack); // of an ODataError, which is an interface and no class
    const { code, message: said, innerError } = error.errorEscaped;
    assert.ok(innerError.date instanceof Date);
    return { statusCode: error.responseStatusCode, code, said, requestId: innerError.requestId };
  },
};

for (const [name, Client] of [['microsoft-graph-client', GraphClient], ['msgraph-sdk', KiotaClient]]) {
  const status = statusOf[name];

  describe(`@microsoft/${name}`, () => {
    let client;

    beforeEach(() => {
      client = new Client(server);
    });

    /** How an operation ended, as this client reads the notification. */
    async function ended({ id }) {
      return client.read((await bot.ended(id)).data);
    }

    async function refused(request, statusCode, code) {
      const error = thrown[name](await request.then(() => assert.fail('it was not refused'), (reason) => reason));
      assert.equal(error.statusCode, statusCode);
      assert.equal(error.code, code);
      assert.ok(error.said);
      assert.match(error.requestId, guid);
    }

    test('calls Ada, plays, hears and sends keys, cancels, records, fetches what was said and hangs up', async () => {
      const { id, state, direction, targets } = await client.create(call());
      assert.deepEqual([state, direction], ['establishing', 'outgoing']);
      assert.equal(targets[0].identity.user.id, adaId);
      await ada.answers();
      await bot.audioActive(id);
      assert.deepEqual(states(id), ['establishing', 'established', 'established audio']);
      assert.equal((await client.get(id)).state, 'established');

      const subscribed = await client.act(id, 'subscribeToTone', { clientContext: 'keys' });
      assert.deepEqual([subscribed.status, subscribed.clientContext], [status('completed'), 'keys']);
      const prompt = await client.act(id, 'playPrompt', play(8, 'prompt'));
      assert.deepEqual([prompt.status, prompt.clientContext], [status('running'), 'prompt']);
      await ada.audio.finds('the prompt', played);

      await ada.audio.presses('5');
      const key = await bot.heard.first('a key', ({ data }) => data.id === id && data.toneInfo);
      const { sequenceId, tone: pressed } = client.read(key.data).toneInfo;
      assert.deepEqual([sequenceId, pressed], [1, 'tone5']);

      const cancel = await client.act(id, 'cancelMediaProcessing', { clientContext: 'enough' });
      assert.deepEqual([cancel.status, cancel.clientContext], [status('completed'), 'enough']);
      assert.equal(await ada.audio.soundsAfterSilence(5), 0);
      const cancelled = await ended(prompt);
      assert.equal(cancelled.odataType, '#microsoft.graph.playPromptOperation');
      assert.deepEqual([cancelled.status, cancelled.clientContext], [status('failed'), 'prompt']);
      assert.deepEqual([cancelled.resultInfo.code, cancelled.resultInfo.subcode], [400, 8508]);

      const keys = await client.act(id, 'sendDtmfTones', { tones: ['tone1', 'star'], clientContext: 'sent' });
      assert.equal((await ended(keys)).completionReason, 'completedSuccessfully');
      assert.deepEqual(await ada.audio.keys.until('two keys', (all) => all.length === 2 && all), ['1', '*']);

      const more = { maxRecordDurationInSeconds: 20, playBeep: true, stopTones: ['#'], clientContext: 'message' };
      const record = await client.act(id, 'recordResponse', more);
      assert.deepEqual([record.status, record.clientContext], [status('running'), 'message']);
      await ada.audio.finds('the beep', beep);
      assert.equal(await ada.audio.soundsAfterSilence(5), 0);
      await ada.audio.says(message);
      await ada.audio.presses('#');
      const recorded = await ended(record);
      assert.equal(recorded.odataType, '#microsoft.graph.recordOperation');
      assert.deepEqual([recorded.status, recorded.clientContext], [status('completed'), 'message']);
      assert.deepEqual([recorded.resultInfo.code, recorded.resultInfo.subcode], [200, 8514]);
      const said = await download(recorded);
      assert.ok(has(said, opening(message)) && has(said, closing(message)));
      const readAgain = await client.operation(id, record.id);
      assert.deepEqual([readAgain.id, readAgain.status], [record.id, status('completed')]);

      await client.delete(id);
      await ada.hungUp();
      const over = client.read((await bot.ended(id)).data);
      assert.equal(over.state, 'terminated');
      assert.deepEqual([over.resultInfo.code, over.resultInfo.subcode], [200, 7000]);
    });

    test('learns that Ada is busy', async () => {
      const { id } = await client.create(call());
      await ada.refuses('486 Busy Here');
      const over = client.read((await bot.ended(id)).data);
      assert.deepEqual([over.state, over.resultInfo.code], ['terminated', 486]);
    });

    describe('and a caller', () => {
      let id;
      let caller;

      beforeEach(async () => {
        caller = await Phone.calling(server.sipPort, 'ivr');
        const incoming = client.read((await bot.incoming(caller)).data);
        assert.deepEqual([incoming.odataType, incoming.state], ['#microsoft.graph.call', 'incoming']);
        id = incoming.id;
      });

      afterEach(() => caller.close());

      async function answers() {
        await client.act(id, 'answer', { callbackUri: bot.webhook, acceptedModalities: ['audio'], mediaConfig });
        await caller.answered();
        await bot.audioActive(id);
      }

      test('answers, plays to the end and sends the caller to Ada', async () => {
        await answers();
        const prompt = await client.act(id, 'playPrompt', play(0.5, 'short'));
        const completed = await ended(prompt);
        assert.deepEqual([completed.resultInfo.code, completed.resultInfo.subcode], [200, 0]);
        assert.equal(completed.clientContext, 'short');

        await client.act(id, 'transfer', { transferTarget: toAda });
        assert.equal(await caller.referred(), ada.contact);
        await bot.heard.first('transferAccepted', ({ data }) => data.id === id && data.state === 'transferAccepted');
        caller.reports('200 OK');
        await caller.hungUp();
        const over = client.read((await bot.ended(id)).data);
        assert.deepEqual([over.resultInfo.code, over.resultInfo.subcode], [200, 7015]);
        assert.deepEqual(states(id).slice(-3), ['transferring', 'transferAccepted', 'terminated']);
      });

      test('still has the caller when Ada does not take them', async () => {
        await answers();
        await client.act(id, 'transfer', { transferTarget: toAda });
        await caller.referred();
        caller.reports('486 Busy Here');
        const failed = await bot.heard.first('the failure', ({ data }) => data.id === id && data.resultInfo);
        const { state, resultInfo } = client.read(failed.data);
        assert.deepEqual([state, resultInfo.code, resultInfo.subcode], ['established', 500, 7000]);
        await client.act(id, 'playPrompt', play(1, 'sorry'));
        await caller.audio.finds('a prompt', played);
        await client.delete(id);
        await caller.hungUp();
      });

      test('sends the caller on to Ada before answering, and the two speak', async () => {
        await client.act(id, 'redirect', { targets: [toAda], callbackUri: bot.webhook, timeout: 30 });
        await ada.answers();
        await caller.answered();
        const over = client.read((await bot.ended(id)).data);
        assert.deepEqual([over.state, over.resultInfo.code], ['terminated', 200]);
        await Promise.all([ada.audio.says(message), caller.audio.finds('Ada', closing(message))]);
        await Promise.all([caller.audio.says(message), ada.audio.finds('the caller', closing(message))]);
        await caller.hangsUp();
        await ada.hungUp();
      });

      test('is told by its own kind of error what is wrong', async () => {
        await answers();
        await refused(client.get('00000000-0000-4000-8000-00000000dead'), 404, '8522');
        await refused(client.act(id, 'playPrompt', { prompts: [] }), 400, 'BadRequest');
        await refused(client.act(id, 'transfer', { transferTarget: { identity: {} } }), 400, 'BadRequest');
        await refused(client.create({ ...call(), targets: [] }), 400, 'BadRequest');
        await refused(new Client(server, { id: sibling }).get(id), 404, '8522');
        await client.delete(id);
        await caller.hungUp();
        await bot.ended(id);
        await refused(client.act(id, 'cancelMediaProcessing', {}), 404, '8522');
        await refused(client.delete(id), 404, '8522');
      });
    });
  });
}
