// A phone of hand-written SIP messages over UDP: it calls, acknowledges, counts RTP and answers a BYE.
import { randomUUID } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

import { Arrivals } from './arrivals.mjs';

const address = '127.0.0.1';
let phones = 0;

const newBranch = () => `z9hG4bK${randomUUID()}`;

/** A received SIP message, with just enough parsing to be asked. */
class SipText {
  constructor(text) {
    this.text = text;
    this.status = Number(/^SIP\/2\.0 (\d{3})/.exec(text)?.[1] ?? 0); // 0: a request
    this.method = this.header('CSeq').split(' ')[1];
  }

  header(name) {
    return new RegExp(`^${name}: *(.*)\r$`, 'im').exec(this.text)?.[1] ?? '';
  }
}

/** Whether a G.711 payload is anything but digital silence. */
function isVoiced(payload) {
  return payload.some((byte) => byte !== 0xff && byte !== 0x7f && byte !== 0xd5 && byte !== 0x55);
}

async function bound() {
  const socket = createSocket('udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
}

export class Phone {
  /** What its calls come from; each phone of a test process has its own. */
  number = `+142555501${String(phones++).padStart(2, '0')}`;
  #sip;
  #rtp;
  #serverPort;
  #messages = new Arrivals();
  #packets = new Arrivals();
  #callId = randomUUID();
  #tag = randomUUID();
  #to;
  #target;
  #branch = newBranch(); // of the INVITE

  /** A phone that has sent its INVITE for `user` to the server on `serverPort`. */
  static async calling(serverPort, user) {
    const phone = new Phone();
    phone.#serverPort = serverPort;
    [phone.#sip, phone.#rtp] = [await bound(), await bound()];
    phone.#sip.on('message', (bytes) => phone.#take(new SipText(bytes.toString())));
    phone.#rtp.on('message', (packet) => phone.#packets.add({ voiced: isVoiced(packet.subarray(12)) }));
    phone.#target = `sip:${user}@${address}:${serverPort}`;
    phone.#to = `<${phone.#target}>`;
    phone.#send('INVITE', phone.#branch, phone.#offer());
    return phone;
  }

  /** Waits for the 200 to its INVITE, which it acknowledges. */
  answered() {
    return this.#messages.first('200 to the INVITE', (m) => m.status === 200 && m.method === 'INVITE');
  }

  /** Waits for a refusal of its INVITE, which it acknowledges. */
  refused() {
    return this.#messages.first('a refusal', (m) => m.status >= 300 && m.method === 'INVITE');
  }

  /** Waits for the server's BYE, which it answers. */
  hungUp() {
    return this.#messages.first('a BYE', (m) => m.status === 0 && m.method === 'BYE');
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

  close() {
    this.#sip.close();
    this.#rtp.close();
  }

  #offer() {
    return [
      'v=0',
      `o=ada 1 1 IN IP4 ${address}`,
      's=-',
      `c=IN IP4 ${address}`,
      't=0 0',
      `m=audio ${this.#rtp.address().port} RTP/AVP 0 8 101`,
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=ptime:20',
      '',
    ].join('\r\n');
  }

  #send(method, branch, body = '') {
    const local = `${address}:${this.#sip.address().port}`;
    const lines = [
      `${method} ${this.#target} SIP/2.0`,
      `Via: SIP/2.0/UDP ${local};branch=${branch};rport`,
      `From: <sip:${this.number}@${local}>;tag=${this.#tag}`,
      `To: ${this.#to}`,
      `Call-ID: ${this.#callId}`,
      `CSeq: 1 ${method}`,
      'Max-Forwards: 70',
      `Contact: <sip:${this.number}@${local}>`,
      ...(body ? ['Content-Type: application/sdp'] : []),
      `Content-Length: ${body.length}`,
    ];
    this.#post(`${lines.join('\r\n')}\r\n\r\n${body}`);
  }

  #post(text) {
    this.#sip.send(text, this.#serverPort, address);
  }

  #take(message) {
    if (message.method === 'INVITE' && message.status >= 200) this.#acknowledge(message);
    if (message.status === 0 && message.method !== 'ACK') this.#agree(message);
    this.#messages.add(message);
  }

  /** The ACK of a 200 has a branch of its own (RFC 3261 §13.2.2.4), that of a refusal the INVITE's (§17.1.1.3). */
  #acknowledge(final) {
    this.#to = final.header('To');
    if (final.status < 300) this.#target = /<(.*?)>/.exec(final.header('Contact'))[1];
    this.#send('ACK', final.status < 300 ? newBranch() : this.#branch);
  }

  #agree(request) {
    const copied = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map((name) => `${name}: ${request.header(name)}`);
    this.#post(['SIP/2.0 200 OK', ...copied, 'Content-Length: 0', '', ''].join('\r\n'));
  }
}
