// A bot with every address left as the libraries have it. One call from end to end; exit 0 if all went as with Graph.
import assert from 'node:assert/strict';

import { ClientSecretCredential } from '@azure/identity';
import { Client } from '@microsoft/microsoft-graph-client';
import azureTokens from '@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js';
import { createRemoteJWKSet, jwtVerify } from 'jose';

import { Bot } from './bot.mjs';
import { Phone } from './phone.mjs';
import { ivr, secret, tenant } from './server.mjs';

const scopes = ['https://graph.microsoft.com/.default'];
const audio = { '@odata.type': '#microsoft.graph.serviceHostedMediaConfig' };

const bot = await Bot.start(9000);
const phone = await Phone.calling(5060, 'ivr');
const incoming = await bot.incoming(phone);

const discovery = await (await fetch('https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration')).json();
assert.equal(new URL(discovery.jwks_uri).host, 'api.aps.skype.com');
const bearer = incoming.headers.authorization.replace('Bearer ', '');
const expected = { issuer: 'https://api.botframework.com', audience: ivr };
const { payload } = await jwtVerify(bearer, createRemoteJWKSet(new URL(discovery.jwks_uri)), expected);
assert.equal(payload.tid, tenant);

const credential = new ClientSecretCredential(tenant, ivr, secret);
const authProvider = new azureTokens.TokenCredentialAuthenticationProvider(credential, { scopes });
const graph = Client.initWithMiddleware({ authProvider });
const call = `/communications/calls/${incoming.data.id}`;
await graph.api(`${call}/answer`).post({ callbackUri: bot.webhook, acceptedModalities: ['audio'], mediaConfig: audio });
await phone.answered();
await bot.audioActive(incoming.data.id);
const mediaInfo = { '@odata.type': '#microsoft.graph.mediaInfo', uri: bot.toneUri(8) };
const prompts = [{ '@odata.type': '#microsoft.graph.mediaPrompt', mediaInfo }];
const play = await graph.api(`${call}/playPrompt`).post({ clientContext: 'drop-in', prompts });
await phone.audio.hears(5);
await graph.api(`${call}/cancelMediaProcessing`).post({ clientContext: 'enough' });
assert.equal((await bot.ended(play.id)).data.clientContext, 'drop-in');
await graph.api(call).delete();
await bot.ended(incoming.data.id);

phone.close();
await bot.stop();
