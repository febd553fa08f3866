// A certificate of a bot, signed by itself, as one is uploaded to an application's registration.
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class Certificate {
  #folder = mkdtempSync(join(tmpdir(), 'tonearm-certificate-'));

  constructor() {
    const key = join(this.#folder, 'key.pem');
    this.file = join(this.#folder, 'certificate.pem');
    const files = ['-keyout', key, '-out', this.file];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=ivr', ...files], {
      stdio: 'ignore',
    });
    this.privateKey = readFileSync(key, 'utf8');
    this.certificate = readFileSync(this.file, 'utf8');
    const { fingerprint, fingerprint256 } = new X509Certificate(this.certificate);
    this.sha1 = fingerprint.replaceAll(':', '');
    this.sha256 = fingerprint256.replaceAll(':', '');
  }

  /** Key and certificate in one text, as @azure/identity wants them. */
  get both() {
    return this.privateKey + this.certificate;
  }

  remove() {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
