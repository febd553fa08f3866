// A mailbox: greeting, beep, message until # or a pause; then the caller hears what was recorded.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Bot } from '../common/bot.mjs';

const messages = process.env.MESSAGES ?? join(import.meta.dirname, '../../../var/messages');

async function converse(call) {
  await call.answer();
  const record = await call.post('recordResponse', {
    clientContext: 'message',
    prompts: [call.prompt('greeting.wav')],
    playBeep: true,
    stopTones: ['#'],
    initialSilenceTimeoutInSeconds: 5,
    maxSilenceTimeoutInSeconds: 4,
    maxRecordDurationInSeconds: 60,
  });
  const outcome = await call.ended(record);
  call.log(`${outcome.status}, ${outcome.completionReason}`);
  if (outcome.status !== 'completed') {
    await call.ended(await call.play('nothing.wav'));
    return call.hangUp();
  }
  const message = await download(outcome);
  await mkdir(messages, { recursive: true });
  await writeFile(join(messages, `${record.id}.wav`), message);

  await call.play('message.wav');
  await call.ended(await call.play(bot.keep(`${record.id}.wav`, message)));
  return call.hangUp();
}

/** A recording has a token of its own; the bot's access token does not open it. */
async function download({ recordingLocation, recordingAccessToken }) {
  const headers = { authorization: `Bearer ${recordingAccessToken}` };
  const response = await fetch(recordingLocation, { headers });
  if (!response.ok) throw new Error(`${recordingLocation}: ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

const bot = await Bot.start(import.meta.dirname, converse);
