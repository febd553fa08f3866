// Tokens from the server's own endpoints with Microsoft's libraries; signatures checked by a library of neither side.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { AuthenticationRequiredError, ClientCertificateCredential } from '@azure/identity';
import { ConfidentialClientApplication } from '@azure/msal-node';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

import { Bot } from './support/bot.mjs';
import { Certificate } from './support/certificate.mjs';
import { credential, graphClient, scope } from './support/clients.mjs';
import { Phone } from './support/phone.mjs';
import { ivr, otherTenant, secret, Server, tenant } from './support/server.mjs';

const own = new Certificate();
const foreign = new Certificate();
let bot;
let server;

before(async () => {
  bot = await Bot.start();
  server = await Server.start(bot.webhook, { certificate: own.file });
});

after(async () => {
  await server?.stop();
  await bot?.stop();
  own.remove();
  foreign.remove();
});

/** An msal-node client; `auth` and `more` change its settings. */
function msal(auth = {}, more = {}) {
  const own = {
    clientId: ivr,
    clientSecret: secret,
    authority: `${server.authorityHost}/${tenant}`,
    knownAuthorities: [new URL(server.authorityHost).host], // with its port
  };
  return new ConfidentialClientApplication({ auth: { ...own, ...auth }, ...more });
}

async function fetchJson(path) {
  const response = await fetch(new URL(path, server.authorityHost));
  assert.equal(response.status, 200);
  return response.json();
}

/** Claims of an access token, checked with the keys that the tenant's discovery document names. */
async function verified(token) {
  const discovery = await fetchJson(`/${tenant}/v2.0/.well-known/openid-configuration`);
  const keys = createRemoteJWKSet(new URL(discovery.jwks_uri));
  return (await jwtVerify(token, keys, { issuer: discovery.issuer })).payload;
}

function assertClaims(claims) {
  assert.equal(claims.appid ?? claims.azp, ivr);
  assert.equal(claims.tid, tenant);
  assert.deepEqual(claims.roles, ['Calls.Initiate.All', 'Calls.AccessMedia.All']);
}

/** What a program that catches the library's errors is told. */
function isRefusal(code) {
  return (error) => {
    assert.ok(error instanceof AuthenticationRequiredError, `${error.name}: ${error.message}`);
    assert.match(error.message, new RegExp(code));
    return true;
  };
}

describe('@azure/identity', () => {
  test('gets a token that its discovery document verifies', async () => {
    const token = await credential(server).getToken(scope);
    assert.ok(token.expiresOnTimestamp > Date.now() + 60_000);
    assertClaims(await verified(token.token));
  });

  test('gets a token for the scope with two slashes that Microsoft has in its samples', async () => {
    const token = await credential(server).getToken('https://graph.microsoft.com//.default');
    assertClaims(await verified(token.token));
  });

  test('is refused with a wrong secret as invalid_client', async () => {
    const wrong = credential(server, { secret: 'not the secret' });
    await assert.rejects(wrong.getToken(scope), isRefusal('invalid_client'));
  });

  test('is refused for an unknown application', async () => {
    const unknown = credential(server, { id: '00000000-0000-4000-8000-00000000dead' });
    await assert.rejects(unknown.getToken(scope), isRefusal('unauthorized_client'));
  });

  test('is refused in another tenant than its own', async () => {
    await assert.rejects(credential(server, { tenant: otherTenant }).getToken(scope), isRefusal('unauthorized_client'));
  });

  test('makes the Graph client fail before it sends anything, if the secret is wrong', async () => {
    const client = graphClient(server, { secret: 'not the secret' });
    await assert.rejects(client.api('/communications/calls/1').get(), /invalid_client/);
  });
});

describe('@azure/identity with a certificate', () => {
  const certified = (certificate, more = {}) => {
    const options = { authorityHost: server.authorityHost, disableInstanceDiscovery: true, ...more };
    return new ClientCertificateCredential(tenant, ivr, { certificate: certificate.both }, options);
  };

  test('gets a token that opens the API', async () => {
    const { token } = await certified(own).getToken(scope);
    assertClaims(await verified(token));
    const url = new URL('/v1.0/communications/calls/00000000-0000-4000-8000-00000000dead', server.authorityHost);
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(response.status, 404); // the token was taken, there is no such call
  });

  test('gets a token with its certificate chain in the assertion', async () => {
    assertClaims(await verified((await certified(own, { sendCertificateChain: true }).getToken(scope)).token));
  });

  test('is refused with a certificate that is not the application\'s', async () => {
    await assert.rejects(certified(foreign).getToken(scope), isRefusal('700027'));
    await assert.rejects(certified(foreign, { sendCertificateChain: true }).getToken(scope), isRefusal('700027'));
  });
});

