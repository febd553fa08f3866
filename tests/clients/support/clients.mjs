// The official clients, set up as a bot sets them up for a server of its own.
import { ClientSecretCredential } from '@azure/identity';
import { Client } from '@microsoft/microsoft-graph-client';
import azureTokens from '@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js';

import * as known from './server.mjs';

export const scope = 'https://graph.microsoft.com/.default';

export function credential(server, { tenant = known.tenant, id = known.ivr, secret = known.secret } = {}) {
  return new ClientSecretCredential(tenant, id, secret, {
    authorityHost: server.authorityHost,
    disableInstanceDiscovery: true, // that would ask login.microsoft.com
  });
}

/** A Graph client with a token of `whose` application; `version` is `v1.0` or `beta`. */
export function graphClient(server, { version = 'v1.0', ...whose } = {}) {
  return Client.initWithMiddleware({
    authProvider: new azureTokens.TokenCredentialAuthenticationProvider(credential(server, whose), { scopes: [scope] }),
    baseUrl: `${server.authorityHost}/`,
    defaultVersion: version,
    customHosts: new Set(['localhost']), // else the client sends no token there
  });
}
