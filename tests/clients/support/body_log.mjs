// Writes down each Graph body that a test sees, for tests/support/suite_gate.py, as tests/support/body_log.hpp does.
// Whoever imports this has every answer to `fetch`, which the official clients use, in the log.
import { appendFileSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeEach } from 'node:test';

const linesMax = 20_000; // per process, far above what a run leaves; the first one beyond is written as a fault
const guid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** The text with every id and every number alike; numbers that may not fit in Int32 are another kind. */
function outline(text) {
  return text.replace(guid, 'g').replace(/\d+/g, (digits) => (digits.length > 9 ? '9' : '0'));
}

function parsed(text) {
  try {
    return { body: JSON.parse(text) };
  } catch {
    return { broken: text };
  }
}

export class BodyLog {
  /** Name of the test that runs, after its file's. */
  test = '';
  #folder;
  #linesMax;
  #seen = new Set();

  /** Without a folder nothing is written. */
  constructor(folder, most = linesMax) {
    this.#folder = folder;
    this.#linesMax = most;
    if (folder) mkdirSync(folder, { recursive: true });
  }

  /** Of what is not Graph's, errors only: token endpoints and discovery documents have bodies of their own. */
  response(what, path, type, text) {
    if (text === '' || (type && !type.startsWith('application/json'))) return;
    const version = /^\/+(v1\.0|beta)\//i.exec(path)?.[1].toLowerCase();
    const isError = typeof parsed(text).body?.error === 'object';
    if (version || isError) this.#add(version ?? 'any', 'response', what, text);
  }

  notification(text) {
    this.#add('any', 'notification', 'POST', text);
  }

  #add(version, kind, what, text) {
    const key = [version, this.test, outline(what + text)].join('\n');
    if (!this.#folder || this.#seen.has(key) || this.#seen.size > this.#linesMax) return;
    this.#seen.add(key);
    const full = this.#seen.size > this.#linesMax;
    const line = full ? { kind: 'overflow' } : { kind, test: this.test, what, ...parsed(text) };
    appendFileSync(join(this.#folder, `${version}-${process.pid}.ndjson`), `${JSON.stringify(line)}\n`);
  }
}

export const bodies = new BodyLog(process.env.TONEARM_BODIES);

const file = basename(process.argv[1] ?? '');
bodies.test = file;
// A bot in a process of its own is no test.
if (file.endsWith('_test.mjs')) beforeEach((context) => (bodies.test = `${file}: ${context.name}`));

const plainFetch = globalThis.fetch;
globalThis.fetch = async (resource, options) => {
  const response = await plainFetch(resource, options);
  const url = new URL(resource.url ?? resource);
  const method = options?.method ?? resource.method ?? 'GET';
  const text = await response.clone().text();
  bodies.response(`${method} ${url.pathname} ${response.status}`, url.pathname, response.headers.get('content-type'), text);
  return response;
};
