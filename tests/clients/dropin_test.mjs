// docs/guide/dropin.md: a bot whose libraries know Microsoft's host names only, in a network where those lead to this server.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';

const unshare = ['--net', '--mount', '--'];
const skip = spawnSync('unshare', [...unshare, 'true']).status === 0 ? false : 'a network of its own needs root';

test('a bot with every address hard-coded answers, plays, cancels and hangs up', { skip }, async () => {
  const scene = join(import.meta.dirname, 'support/dropin_scene.mjs');
  const run = spawn('unshare', [...unshare, process.execPath, scene], { stdio: 'inherit' });
  const [status] = await once(run, 'exit');
  assert.equal(status, 0);
});
