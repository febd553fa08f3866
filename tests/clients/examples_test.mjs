// Each example as its users run it, against a server with the examples' own settings, and a caller who listens.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';

import { Example, prompt, startServer, webhook } from './support/example.mjs';
import { Phone } from './support/phone.mjs';
import { closing, opening, readSound, Search, tone } from './support/sound.mjs';

let ada; // a phone to be called
let bot;
let phone;
let server;

async function caller() {
  const calling = await Phone.calling(server.sipPort, 'demo');
  await calling.answered();
  return calling;
}

afterEach(() => phone?.close());

describe('ivr-menu', () => {
  const [menu, hours] = [prompt('ivr-menu/audio/menu.wav'), prompt('ivr-menu/audio/hours.wav')];

  before(async () => {
    ada = await Phone.waiting();
    server = await startServer(ada.contact);
    bot = await Example.start('ivr-menu', server);
  });

  after(async () => {
    assert.equal(await server?.stop(), 0);
    await bot?.stop();
    ada?.close();
  });

  beforeEach(async () => {
    phone = await caller();
    await phone.audio.finds('the menu', opening(menu));
  });

  async function leaves(from) {
    await phone.audio.presses('9');
    await phone.audio.finds('the goodbye', closing(prompt('ivr-menu/audio/goodbye.wav')), from);
    await phone.hungUp();
  }

  test('a key silences the menu in mid-word, the hours are heard, and the menu again', async () => {
    await phone.audio.presses('1');
    const answer = await phone.audio.finds('the hours', closing(hours));
    await phone.audio.finds('the menu again', opening(menu), answer);
    await leaves(answer);
    assert.ok(!phone.audio.hasHeard(closing(menu)));
  });

  test('a key silences the hours and the menu behind them', async () => {
    await phone.audio.presses('1');
    const answer = await phone.audio.finds('the hours', opening(hours));
    await leaves(answer);
    assert.ok(!phone.audio.hasHeard(opening(menu), answer));
  });

  test('a caller who wants to speak to somebody is sent to Ada', async () => {
    await phone.audio.presses('2');
    await phone.audio.finds('"one moment"', closing(prompt('ivr-menu/audio/connecting.wav')));
    assert.equal(await phone.referred(), ada.contact);
    phone.reports('200 OK');
    await phone.hungUp();
    assert.ok(!phone.audio.hasHeard(closing(menu)));
  });

  test('a caller whom nobody takes hears so, and the whole menu', async () => {
    await phone.audio.presses('2');
    await phone.referred();
    phone.reports('486 Busy Here');
    const nobody = await phone.audio.finds('that nobody is free', closing(prompt('ivr-menu/audio/nobody.wav')));
    await leaves(await phone.audio.finds('the end of the menu', closing(menu), nobody));
  });

  test('a notification without the token of the server is refused', async () => {
    const forged = { value: [{ resourceUrl: '/communications/calls/1', resourceData: { state: 'incoming' } }] };
    for (const headers of [{}, { authorization: 'Bearer e30.e30.e30' }]) {
      const response = await fetch(webhook, { method: 'POST', headers, body: JSON.stringify(forged) });
      assert.equal(response.status, 401);
    }
    await leaves();
  });
});

describe('voice-mail', () => {
  const message = prompt('reminder/audio/confirmed.wav'); // somebody's voice
  const greeting = prompt('voice-mail/audio/greeting.wav');
  const beep = tone({ hertz: 1000, seconds: 0.2 });
  let folder;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tonearm-messages-'));
    server = await startServer('sip:ada@127.0.0.1:5070');
    bot = await Example.start('voice-mail', server, { MESSAGES: folder });
  });

  after(async () => {
    assert.equal(await server?.stop(), 0);
    await bot?.stop();
    rmSync(folder, { recursive: true });
  });

  beforeEach(async () => {
    readdirSync(folder).forEach((file) => rmSync(join(folder, file)));
    phone = await caller();
    await phone.audio.finds('the beep', beep, await phone.audio.finds('the greeting', closing(greeting)));
    assert.equal(await phone.audio.soundsAfterSilence(5), 0); // who speaks into the beep is not recorded
  });

  /** The one message that was kept. */
  function kept() {
    const files = readdirSync(folder);
    assert.equal(files.length, 1);
    return readSound(join(folder, files[0]));
  }

  function has(sound, wanted) {
    return new Search(wanted).in(sound) !== undefined;
  }

  test('a caller who speaks and presses # hears what they said, and it is kept', async () => {
    await phone.audio.says(message);
    await phone.audio.presses('#');
    const yours = await phone.audio.finds('"your message was"', closing(prompt('voice-mail/audio/message.wav')));
    const begin = await phone.audio.finds('the own voice', opening(message), yours);
    await phone.audio.finds('the end of the own voice', closing(message), begin);
    await phone.hungUp();
    assert.ok(has(kept(), opening(message)) && has(kept(), closing(message)));
    assert.ok(!has(kept(), beep));
  });

  test('a caller who says nothing is told so, and nothing is kept', async () => {
    await phone.audio.finds('that nothing was heard', closing(prompt('voice-mail/audio/nothing.wav')));
    await phone.hungUp();
    assert.deepEqual(readdirSync(folder), []);
  });

  test('a caller who hangs up has left a message', async () => {
    await phone.audio.says(message);
    await phone.hangsUp();
    await bot.says(/call is over|ended by the other party/);
    assert.ok(has(kept(), closing(message)));
  });
});

describe('reminder', () => {
  const reminder = prompt('reminder/audio/reminder.wav');
  const confirmed = prompt('reminder/audio/confirmed.wav');

  beforeEach(async () => {
    phone = await Phone.waiting();
    server = await startServer(phone.contact);
    bot = await Example.start('reminder', server);
  });

  afterEach(async () => {
    assert.equal(await server?.stop(), 0);
    await bot?.stop();
  });

  test('who answers and presses 1 has confirmed, and need not hear the rest', async () => {
    await phone.answers();
    await phone.audio.finds('the reminder', opening(reminder));
    await phone.audio.presses('1');
    await phone.audio.finds('thanks', closing(confirmed));
    await phone.hungUp();
    assert.equal(await bot.ended, 0);
    assert.ok(!phone.audio.hasHeard(closing(reminder)));
  });

  test('who presses another key has not confirmed', async () => {
    await phone.answers();
    await phone.audio.finds('the reminder', opening(reminder));
    await phone.audio.presses('2');
    await phone.hungUp();
    assert.equal(await bot.ended, 1);
    assert.ok(!phone.audio.hasHeard(opening(confirmed)));
  });

  test('who hangs up has not confirmed', async () => {
    await phone.answers();
    await phone.audio.finds('the reminder', opening(reminder));
    await phone.hangsUp();
    assert.equal(await bot.ended, 1);
  });

  test('who is busy was not reached', async () => {
    await phone.refuses('486 Busy Here');
    assert.equal(await bot.ended, 2);
  });
});
