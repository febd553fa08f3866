// Runs every *_test.mjs with node's own test runner, trusting a fresh development certificate authority the way a bot
// does: Node reads NODE_EXTRA_CA_CERTS only at its start, so the authority is made before the tests' process begins.
//
// TONEARM_BUILD    build folder that holds the tonearm binary; default build/debug of this checkout
// TONEARM_REPORT   file for a JUnit report; default none
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

import { tonearm } from './support/server.mjs';

const here = import.meta.dirname;
if (!existsSync(tonearm())) {
  console.error(`there is no ${tonearm()}: build it (./dev build debug), or name a build folder in TONEARM_BUILD`);
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'tonearm-clients-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const authority = join(folder, 'ca');
execFileSync(tonearm(), ['ca', authority]);

const reporters = ['--test-reporter=spec', '--test-reporter-destination=stdout'];
const report = process.env.TONEARM_REPORT;
if (report) reporters.push('--test-reporter=junit', `--test-reporter-destination=${report}`);

const tests = globSync(process.argv.length > 2 ? process.argv.slice(2) : '*_test.mjs', { cwd: here }).sort();
const node = spawn(process.execPath, ['--test', '--test-timeout=120000', ...reporters, ...tests], {
  cwd: here,
  stdio: 'inherit',
  env: { ...process.env, NODE_EXTRA_CA_CERTS: join(authority, 'ca.pem'), TONEARM_TEST_AUTHORITY: authority },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => node.kill(signal));
node.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
