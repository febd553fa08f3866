// A phone of hand-written SIP messages over UDP: it calls or is called, speaks, presses keys, hears, takes a REFER.
import { randomUUID } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

import { Arrivals } from './arrivals.mjs';
import { Audio } from './audio.mjs';

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

  get body() {
    return this.text.slice(this.text.indexOf('\r\n\r\n') + 4);
  }
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
  audio;
  #sip;
  #serverPort;
  #messages = new Arrivals();
  #callId = randomUUID();
  #tag = randomUUID();
  #local; // From of its own requests
  #remote; // To of them
  #target;
  #sequence = 1;
  #branch = newBranch(); // of its INVITE
  #invite; // that rings it

  /** A phone that has sent its INVITE for `user` to the server on `serverPort`. */
  static async calling(serverPort, user) {
    const phone = await Phone.waiting();
    phone.#serverPort = serverPort;
    phone.#target = `sip:${user}@${address}:${serverPort}`;
    phone.#remote = `<${phone.#target}>`;
    phone.#send('INVITE', phone.#branch, phone.#description());
    return phone;
  }

  /** A phone that may be called at its `contact`. */
  static async waiting() {
    const phone = new Phone();
    phone.#sip = await bound();
    phone.audio = await Audio.open(address);
    phone.#local = `<sip:${phone.number}@${address}:${phone.#sip.address().port}>;tag=${phone.#tag}`;
    phone.#sip.on('message', (bytes, from) => phone.#take(new SipText(bytes.toString()), from.port));
    return phone;
  }

  get contact() {
    return `sip:${this.number}@${address}:${this.#sip.address().port}`;
  }

  /** Waits for the 200 to its INVITE, which it acknowledges. */
  answered() {
    return this.#messages.first('200 to the INVITE', (m) => m.status === 200 && m.method === 'INVITE');
  }

  /** Waits for a refusal of its INVITE, which it acknowledges. */
  refused() {
    return this.#messages.first('a refusal', (m) => m.status >= 300 && m.method === 'INVITE');
  }

  /** Waits for an INVITE, to which it says that it rings. */
  rings() {
    return this.#request('INVITE');
  }

  /** Takes the call that rings, and waits until that is known at the other end. */
  async answers() {
    const invite = await this.rings();
    this.audio.sendTo(invite.body);
    this.#respond(invite, '200 OK', this.#description());
    await this.#request('ACK');
  }

  /** Refuses the call that rings with a status as `486 Busy Here`. */
  async refuses(status) {
    this.#respond(await this.rings(), status);
    await this.#request('ACK');
  }

  /** Waits for the server's CANCEL, to which it agrees. */
  ringsNoMore() {
    return this.#request('CANCEL');
  }

  /** Waits for a REFER, which it accepts; answers whom it is to call. */
  async referred() {
    return /<(.*)>/.exec((await this.#request('REFER')).header('Refer-To'))[1];
  }

  /** Tells how the call that it was referred to went, as `200 OK`. */
  reports(status) {
    const more = ['Event: refer', 'Subscription-State: terminated;reason=noresource', 'Content-Type: message/sipfrag'];
    this.#send('NOTIFY', newBranch(), `SIP/2.0 ${status}\r\n`, more);
  }

  /** Hangs up, and waits for the agreement. */
  hangsUp() {
    this.#send('BYE', newBranch());
    return this.#messages.first('200 to the BYE', (m) => m.status === 200 && m.method === 'BYE');
  }

  /** Waits for the server's BYE, which it answers. */
  hungUp() {
    return this.#request('BYE');
  }

  close() {
    this.#sip.close();
    this.audio.close();
  }

  #request(method) {
    return this.#messages.first(method, (m) => m.status === 0 && m.method === method);
  }

  #description() {
    return [
      'v=0',
      `o=ada 1 1 IN IP4 ${address}`,
      's=-',
      `c=IN IP4 ${address}`,
      't=0 0',
      `m=audio ${this.audio.port} RTP/AVP 0 101`,
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=ptime:20',
      '',
    ].join('\r\n');
  }

  #send(method, branch, body = '', more = body ? ['Content-Type: application/sdp'] : []) {
    const sequence = method === 'ACK' ? 1 : this.#sequence++;
    this.#post([
      `${method} ${this.#target} SIP/2.0`,
      `Via: SIP/2.0/UDP ${address}:${this.#sip.address().port};branch=${branch};rport`,
      `From: ${this.#local}`,
      `To: ${this.#remote}`,
      `Call-ID: ${this.#callId}`,
      `CSeq: ${sequence} ${method}`,
      'Max-Forwards: 70',
      `Contact: <${this.contact}>`,
      ...more,
    ], body);
  }

  #post(lines, body) {
    const text = [...lines, `Content-Length: ${body.length}`, '', body].join('\r\n');
    this.#sip.send(text, this.#serverPort, address);
  }

  #take(message, port) {
    const rings = message.status === 0 && message.method === 'INVITE';
    // Others may still talk to who had this port before.
    if (!rings && message.header('Call-ID') !== this.#callId) return;
    if (message.method === 'INVITE' && message.status >= 200) this.#acknowledge(message);
    if (message.status === 0) this.#react(message, port);
    this.#messages.add(message);
  }

  /** The ACK of a 200 has a branch of its own (RFC 3261 §13.2.2.4), that of a refusal the INVITE's (§17.1.1.3). */
  #acknowledge(final) {
    this.#remote = final.header('To');
    if (final.status < 300) {
      this.#target = /<(.*?)>/.exec(final.header('Contact'))[1];
      this.audio.sendTo(final.body);
    }
    this.#send('ACK', final.status < 300 ? newBranch() : this.#branch);
  }

  #react(request, port) {
    switch (request.method) {
      case 'ACK':
        return;
      case 'INVITE':
        this.#ring(request, port);
        return;
      case 'CANCEL':
        this.#respond(request, '200 OK');
        this.#respond(this.#invite, '487 Request Terminated');
        return;
      case 'REFER':
        this.#respond(request, '202 Accepted');
        return;
      default:
        this.#respond(request, '200 OK');
    }
  }

  #ring(invite, port) {
    this.#invite = invite;
    this.#serverPort = port;
    this.#callId = invite.header('Call-ID');
    this.#remote = invite.header('From');
    this.#local = `${invite.header('To')};tag=${this.#tag}`;
    this.#target = /<(.*?)>/.exec(invite.header('Contact'))[1];
    this.#respond(invite, '180 Ringing');
  }

  #respond(request, status, body = '') {
    const to = request.header('To');
    this.#post([
      `SIP/2.0 ${status}`,
      ...['Via', 'From', 'Call-ID', 'CSeq'].map((name) => `${name}: ${request.header(name)}`),
      `To: ${to.includes(';tag=') ? to : `${to};tag=${this.#tag}`}`,
      `Contact: <${this.contact}>`,
      ...(body ? ['Content-Type: application/sdp'] : []),
    ], body);
  }
}
