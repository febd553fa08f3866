// `unshare --net --mount node dropin_scene.mjs`: a network in which Graph's host names lead to a server of ours, and a bot
// process that knows nothing of that. Ends as the bot does.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Server } from './server.mjs';

const hosts = ['graph.microsoft.com', 'login.microsoftonline.com', 'api.aps.skype.com'];

const folder = mkdtempSync(join(tmpdir(), 'tonearm-dropin-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
execFileSync('ip', ['link', 'set', 'lo', 'up']);
const file = join(folder, 'hosts');
writeFileSync(file, ['localhost', ...hosts].map((name) => `127.0.0.1 ${name}\n`).join(''));
execFileSync('mount', ['--bind', file, '/etc/hosts']);

const server = await Server.start('http://127.0.0.1:9000/api/calls', { https: 443, sip: 5060, hosts });
const bot = spawn(process.execPath, [join(import.meta.dirname, 'dropin_bot.mjs')], {
  stdio: 'inherit',
  env: { ...process.env, NODE_EXTRA_CA_CERTS: server.authorityFile },
});
const [status] = await once(bot, 'exit');
process.exitCode = (await server.stop()) || (status ?? 1);
