// What every bot needs: a Graph client, a webhook that gives each notification to its call, and a place for prompts.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';

import { ClientSecretCredential } from '@azure/identity';
import { Client } from '@microsoft/microsoft-graph-client';
import azureTokens from '@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

import { Call, CallOver } from './call.mjs';
import { settings } from './settings.mjs';

const { server, tenant, clientId, clientSecret, listen, publicUrl } = settings;

function graphClient() {
  const credential = new ClientSecretCredential(tenant, clientId, clientSecret, {
    authorityHost: server, // the server is its own token issuer
    disableInstanceDiscovery: true, // that would ask login.microsoft.com
  });
  const scopes = ['https://graph.microsoft.com/.default'];
  return Client.initWithMiddleware({
    authProvider: new azureTokens.TokenCredentialAuthenticationProvider(credential, { scopes }),
    baseUrl: `${server}/`,
    customHosts: new Set([new URL(server).hostname]), // else the client sends no token there
  });
}

export class Bot {
  graph = graphClient();
  callbackUri = `${publicUrl}/api/calls`;
  #folder;
  #converse;
  #calls = new Map(); // by id
  #recordings = new Map(); // by file name
  #keys;

  /** Serves `folder`/audio; `converse` is run with every call that comes in, which otherwise is refused. */
  static async start(folder, converse = (call) => call.post('reject', { reason: 'busy' })) {
    const bot = new Bot();
    bot.#folder = folder;
    bot.#converse = converse;
    const web = createServer((request, response) => {
      bot.#respond(request, response).catch((error) => {
        console.error(error);
        response.writeHead(500).end();
      });
    });
    web.listen(listen.port, listen.host);
    await once(web, 'listening');
    console.log(`bot: listening at ${publicUrl}`);
    return bot;
  }

  /** The call with this id; a notification may come before the answer to the request that made it. */
  call(id) {
    if (!this.#calls.has(id)) this.#calls.set(id, new Call(this, id));
    return this.#calls.get(id);
  }

  /** Where the server finds a file of the folder's audio. */
  uri(file) {
    return `${publicUrl}/audio/${file}`;
  }

  /** Serves a WAV that no file has; answers its name. */
  keep(name, wav) {
    this.#recordings.set(name, wav);
    return name;
  }

  async #respond(request, response) {
    if (request.method === 'GET') {
      const wav = await this.#audio(basename(request.url)).catch(() => undefined);
      if (wav === undefined) response.writeHead(404).end();
      else response.writeHead(200, { 'content-type': 'audio/wav', 'content-length': wav.length }).end(wav);
      return;
    }
    const body = await text(request);
    const genuine = await this.#isGenuine(request.headers.authorization);
    response.writeHead(genuine ? 202 : 401).end(); // at once: the server waits five seconds for it
    if (genuine) for (const notification of JSON.parse(body).value) this.#take(notification);
  }

  async #audio(name) {
    return this.#recordings.get(name) ?? readFile(join(this.#folder, 'audio', name));
  }

  /** Whether the token of a notification is the server's, and meant for this bot. */
  async #isGenuine(authorization = '') {
    try {
      const expected = { issuer: 'https://api.botframework.com', audience: clientId };
      await jwtVerify(authorization.replace('Bearer ', ''), await this.#signingKeys(), expected);
      return true;
    } catch (error) {
      if (error instanceof errors.JOSEError) return false;
      throw error;
    }
  }

  async #signingKeys() {
    if (!this.#keys) {
      const discovery = await (await fetch(`${server}/v1/.well-known/OpenIdConfiguration`)).json();
      this.#keys = createRemoteJWKSet(new URL(discovery.jwks_uri));
    }
    return this.#keys;
  }

  #take(notification) {
    const id = notification.resourceUrl.split('/')[3]; // /communications/calls/{id}…
    const call = this.call(id);
    call.take(notification);
    if (notification.resourceData.state === 'incoming') this.#run(call);
    if (call.isOver) this.#calls.delete(id);
  }

  async #run(call) {
    try {
      await this.#converse(call);
    } catch (error) {
      if (error instanceof CallOver) call.log(error.message);
      else console.error(error);
    }
  }
}
