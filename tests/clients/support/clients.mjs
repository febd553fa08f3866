// The official clients, set up as a bot sets them up for a server of its own.
import { ClientSecretCredential } from '@azure/identity';
import {
  AuthenticationHandler, Client, RetryHandler, RetryHandlerOptions, TelemetryHandler,
} from '@microsoft/microsoft-graph-client';
import azureTokens from '@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js';

import * as known from './server.mjs';

const { TokenCredentialAuthenticationProvider } = azureTokens;

export const scope = 'https://graph.microsoft.com/.default';

export function credential(server, { tenant = known.tenant, id = known.ivr, secret = known.secret } = {}) {
  return new ClientSecretCredential(tenant, id, secret, {
    authorityHost: server.authorityHost,
    disableInstanceDiscovery: true, // that would ask login.microsoft.com
  });
}

/** A Graph client with a token of `whose` application; `version` is `v1.0` or `beta`. */
export function graphClient(server, { version = 'v1.0', ...whose } = {}) {
  const scopes = [scope];
  return clientWith(server, new TokenCredentialAuthenticationProvider(credential(server, whose), { scopes }), version);
}

/** A Graph client that sends `token`. */
export function clientWithToken(server, token) {
  return clientWith(server, { getAccessToken: async () => token });
}

/**
 * A Graph client whose way to the server loses the first answer to each request: a gateway says 504 in its place. The
 * client's own retries do the rest. `requests` gets what is sent.
 */
export function clientBehindGateway(server, requests) {
  const authProvider = new TokenCredentialAuthenticationProvider(credential(server), { scopes: [scope] });
  const retry = new RetryHandler(new RetryHandlerOptions(0));
  const chain = [new AuthenticationHandler(authProvider), retry, new TelemetryHandler(), new Gateway(requests)];
  chain.reduce((one, next) => (one.setNext(next), next));
  return Client.initWithMiddleware({
    middleware: chain[0],
    baseUrl: `${server.authorityHost}/`,
    customHosts: new Set(['localhost']),
  });
}

class Gateway {
  constructor(requests) {
    this.requests = requests;
  }

  async execute(context) {
    const response = await fetch(context.request, context.options);
    const headers = new Headers(context.options.headers);
    this.requests.push({ headers, status: response.status, body: await response.clone().text() });
    context.response = headers.has('Retry-Attempt') ? response : new Response('', { status: 504 });
  }
}

function clientWith(server, authProvider, version = 'v1.0') {
  return Client.initWithMiddleware({
    authProvider,
    baseUrl: `${server.authorityHost}/`,
    defaultVersion: version,
    customHosts: new Set(['localhost']), // else the client sends no token there
  });
}

/** The same client with a function for each thing that is asked of calls. */
export class GraphClient {
  #client;

  constructor(server, whose) {
    this.#client = graphClient(server, whose);
  }

  create(body) {
    return this.#client.api('/communications/calls').post(body);
  }

  act(id, action, body) {
    return this.#client.api(`/communications/calls/${id}/${action}`).post(body);
  }

  get(id) {
    return this.#client.api(`/communications/calls/${id}`).get();
  }

  operation(id, operation) {
    return this.#client.api(`/communications/calls/${id}/operations/${operation}`).get();
  }

  delete(id) {
    return this.#client.api(`/communications/calls/${id}`).delete();
  }

  /** What a notification is about, as its own parser would have it. */
  read(data) {
    const { '@odata.type': odataType, ...members } = data;
    return { odataType, ...members };
  }
}