describe('@azure/msal-node with a certificate', () => {
  const certified = (clientCertificate) => msal({ clientSecret: undefined, clientCertificate });
  const { privateKey } = own;

  for (const [name, clientCertificate] of [
    ['SHA-256', { thumbprintSha256: own.sha256, privateKey }],
    ['SHA-1', { thumbprint: own.sha1, privateKey }],
    ['SHA-256, and its chain', { thumbprintSha256: own.sha256, privateKey, x5c: own.certificate }],
  ]) {
    test(`gets a token, the certificate named by ${name}`, async () => {
      const token = await certified(clientCertificate).acquireTokenByClientCredential({ scopes: [scope] });
      assertClaims(await verified(token.accessToken));
    });
  }

  test('is refused with a key that is not the certificate\'s', async () => {
    const wrong = { thumbprintSha256: own.sha256, privateKey: foreign.privateKey };
    const refused = certified(wrong).acquireTokenByClientCredential({ scopes: [scope] });
    await assert.rejects(refused, { errorCode: 'invalid_client', errorMessage: /AADSTS700027/ });
  });

  test('may send its assertion a second time, as it does for another token within ten minutes', async () => {
    const application = certified({ thumbprintSha256: own.sha256, privateKey });
    await application.acquireTokenByClientCredential({ scopes: [scope] });
    const again = await application.acquireTokenByClientCredential({ scopes: [scope], skipCache: true });
    assert.ok(again.accessToken);
    assert.ok(!again.fromCache);
  });
});

test('the first version of the token endpoint takes a resource and answers with numbers as texts', async () => {
  const body = new URLSearchParams({
    grant_type: 'client_credentials', client_id: ivr, client_secret: secret, resource: 'https://graph.microsoft.com/',
  });
  const response = await fetch(new URL(`/${tenant}/oauth2/token`, server.authorityHost), { method: 'POST', body });
  assert.equal(response.status, 200);
  const answer = await response.json();
  assert.equal(answer.expires_in, '3599');
  assert.equal(answer.resource, 'https://graph.microsoft.com');
  assertClaims(await verified(answer.access_token));
});

describe('@azure/msal-node', () => {
  test('gets a token, and the same one again from its cache', async () => {
    const application = msal();
    const token = await application.acquireTokenByClientCredential({ scopes: [scope] });
    assert.equal(token.tokenType, 'Bearer');
    assert.ok(token.expiresOn > new Date());
    assertClaims(await verified(token.accessToken));
    const again = await application.acquireTokenByClientCredential({ scopes: [scope] });
    assert.ok(again.fromCache);
  });

  test('gets a token in OIDC mode, which asks for the metadata elsewhere', async () => {
    const application = msal({}, { system: { protocolMode: 'OIDC' } });
    const token = await application.acquireTokenByClientCredential({ scopes: [scope] });
    assertClaims(await verified(token.accessToken));
  });

  test('is refused with a wrong secret as invalid_client', async () => {
    const refused = msal({ clientSecret: 'not the secret' }).acquireTokenByClientCredential({ scopes: [scope] });
    await assert.rejects(refused, { errorCode: 'invalid_client' });
  });
});

describe('the token of a notification', () => {
  let heard;
  let keys;
  const expected = { issuer: 'https://api.botframework.com', audience: ivr };

  before(async () => {
    const phone = await Phone.calling(server.sipPort, 'ivr');
    heard = await bot.incoming(phone);
    await graphClient(server).api(`/communications/calls/${heard.data.id}/reject`).post({ reason: 'busy' });
    await phone.refused();
    phone.close();
    const discovery = await fetchJson('/v1/.well-known/OpenIdConfiguration');
    assert.equal(discovery.issuer, expected.issuer);
    keys = createRemoteJWKSet(new URL(discovery.jwks_uri));
  });

  const bearer = () => /^Bearer (.+)$/.exec(heard.headers.authorization)[1];

  test('is signed by a published key, for this application, and names its tenant', async () => {
    const required = { ...expected, requiredClaims: ['nbf', 'exp'] };
    const { payload, protectedHeader } = await jwtVerify(bearer(), keys, required);
    assert.equal(payload.tid, tenant);
    assert.equal(protectedHeader.alg, 'RS256');
    assert.ok(protectedHeader.kid);
  });

  test('does not verify once a character of its claims has changed', async () => {
    const [header, claims, signature] = bearer().split('.');
    const changed = JSON.parse(Buffer.from(claims, 'base64url'));
    changed.tid = otherTenant;
    const forged = [header, Buffer.from(JSON.stringify(changed)).toString('base64url'), signature].join('.');
    await assert.rejects(jwtVerify(forged, keys, expected), errors.JWSSignatureVerificationFailed);
  });

  test('is not for another application', async () => {
    const other = { ...expected, audience: '00000000-0000-4000-8000-000000000003' };
    await assert.rejects(jwtVerify(bearer(), keys, other), errors.JWTClaimValidationFailed);
  });

  test('is not signed by the key of the access tokens', async () => {
    const discovery = await fetchJson(`/${tenant}/v2.0/.well-known/openid-configuration`);
    const others = createRemoteJWKSet(new URL(discovery.jwks_uri));
    await assert.rejects(jwtVerify(bearer(), others, expected), errors.JWKSNoMatchingKey);
  });

  test('comes with a body whose length is announced', () => {
    assert.ok(Number(heard.headers['content-length']) > 0);
    assert.equal(heard.headers['transfer-encoding'], undefined);
    assert.match(heard.headers['content-type'], /^application\/json/);
    assert.equal(heard.envelope['@odata.type'], '#microsoft.graph.commsNotifications');
  });
});
