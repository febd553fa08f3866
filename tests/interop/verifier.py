"""What a careful bot checks before it believes a notification."""

import json
import urllib.request

import jwt

CONFIGURATION_PATH = "/v1/.well-known/OpenIdConfiguration"
ISSUER = "https://api.botframework.com"


class Refused(Exception):
    """The request does not come from the calling service, or is not for this bot."""


class TokenVerifier:
    """Checks bearer tokens with a public JWT library against the keys that the service's discovery document names.

    Threading: thread-safe.
    """

    def __init__(self, service, audience, tenant, issuer=ISSUER):
        with urllib.request.urlopen(service + CONFIGURATION_PATH, timeout=10) as response:
            document = json.load(response)
        if document["issuer"] != issuer:
            raise Refused(f"issuer is {document['issuer']}")
        self._algorithms = document["id_token_signing_alg_values_supported"]
        self._keys = jwt.PyJWKClient(document["jwks_uri"])
        self._audience, self._tenant, self._issuer = audience, tenant, issuer

    def claims(self, authorization):
        """The claims of an `Authorization` header, or Refused."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme != "Bearer" or not token:
            raise Refused("no bearer token")
        try:
            claims = jwt.decode(
                token,
                self._keys.get_signing_key_from_jwt(token).key,
                algorithms=self._algorithms,
                audience=self._audience,
                issuer=self._issuer,
                options={"require": ["exp", "iss", "aud", "tid"]},
            )
        except jwt.PyJWTError as fault:
            raise Refused(str(fault)) from fault
        if claims["tid"] != self._tenant:
            raise Refused(f"tid is {claims['tid']}")
        return claims
