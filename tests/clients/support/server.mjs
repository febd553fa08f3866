// A real server process on free ports of loopback, with `--dev` and the certificate authority of this test run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export const tenant = '00000000-0000-4000-8000-0000000000aa';
export const secret = 'a secret of the tests';
export const ivr = '00000000-0000-4000-8000-000000000001';
export const sibling = '00000000-0000-4000-8000-000000000002';
export const otherTenant = '00000000-0000-4000-8000-0000000000bb';
export const stranger = '00000000-0000-4000-8000-000000000003';

const answerTimeout = '60s'; // a busy machine may need long for a bot's first token

/** Path of the binary under test. */
export function tonearm() {
  return join(resolve(process.env.TONEARM_BUILD ?? join(import.meta.dirname, '../../../build/debug')), 'tonearm');
}

function application(name, id, itsTenant, more = '') {
  return `
[[application]]
name = "${name}"
id = "${id}"
tenant = "${itsTenant}"
secret = "${secret}"
roles = ["Calls.Initiate.All", "Calls.AccessMedia.All"]
${more}`;
}

function user({ id, sip }) {
  return `
[[user]]
id = "${id}"
name = "Ada"
sip = "${sip}"`;
}

function settings(dataDir, webhook, { https = 0, sip = 0, hosts = [], users = [], certificate = '', more = '' }) {
  return `
[server]
http = ["127.0.0.1:0"]
https = ["127.0.0.1:${https}"]
data_dir = "${dataDir}"
[admin]
listen = ["127.0.0.1:0"]
[sip]
listen = ["udp:127.0.0.1:${sip}"]
[calls]
answer_timeout = "${answerTimeout}"
[dropin]
hosts = ${JSON.stringify(hosts)}
[log]
level = "warn"
${application('ivr', ivr, tenant, `webhook = "${webhook}"\naddresses = ["ivr"]\ncertificate = "${certificate}"`)}
${application('sibling', sibling, tenant)}
${application('stranger', stranger, otherTenant)}
${users.map(user).join('')}
${more}`;
}

/** The environment without what the server would take for its own settings. */
function plainEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TONEARM_')));
}

/** Port of `key=…:port` in the server's ready line. */
function portOf(ready, key) {
  const found = new RegExp(` ${key}=[^ ,]*:(\\d+)`).exec(ready);
  if (!found) throw new Error(`no ${key} in: ${ready}`);
  return Number(found[1]);
}

function temporaryFolder() {
  return mkdtempSync(join(tmpdir(), 'tonearm-server-'));
}

/** Gives the server the authority that this test run trusts. */
function trustAuthorityIn(folder) {
  cpSync(process.env.TONEARM_TEST_AUTHORITY, join(folder, 'data/ca'), { recursive: true });
}

export class Server {
  /**
   * Starts it and waits until it is ready. `webhook` is where the application `ivr` hears of incoming calls. `https` and
   * `sip` are ports, free ones if left out; `users` are those that have phones. With `hosts`, names that it goes by, it
   * makes an authority of its own. `certificate` is the file of that of `ivr`; `more` is what else its settings hold.
   */
  static async start(webhook, { hosts = [], ...more } = {}) {
    const folder = temporaryFolder();
    if (hosts.length === 0) trustAuthorityIn(folder);
    const file = join(folder, 'tonearm.toml');
    writeFileSync(file, settings(join(folder, 'data'), webhook, { hosts, ...more }));
    return new Server(folder, file, {}).#ready();
  }

  /** Starts it with the settings in `file`, but for its ports and folder, and what `environment` says. */
  static async startWith(file, environment) {
    const folder = temporaryFolder();
    trustAuthorityIn(folder);
    const own = {
      TONEARM_SERVER_DATA_DIR: join(folder, 'data'),
      TONEARM_SERVER_HTTP: '127.0.0.1:0',
      TONEARM_SERVER_HTTPS: '127.0.0.1:0',
      TONEARM_ADMIN_LISTEN: '127.0.0.1:0',
      TONEARM_SIP_LISTEN: 'udp:127.0.0.1:0',
      TONEARM_CALLS_ANSWER_TIMEOUT: answerTimeout,
      TONEARM_LOG_LEVEL: 'warn',
    };
    return new Server(folder, file, { ...own, ...environment }).#ready();
  }

  #folder;
  #process;
  #abandon = () => {
    this.#process.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  };

  constructor(folder, file, environment) {
    this.#folder = folder;
    this.authorityFile = join(folder, 'data/ca/ca.pem');
    const stdio = ['ignore', 'pipe', 'inherit'];
    const env = { ...plainEnvironment(), ...environment };
    this.#process = spawn(tonearm(), ['serve', '--dev', '--config', file], { stdio, env });
    process.on('exit', this.#abandon); // a test run that dies stops it, too
  }

  async #ready() {
    for await (const line of createInterface({ input: this.#process.stdout })) {
      if (!line.startsWith('tonearm ready')) continue;
      this.authorityHost = `https://localhost:${portOf(line, 'https')}`;
      this.sipPort = portOf(line, 'sip');
      return this;
    }
    throw new Error('the server ended before it was ready');
  }

  /** Ends it as a service manager would; answers its exit status. */
  async stop() {
    const ended = this.#process.exitCode === null ? once(this.#process, 'exit') : [this.#process.exitCode];
    this.#process.kill('SIGTERM');
    const [status] = await ended;
    process.off('exit', this.#abandon);
    rmSync(this.#folder, { recursive: true, force: true });
    return status;
  }
}
