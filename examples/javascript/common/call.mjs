// One call: what a bot asks of it, and what it is told, in order.

const modalities = ['audio'];
export const mediaConfig = { '@odata.type': '#microsoft.graph.serviceHostedMediaConfig' };

const keys = { star: '*', pound: '#' }; // the others end in their key: tone0, tone1 …

/** The call ended while something was expected of it. */
export class CallOver extends Error {
  constructor(resultInfo) {
    super(resultInfo?.message ?? 'The call is over.');
  }
}

/** Who somebody is: a number, or the object id of a user. */
export function identityOf(who) {
  const kind = who.startsWith('+') ? 'phone' : 'user';
  return { '@odata.type': '#microsoft.graph.identitySet', [kind]: { '@odata.type': '#microsoft.graph.identity', id: who } };
}

export class Call {
  #bot;
  #unread = [];
  #over; // the data of its last notification
  #look = () => {};

  constructor(bot, id) {
    this.#bot = bot;
    this.id = id;
    this.path = `/communications/calls/${id}`;
  }

  get isOver() {
    return this.#over !== undefined;
  }

  log(what) {
    console.log(`${this.id.slice(0, 8)}: ${what}`);
  }

  post(action, body) {
    return this.#asked(this.#bot.graph.api(`${this.path}/${action}`).post(body));
  }

  /** Takes an incoming call; over when the caller can hear something. */
  async answer() {
    await this.post('answer', { callbackUri: this.#bot.callbackUri, acceptedModalities: modalities, mediaConfig });
    await this.audioActive();
  }

  audioActive() {
    return this.next(({ resourceData }) => resourceData.mediaState?.audio === 'active');
  }

  /** Plays a file of the bot's behind what is playing; answers the operation. */
  play(file) {
    return this.post('playPrompt', { clientContext: file, prompts: [this.prompt(file)] });
  }

  prompt(file) {
    const mediaInfo = { '@odata.type': '#microsoft.graph.mediaInfo', uri: this.#bot.uri(file) };
    return { '@odata.type': '#microsoft.graph.mediaPrompt', mediaInfo };
  }

  /** Waits for an operation's end; answers how it ended. */
  async ended({ id }) {
    const isEnd = ({ changeType, resourceData }) => changeType === 'deleted' && resourceData.id === id;
    return (await this.next(isEnd)).resourceData;
  }

  /** The next key that the caller presses or has pressed; undefined if there is none for so many seconds. */
  async key(seconds) {
    const tone = (await this.next(({ resourceData }) => resourceData.toneInfo, seconds))?.resourceData.toneInfo.tone;
    return keys[tone] ?? tone?.at(-1);
  }

  /** Ends the call; over when the server has said so. */
  async hangUp() {
    await this.#asked(this.#bot.graph.api(this.path).delete());
    await this.next(({ resourceData }) => resourceData.state === 'terminated');
    this.log('hung up');
  }

  /** The first notification not read yet that fits, now or to come. Rejects with CallOver if none can come any more. */
  next(fits, seconds) {
    return new Promise((resolve, reject) => {
      const timer = seconds && setTimeout(() => finish(resolve), seconds * 1000);
      const finish = (settle, value) => {
        clearTimeout(timer);
        this.#look = () => {};
        settle(value);
      };
      this.#look = () => {
        const at = this.#unread.findIndex(fits);
        if (at >= 0) finish(resolve, this.#unread.splice(at, 1)[0]);
        else if (this.#over) finish(reject, new CallOver(this.#over.resultInfo));
      };
      this.#look();
    });
  }

  /** Takes a notification about this call. */
  take(notification) {
    this.#unread.push(notification);
    if (notification.resourceData.state === 'terminated') this.#over = notification.resourceData;
    this.#look();
  }

  /** The answer to a request; rejects with CallOver if the call is gone. */
  async #asked(request) {
    try {
      return await request;
    } catch (error) {
      throw error.code === '8522' ? new CallOver() : error;
    }
  }
}
