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

function settings(dataDir, webhook, { https = 0, sip = 0, hosts = [], certificate = '', more = '' }) {
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
answer_timeout = "60s" # a busy machine may need long for a bot's first token
[dropin]
hosts = ${JSON.stringify(hosts)}
[log]
level = "warn"
${application('ivr', ivr, tenant, `webhook = "${webhook}"\naddresses = ["ivr"]\ncertificate = "${certificate}"`)}
${application('sibling', sibling, tenant)}
${application('stranger', stranger, otherTenant)}
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

export class Server {
  /**
   * Starts it and waits until it is ready. `webhook` is where the application `ivr` hears of incoming calls. `https` and
   * `sip` are ports, free ones if left out. With `hosts`, names that it goes by, it makes an authority of its own. 
   * `certificate` is the file of that of `ivr`; `more` is what else its settings hold.
   */
  static async start(webhook, { hosts = [], ...ports } = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'tonearm-server-'));
    const dataDir = join(folder, 'data');
    if (hosts.length === 0) cpSync(process.env.TONEARM_TEST_AUTHORITY, join(dataDir, 'ca'), { recursive: true });
    const file = join(folder, 'tonearm.toml');
    writeFileSync(file, settings(dataDir, webhook, { hosts, ...ports }));
    const server = new Server(folder, file);
    await server.#ready();
    return server;
  }

  #folder;
  #process;
  #abandon = () => {
    this.#process.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  };

  constructor(folder, file) {
    this.#folder = folder;
    this.authorityFile = join(folder, 'data/ca/ca.pem');
    const stdio = ['ignore', 'pipe', 'inherit'];
    this.#process = spawn(tonearm(), ['serve', '--dev', '--config', file], { stdio, env: plainEnvironment() });
    process.on('exit', this.#abandon); // a test run that dies stops it, too
  }

  async #ready() {
    for await (const line of createInterface({ input: this.#process.stdout })) {
      if (!line.startsWith('tonearm ready')) continue;
      this.authorityHost = `https://localhost:${portOf(line, 'https')}`;
      this.sipPort = portOf(line, 'sip');
      return;
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
