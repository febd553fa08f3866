// Calls somebody, reminds them, and waits for the key that confirms: `bot.mjs WHO`, a user's object id or a number.
// Exits 0 if it was confirmed, 1 if not, 2 if nobody was reached.
import { Bot } from '../common/bot.mjs';
import { CallOver, identityOf, mediaConfig } from '../common/call.mjs';
import { settings } from '../common/settings.mjs';

const patience = 15; // seconds without a key, the reminder's own five included

/** Rings `who`; over when they have answered and can hear something. */
async function place(bot, who) {
  const { id } = await bot.graph.api('/communications/calls').post({
    '@odata.type': '#microsoft.graph.call',
    callbackUri: bot.callbackUri,
    targets: [{ '@odata.type': '#microsoft.graph.invitationParticipantInfo', identity: identityOf(who) }],
    requestedModalities: ['audio'],
    mediaConfig,
    tenantId: settings.tenant,
  });
  const call = bot.call(id);
  await call.audioActive();
  return call;
}

/** Whether whoever answered has pressed 1. */
async function remind(call) {
  await call.post('subscribeToTone', { clientContext: 'keys' });
  await call.play('reminder.wav');
  const key = await call.key(patience);
  if (key === '1') {
    await call.post('cancelMediaProcessing', { clientContext: 'confirmed' }); // no need to hear the rest
    await call.ended(await call.play('confirmed.wav'));
  }
  await call.hangUp();
  return key === '1';
}

async function main(who) {
  const bot = await Bot.start(import.meta.dirname);
  let call;
  try {
    call = await place(bot, who);
    const confirmed = await remind(call);
    call.log(confirmed ? 'confirmed' : 'not confirmed');
    return confirmed ? 0 : 1;
  } catch (error) {
    if (!(error instanceof CallOver)) throw error;
    console.log(`${call ? 'not confirmed' : 'not reached'}: ${error.message}`);
    return call ? 1 : 2;
  }
}

process.exit(await main(process.argv[2] ?? '00000000-0000-4000-8000-000000000101'));
