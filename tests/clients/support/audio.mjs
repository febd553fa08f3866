// The audio of a phone: RTP (RFC 3550) with µ-law sound and telephone-events (RFC 4733), both ways.
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import { Arrivals } from './arrivals.mjs';
import { decode, encode } from './g711.mjs';
import { Search } from './sound.mjs';

const keys = '0123456789*#ABCD';
const packetTime = 20; // milliseconds
const packetSamples = 160;
const sound = 0; // payload types
const telephoneEvent = 101;

async function bound(port, address) {
  const socket = createSocket('udp4');
  socket.bind(port, address);
  try {
    await once(socket, 'listening');
  } catch (error) {
    socket.close();
    throw error;
  }
  return socket;
}

/** Sockets at an even port and the odd one above it (RFC 3550 §11). */
async function pairOfPorts(address) {
  for (;;) {
    const first = await bound(0, address);
    const { port } = first.address();
    const second = port % 2 === 0 && (await bound(port + 1, address).catch(() => undefined));
    if (second) return [first, second];
    first.close();
  }
}

/** Whether a G.711 payload is anything but digital silence. */
function isVoiced(payload) {
  return payload.some((byte) => byte !== 0xff && byte !== 0x7f);
}

/** What has been heard, each packet at the place that its timestamp says. */
class Tape {
  #samples = new Float32Array(60 * 8000);
  #length = 0;
  #start;

  get samples() {
    return this.#samples.subarray(0, this.#length);
  }

  put(timestamp, payload) {
    this.#start ??= timestamp;
    const at = (timestamp - this.#start) >>> 0;
    if (at + payload.length > this.#samples.length) return; // a minute is full, or it is older than the first
    payload.forEach((byte, n) => { this.#samples[at + n] = decode(byte); });
    this.#length = Math.max(this.#length, at + payload.length);
  }
}

export class Audio {
  /** Keys that the other side has sent. */
  keys = new Arrivals();
  #packets = new Arrivals();
  #tape = new Tape();
  #socket;
  #control; // takes the reports (RTCP), which otherwise reached whoever has that port
  #peer;
  #began = performance.now();
  #ssrc = randomInt(2 ** 32);
  #sequence = 0;
  #lastKey;

  static async open(address) {
    const audio = new Audio();
    [audio.#socket, audio.#control] = await pairOfPorts(address);
    audio.#socket.on('message', (packet, from) => {
      // Others may still talk to who had this port before.
      if (from.port === audio.#peer?.port) audio.#take(packet);
    });
    return audio;
  }

  get port() {
    return this.#socket.address().port;
  }

  /** Where to send, from the other side's session description. */
  sendTo(description) {
    const [, address] = /^c=IN IP4 (\S+)/m.exec(description);
    const [, port] = /^m=audio (\d+)/m.exec(description);
    this.#peer = { address, port: Number(port) };
  }

  /** How many samples it has heard. */
  get now() {
    return this.#tape.samples.length;
  }

  /** Waits until it has heard `count` packets of sound more than now. */
  hears(count) {
    const before = this.#packets.all.length;
    return this.#packets.until(`${count} packets of sound`, (all) => {
      return all.slice(before).filter((p) => p.voiced).length >= count;
    });
  }

  /** Waits for the next silent packet, then for `count` more; answers how many of those had sound. */
  async soundsAfterSilence(count) {
    const now = this.#packets.all.length;
    const rest = await this.#packets.until(`${count} packets after silence`, (all) => {
      const silent = all.findIndex((packet, index) => index >= now && !packet.voiced);
      return silent >= 0 && all.length > silent + count && all.slice(silent + 1);
    });
    return rest.filter((packet) => packet.voiced).length;
  }

  /** Waits until `wanted` has been heard, from sample `from` on; answers the sample where it began. */
  async finds(what, wanted, from = 0) {
    const search = new Search(wanted, from);
    const found = await this.#packets.until(what, () => {
      const at = search.in(this.#tape.samples);
      return at === undefined ? undefined : { at };
    });
    return found.at;
  }

  /** Whether `wanted` is anywhere in what it has heard so far, from sample `from` on. */
  hasHeard(wanted, from = 0) {
    return new Search(wanted, from).in(this.#tape.samples) !== undefined;
  }

  /** Says `samples` at the speed of speech; over when the last packet has left. */
  async says(samples) {
    const began = this.#clock();
    for (let at = 0; at < samples.length; at += packetSamples) {
      await this.#until(began + at);
      const payload = Buffer.from(Array.from(samples.subarray(at, at + packetSamples), encode));
      this.#send(sound, at === 0, began + at, payload);
    }
  }

  /** Presses a key for a tenth of a second; over when its last packet has left. */
  async presses(key) {
    const event = keys.indexOf(key);
    const began = this.#clock();
    for (let n = 1; n <= 5; ++n) {
      await this.#until(began + n * packetSamples);
      this.#send(telephoneEvent, n === 1, began, this.#event(event, n * packetSamples, false));
    }
    for (let n = 0; n < 3; ++n) this.#send(telephoneEvent, false, began, this.#event(event, 5 * packetSamples, true));
  }

  close() {
    this.#socket.close();
    this.#control.close();
  }

  #take(packet) {
    const type = packet[1] & 0x7f;
    const timestamp = packet.readUInt32BE(4);
    const payload = packet.subarray(12);
    if (type === telephoneEvent) {
      if (timestamp !== this.#lastKey) this.keys.add(keys[payload[0]]);
      this.#lastKey = timestamp;
      return;
    }
    this.#tape.put(timestamp, payload);
    this.#packets.add({ voiced: isVoiced(payload) });
  }

  /** Time of its own stream, in samples. */
  #clock() {
    return Math.floor((performance.now() - this.#began) / packetTime) * packetSamples;
  }

  /** Waits for the time at which a packet of its own stream is due. */
  async #until(samples) {
    const due = this.#began + (samples / packetSamples) * packetTime;
    await delay(Math.max(0, due - performance.now()));
  }

  #event(event, duration, isEnd) {
    return Buffer.from([event, isEnd ? 0x8a : 0x0a, duration >> 8, duration & 0xff]);
  }

  #send(type, isFirst, timestamp, payload) {
    const head = Buffer.alloc(12);
    head[0] = 0x80;
    head[1] = (isFirst ? 0x80 : 0) | type;
    head.writeUInt16BE(this.#sequence++ & 0xffff, 2);
    head.writeUInt32BE(timestamp >>> 0, 4);
    head.writeUInt32BE(this.#ssrc, 8);
    this.#socket.send(Buffer.concat([head, payload]), this.#peer.port, this.#peer.address);
  }
}
