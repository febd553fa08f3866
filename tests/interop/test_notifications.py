"""What a bot may rely on in notifications, and that the checks behind every other test really refuse."""

import base64
import copy
import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from notification import CallHistory, Notification, faults_of_headers, faults_of_shape
from server import APPLICATION, OTHER_APPLICATION, TENANT
from ear import Ear
from sipp import Sipp
from sound import tone_wav
from verifier import ISSUER, Refused, TokenVerifier


@pytest.fixture(scope="module")
def heard(running_stage, tmp_path_factory):
    """The notifications of one call that played a prompt to its end, another that was cancelled, and hung up."""
    stage = running_stage
    stage.bot.forget()
    stage.bot.serve("/short.wav", tone_wav(440, 0.2))
    stage.bot.serve("/long.wav", tone_wav(440, 5))
    ear = Ear()
    with Sipp(stage.server, "uac-bye-from-server", tmp_path_factory.mktemp("sipp"), rtp_port=ear.port) as caller:
        call = stage.answer_next()
        stage.bot.wait_audio(call)
        short = stage.api.play(call, stage.bot.url("/short.wav"), "short")
        stage.bot.wait_operation_end(short["id"])
        long = stage.api.play(call, stage.bot.url("/long.wav"), "long")
        stage.api.cancel(call)
        stage.bot.wait_operation_end(long["id"])
        stage.api.hang_up(call)
        stage.bot.wait_end(call)
        caller.finish()
    ear.close()
    notifications = stage.bot.of_call(call)
    stage.assert_clean()
    return notifications


@pytest.fixture(scope="module")
def genuine(heard):
    """The Authorization header of a genuine notification."""
    return heard[0].headers["Authorization"]


def unverified(authorization):
    token = authorization.removeprefix("Bearer ")
    return jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})


def test_one_call_is_told_from_its_offer_to_its_end(heard):
    told = [(one.change, one.data.get("state") or one.data["status"]) for one in heard]
    assert told == [
        ("created", "incoming"),
        ("updated", "establishing"),
        ("updated", "established"),
        ("updated", "established"),
        ("deleted", "completed"),
        ("deleted", "failed"),
        ("updated", "terminating"),
        ("deleted", "terminated"),
    ]


def test_a_genuine_token_passes_and_says_whom_it_is_for(running_stage, genuine):
    claims = running_stage.bot.verifier.claims(genuine)
    assert (claims["iss"], claims["aud"], claims["tid"]) == (ISSUER, APPLICATION, TENANT)


@pytest.mark.parametrize("part", [0, 1, 2], ids=["header", "claims", "signature"])
def test_a_token_with_one_changed_byte_is_refused(running_stage, genuine, part):
    parts = genuine.removeprefix("Bearer ").split(".")
    middle = len(parts[part]) // 2
    swapped = "A" if parts[part][middle] != "A" else "B"
    parts[part] = parts[part][:middle] + swapped + parts[part][middle + 1 :]
    with pytest.raises(Refused):
        running_stage.bot.verifier.claims("Bearer " + ".".join(parts))


def test_claims_altered_under_a_genuine_signature_are_refused(running_stage, genuine):
    _, claims = unverified(genuine)
    head, _, signature = genuine.removeprefix("Bearer ").split(".")
    altered = base64.urlsafe_b64encode(json.dumps(claims | {"exp": claims["exp"] + 1}).encode()).rstrip(b"=").decode()
    with pytest.raises(Refused):
        running_stage.bot.verifier.claims(f"Bearer {head}.{altered}.{signature}")


def test_a_token_signed_by_another_key_under_our_key_id_is_refused(running_stage, genuine):
    header, claims = unverified(genuine)
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    forged = jwt.encode(claims, stranger, algorithm="RS256", headers={"kid": header["kid"]})
    with pytest.raises(Refused):
        running_stage.bot.verifier.claims("Bearer " + forged)


def test_a_genuine_token_is_refused_by_a_bot_that_it_is_not_for(running_stage, genuine):
    service = running_stage.server.http
    with pytest.raises(Refused, match="udience"):
        TokenVerifier(service, OTHER_APPLICATION, TENANT).claims(genuine)
    with pytest.raises(Refused, match="tid"):
        TokenVerifier(service, APPLICATION, OTHER_APPLICATION).claims(genuine)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic YTpi", "Bearer a.b.c"])
def test_no_token_is_refused(running_stage, header):
    with pytest.raises(Refused):
        running_stage.bot.verifier.claims(header)


def test_an_access_token_of_the_api_is_no_notification_token(running_stage):
    with pytest.raises(Refused):
        running_stage.bot.verifier.claims("Bearer " + running_stage.token)


def test_a_seeded_wrong_member_is_caught_in_every_notification(heard):
    for one in heard:
        body = copy.deepcopy(one.body)
        assert faults_of_shape(body) == []
        body["value"][0]["resourceData"]["callbackUrl"] = "https://bot.example.com/"
        assert any("callbackUrl" in fault for fault in faults_of_shape(body))


def test_a_swapped_a_missing_and_a_repeated_notification_are_caught(heard):
    def faults(sequence):
        history = CallHistory()
        return [fault for one in sequence for fault in history.add(one)]

    assert faults(heard) == []
    assert faults([heard[1], heard[0], *heard[2:]]) != []
    assert faults(heard[1:]) != []
    assert faults([*heard, heard[-1]]) != []


def test_a_body_without_its_length_is_caught(heard):
    headers = copy.deepcopy(heard[0].headers)
    del headers["Content-Length"]
    headers["Transfer-Encoding"] = "chunked"
    assert len(faults_of_headers(Notification(headers, heard[0].raw))) == 2
