// A menu that a caller can interrupt: every key silences the prompt at once, then something else is played.
import { Bot } from '../common/bot.mjs';
import { identityOf } from '../common/call.mjs';

const colleague = process.env.COLLEAGUE ?? '00000000-0000-4000-8000-000000000101'; // a user's object id, or a number
const patience = 20; // seconds without a key, the menu's own seven included

async function converse(call) {
  await call.answer();
  await call.post('subscribeToTone', { clientContext: 'keys' });
  await call.play('menu.wav');
  for (;;) {
    const key = await call.key(patience);
    call.log(key ? `key ${key}` : 'no key');
    // When this is answered, the caller hears nothing more of what was playing or waiting to be played.
    await call.post('cancelMediaProcessing', { clientContext: 'barge-in' });
    switch (key) {
      case '1':
        await call.play('hours.wav');
        await call.play('menu.wav'); // queued behind the hours; the next key cancels both
        break;
      case '2':
        await connect(call);
        break;
      case '9':
      case undefined:
        await call.ended(await call.play('goodbye.wav'));
        return call.hangUp();
      default:
        await call.play('menu.wav');
    }
  }
}

/** Sends the caller to the colleague. If that works, the call is over for the bot: the next wait says so. */
async function connect(call) {
  await call.ended(await call.play('connecting.wav'));
  const identity = identityOf(colleague);
  const transferTarget = { '@odata.type': '#microsoft.graph.invitationParticipantInfo', identity };
  await call.post('transfer', { transferTarget });
  const failure = await call.next(({ resourceData }) => {
    return resourceData.state === 'established' && resourceData.resultInfo;
  });
  call.log(`nobody there: ${failure.resourceData.resultInfo.message}`);
  await call.play('nobody.wav');
  await call.play('menu.wav');
}

await Bot.start(import.meta.dirname, converse);
