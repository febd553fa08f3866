// An example as its users run it: a process with its settings in the environment, and a server with the examples' settings.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { Arrivals } from './arrivals.mjs';
import { ivr, secret, Server, tenant } from './server.mjs';
import { readSound } from './sound.mjs';

export const examples = join(import.meta.dirname, '../../../examples/javascript');

// The server must know the webhook before the bot runs, and nobody else may take its port meanwhile: a loopback address
// of this process alone.
const listen = `127.${64 + (process.pid >> 16)}.${(process.pid >> 8) & 255}.${process.pid & 255}:9000`;

export const webhook = `http://${listen}/api/calls`;

/** The server of the examples; `ada` is where her phone waits. */
export function startServer(ada) {
  return Server.startWith(join(examples, 'tonearm.toml'), {
    TONEARM_APPLICATION_DEMO_SECRET: secret,
    TONEARM_APPLICATION_DEMO_WEBHOOK: webhook,
    TONEARM_USER_ADA_SIP: ada,
  });
}

/** A prompt of an example, as a phone hears it. */
export function prompt(path) {
  return readSound(join(examples, path));
}

export class Example {
  #lines = new Arrivals();
  #process;
  #abandon = () => this.#process.kill('SIGKILL');

  /** Starts one and waits until it takes notifications. */
  static async start(name, server, environment = {}) {
    const example = new Example(name, {
      TONEARM_URL: server.authorityHost,
      TONEARM_TENANT_ID: tenant,
      TONEARM_CLIENT_ID: ivr,
      TONEARM_CLIENT_SECRET: secret,
      BOT_LISTEN: listen,
      ...environment,
    });
    await example.says(/^bot: listening/);
    return example;
  }

  constructor(name, environment) {
    const env = { ...process.env, ...environment };
    const stdio = ['ignore', 'pipe', 'inherit'];
    this.#process = spawn(process.execPath, [join(examples, name, 'bot.mjs')], { stdio, env });
    this.ended = once(this.#process, 'exit').then(([status]) => status);
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#lines.add(line));
    process.on('exit', this.#abandon);
  }

  /** Waits for a line of its output. */
  says(pattern) {
    return this.#lines.first(String(pattern), (line) => pattern.test(line));
  }

  async stop() {
    this.#process.kill('SIGTERM');
    await this.ended;
    process.off('exit', this.#abandon);
  }
}
