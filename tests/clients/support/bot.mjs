// The web side of a bot: takes notifications, serves prompts.
import { once } from 'node:events';
import { createServer } from 'node:http';

import { Arrivals } from './arrivals.mjs';
import { bodies } from './body_log.mjs';
import { toneWav } from './wav.mjs';

/** One notification with the request that brought it. */
class Heard {
  constructor(headers, body) {
    this.headers = headers;
    this.envelope = JSON.parse(body);
    this.notification = this.envelope.value[0];
    this.change = this.notification.changeType;
    this.url = this.notification.resourceUrl;
    this.data = this.notification.resourceData;
  }
}

async function textOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

export class Bot {
  heard = new Arrivals();
  #server = createServer((request, response) => this.#respond(request, response));

  static async start(port = 0) {
    const bot = new Bot();
    bot.#server.listen(port, '127.0.0.1');
    await once(bot.#server, 'listening');
    return bot;
  }

  get webhook() {
    return `http://127.0.0.1:${this.#server.address().port}/api/calls`;
  }

  /** Address of a WAV with so many seconds of a tone. */
  toneUri(seconds) {
    return `http://127.0.0.1:${this.#server.address().port}/tone.wav?seconds=${seconds}`;
  }

  async stop() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** The announcement of the call that `phone` makes. */
  incoming(phone) {
    return this.heard.first('an incoming call', (h) => {
      return h.data.state === 'incoming' && h.data.source.identity.phone?.id === phone.number;
    });
  }

  audioActive(callId) {
    return this.heard.first('active audio', (h) => h.data.id === callId && h.data.mediaState?.audio === 'active');
  }

  ended(id) {
    return this.heard.first(`the end of ${id}`, (h) => h.change === 'deleted' && h.data.id === id);
  }

  /** Ids of the operations of a call that have ended so far, in order. */
  endings(callId) {
    const operations = `/communications/calls/${callId}/operations/`;
    return this.heard.all.filter((h) => h.change === 'deleted' && h.url.startsWith(operations)).map((h) => h.data.id);
  }

  async #respond(request, response) {
    if (request.method === 'GET') {
      const seconds = Number(new URL(request.url, 'http://bot').searchParams.get('seconds'));
      const wav = toneWav({ hertz: 440, seconds });
      response.writeHead(200, { 'content-type': 'audio/wav', 'content-length': wav.length }).end(wav);
      return;
    }
    const text = await textOf(request);
    bodies.notification(text);
    const heard = new Heard(request.headers, text);
    response.writeHead(202).end();
    this.heard.add(heard);
  }
}
