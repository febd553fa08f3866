// The official clients, set up as a bot sets them up for a server of its own.
import { ClientSecretCredential } from '@azure/identity';
import { Client } from '@microsoft/microsoft-graph-client';
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

function clientWith(server, authProvider, version = 'v1.0') {
  return Client.initWithMiddleware({
    authProvider,
    baseUrl: `${server.authorityHost}/`,
    defaultVersion: version,
    customHosts: new Set(['localhost']), // else the client sends no token there
  });
}
