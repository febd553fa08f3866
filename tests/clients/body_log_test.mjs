// What the tests of this folder leave for tests/support/suite_gate.py.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

import { bodies, BodyLog } from './support/body_log.mjs';

let folder;
let log;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tonearm-bodies-'));
  log = new BodyLog(folder, 3);
  log.test = 'a test';
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function lines(version) {
  const files = readdirSync(folder).filter((name) => name.startsWith(`${version}-`));
  return files.flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n')).map((line) => JSON.parse(line));
}

function answer(body, path = '/v1.0/communications/calls') {
  log.response(`GET ${path} 200`, path, 'application/json', body);
}

test('a body stands under its version, once if only ids and numbers differ', () => {
  answer('{"a":1}');
  answer('{"a":2}');
  answer('{"a":"1"}', '//Beta/app/calls');
  log.notification('{"value":[]}');
  assert.deepEqual(lines('v1.0').map((line) => [line.test, line.body]), [['a test', { a: 1 }]]);
  assert.deepEqual(lines('beta').map((line) => line.body), [{ a: '1' }]);
  assert.deepEqual(lines('any').map((line) => line.kind), ['notification']);
});

test('of what is not Graph it keeps the errors', () => {
  answer('{"access_token":"x"}', '/tenant/oauth2/v2.0/token');
  answer('{"error":"invalid_client"}', '/tenant/oauth2/v2.0/token');
  assert.deepEqual(readdirSync(folder), []);
  answer('{"error":{"code":"8522"}}', '/tonearm/recordings/1');
  assert.deepEqual(lines('any').map((line) => line.body.error.code), ['8522']);
});

test('what is no JSON stands as it came, and a full log says so once', () => {
  for (const body of ['{', '{"b":1}', '{"c":1}', '{"d":1}', '{"e":1}']) answer(body);
  assert.equal(lines('v1.0')[0].broken, '{');
  assert.deepEqual(lines('v1.0').map((line) => line.kind), ['response', 'response', 'response', 'overflow']);
});

test('what fetch is answered is seen', async (context) => {
  const seen = [];
  context.mock.method(bodies, 'response', (...what) => seen.push(what));
  const server = createServer((request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":1}'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const response = await fetch(`http://127.0.0.1:${server.address().port}/v1.0/x?y=1`, { method: 'POST' });
  assert.deepEqual(await response.json(), { a: 1 });
  assert.deepEqual(seen, [['POST /v1.0/x 200', '/v1.0/x', 'application/json', '{"a":1}']]);
  server.closeAllConnections();
  server.close();
});
