// operations.md §7: who may do what. Everything here is refused while a prompt plays, and the prompt plays
// on.

#include <functional>
#include <set>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include "auth/detail/base64.hpp"
#include "auth/detail/handles.hpp"
#include "auth/token_issuer.hpp"
#include "fake_issuer.hpp"
#include "graph/actions.hpp"
#include "server_fixture.hpp"

namespace tonearm::testing {
namespace {

using boost::json::array;
using boost::json::object;

constexpr const char* kCancelPath = "/cancelMediaProcessing";

std::string in_base64url(std::string_view text) {
  return auth::detail::base64url({reinterpret_cast<const unsigned char*>(text.data()), text.size()});
}

std::string first_part(const std::string& token) {
  return token.substr(0, token.find('.'));
}
std::string last_part(const std::string& token) {
  return token.substr(token.rfind('.') + 1);
}

/// A prompt that plays as long as nobody ends it, and an issuer beside our own.
class Access : public ::testing::Test {
 protected:
  Access() {
    bot.serve("/long.wav", tone_wav(440, 60.0));
    auto settings = test_settings(bot, dir.path());
    settings.issuers = {idp.settings()};
    server.emplace(std::move(settings));
    call.emplace(server->at(), bot);
    operation = call->api.play(call->id, bot.url("/long.wav")).id();
    EXPECT_TRUE(call->phone.rtp().wait_voiced(5));
    heard_before = bot.heard().size();
  }

  /// Nobody has ended it, nobody was told anything, and it can still be ended.
  void expect_unharmed() {
    EXPECT_TRUE(call->phone.rtp().wait_voiced(5));
    EXPECT_EQ(bot.heard().size(), heard_before);
    EXPECT_EQ(call->api.get("/" + call->id).text("state"), "established");
    const auto cancel = call->api.cancel(call->id);
    EXPECT_EQ(cancel.json().at("@tonearm.cancelled").as_array(), (array{operation.c_str()}));
  }
  void expect_plays_on(const std::string& after) {
    EXPECT_TRUE(call->phone.rtp().wait_voiced(2, 2s)) << "no sound any more after: " << after;
  }
  /// "403 7505" of an error that is as every error is.
  static std::string refusal(const ApiAnswer& answer) {
    EXPECT_EQ(answer.response.header("content-type"), "application/json");
    const object body = answer.json();
    const object& error = body.at("error").as_object();
    EXPECT_FALSE(error.at("message").as_string().empty());
    EXPECT_TRUE(error.at("innerError").as_object().contains("request-id"));
    const bool challenged = answer.response.header("www-authenticate").find("Bearer") == 0;
    EXPECT_EQ(challenged, answer.status() == 401);
    return fmt::format("{} {}", answer.status(), std::string_view(error.at("code").as_string()));
  }

  TempDir dir;
  Bot bot;
  FakeIssuer idp;
  std::optional<LocalServer> server;
  std::optional<LiveCall> call;
  std::string operation;
  std::size_t heard_before = 0;
};

// ---- tokens

/// Tokens that must open nothing, made of good ones.
class BadTokens : public Access {
 protected:
  std::string ours(const object& claims) const { return own_key()->sign(claims).value(); }
  std::shared_ptr<const auth::RsaKey> own_key(const char* file = auth::kTokenKeyFile) const {
    return auth::RsaKey::load_or_create(dir.path() / file, "", base::WallClock::now()).value();
  }
  /// Claims of a token that our own issuer gives to "ivr".
  static object own_claims() {
    const auto now = base::WallClock::to_time_t(base::WallClock::now());
    return {{"iss", std::string("https://localhost/") + kTenant + "/v2.0"},
            {"aud", "https://graph.microsoft.com"},
            {"nbf", now},
            {"exp", now + 3600},
            {"azp", kApplication},
            {"tid", kTenant},
            {"idtyp", "app"},
            {"roles", array{"Calls.Initiate.All", "Calls.AccessMedia.All"}}};
  }
  static object with(object claims, const char* name, boost::json::value value) {
    claims[name] = std::move(value);
    return claims;
  }
  static object without(object claims, const char* name) {
    claims.erase(name);
    return claims;
  }
  static std::int64_t from_now(std::chrono::seconds time) {
    return base::WallClock::to_time_t(base::WallClock::now() + time);
  }
  std::string header(const char* algorithm) const {
    return in_base64url(boost::json::serialize(object{{"alg", algorithm}, {"kid", own_key()->key_id()}}));
  }
  std::string claims_part() const { return in_base64url(boost::json::serialize(own_claims())); }
  /// Whoever takes the public key for a shared secret believes this.
  std::string by_public_key(const std::string& secret) const {
    const std::string text = header("HS256") + "." + claims_part();
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &length);
    return text + "." + auth::detail::base64url({digest, length});
  }
  std::string public_pem() const {
    const auto file = (dir.path() / auth::kTokenKeyFile).string();
    const auth::detail::Bio in(BIO_new_file(file.c_str(), "r"));
    const auth::detail::PrivateKey key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
    const auth::detail::Bio out(BIO_new(BIO_s_mem()));
    PEM_write_bio_PUBKEY(out.get(), key.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
  }
  /// Our claims with another's, under the signature of the former.
  std::string tampered(const char* claim, const char* value) const {
    const std::string good = ours(own_claims());
    const std::string changed = boost::json::serialize(with(own_claims(), claim, value));
    return first_part(good) + "." + in_base64url(changed) + "." + last_part(good);
  }

  struct Row {
    const char* name;
    std::string authorization;
    const char* refusal = "401 InvalidAuthenticationToken";
  };
  static Row row(const char* name, const std::string& token,
                 const char* refusal = "401 InvalidAuthenticationToken") {
    return {name, "Bearer " + token, refusal};
  }

  std::vector<Row> forged() const {
    const std::string good = ours(own_claims());
    const std::string signature = last_part(good);
    return {{"no token at all", ""},
            {"no Bearer", "Basic " + good},
            {"an empty one", "Bearer "},
            row("alg none", header("none") + "." + claims_part() + "."),
            row("alg none with a signature", header("none") + "." + claims_part() + "." + signature),
            row("HS256 with the public key in PEM", by_public_key(public_pem())),
            row("HS256 with the public key as a JWK",
                by_public_key(boost::json::serialize(own_key()->public_jwk()))),
            row("another application in the payload", tampered("azp", kOtherApplication)),
            row("another role in the payload", tampered("roles", "Calls.JoinGroupCall.All")),
            row("a signature cut short", good.substr(0, good.size() - 10)),
            row("no signature", good.substr(0, good.rfind('.') + 1)),
            row("too long", good + std::string(20'000, 'A')),
            row("an unknown key", test_key("nobody's")->sign(own_claims()).value()),
            row("the key of notifications", own_key("notification-key.pem")->sign(own_claims()).value())};
  }
  std::vector<Row> wrong_claims() const {
    const object own = own_claims();
    return {row("another audience", ours(with(own, "aud", "https://other.example.com"))),
            row("the audience of the other issuer", ours(with(own, "aud", kForeignAudience))),
            row("no audience", ours(without(own, "aud"))),
            row("another issuer", ours(with(own, "iss", "https://idp.example.com"))),
            row("a tenant that its issuer does not name", ours(with(own, "tid", kStrangerTenant))),
            row("no tenant", ours(without(own, "tid"))),
            row("no application", ours(without(own, "azp"))),
            row("expired", ours(with(own, "exp", from_now(-301s)))),
            row("no expiry", ours(without(own, "exp"))),
            row("not valid yet", ours(with(own, "nbf", from_now(400s)))),
            row("a user's, by scp", ours(with(own, "scp", "Calls.Initiate")), "403 7504"),
            row("a user's, by idtyp", ours(with(own, "idtyp", "user")), "403 7504")};
  }
  std::vector<Row> of_two_issuers() const {
    const std::string foreign = FakeIssuer::sign("first", idp.claims());
    const std::string good = ours(own_claims());
    return {
        row("our name, the key of another issuer", FakeIssuer::sign("first", own_claims())),
        row("the name of another issuer, our key", ours(idp.claims())),
        row("the name of another issuer, a key that it has not published",
            FakeIssuer::sign("unpublished", idp.claims())),
        row("a foreign header over our claims and signature",
            first_part(foreign) + good.substr(good.find('.'))),
        row("our header over foreign claims and signature",
            first_part(good) + foreign.substr(foreign.find('.'))),
        row("a foreign one for our audience",
            FakeIssuer::sign("first", with(idp.claims(), "aud", "https://graph.microsoft.com"))),
        row("a foreign one of a user", FakeIssuer::sign("first", with(idp.claims(), "scp", "x")), "403 7504"),
        row("a foreign one for another tenant",
            FakeIssuer::sign("first", with(idp.claims(), "tid", kStrangerTenant)), "403 7505"),
        row("a foreign one for another application",
            FakeIssuer::sign("first", with(idp.claims(), "azp", kOtherApplication)), "404 8522")};
  }

  void expect_refused(const std::vector<Row>& rows) {
    ApiClient nobody(server->at().http, "");
    for (const Row& row : rows) {
      const std::string credentials =
          row.authorization.empty() ? "" : "Authorization: " + row.authorization + "\r\n";
      const auto answer =
          nobody.raw(fmt::format("POST /v1.0/communications/calls/{}{} HTTP/1.1\r\nHost: localhost\r\n{}"
                                 "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}",
                                 call->id, kCancelPath, credentials));
      EXPECT_EQ(refusal(answer), row.refusal) << row.name << ": " << answer.response.body;
      expect_plays_on(row.name);
    }
  }
};

TEST_F(BadTokens, that_are_forged_stop_nothing) {
  expect_refused(forged());
  expect_unharmed();
}

TEST_F(BadTokens, with_wrong_claims_stop_nothing) {
  expect_refused(wrong_claims());
  expect_unharmed();
}

TEST_F(BadTokens, of_one_issuer_in_the_name_of_another_stop_nothing) {
  expect_refused(of_two_issuers());
  expect_unharmed();
}

TEST_F(BadTokens, are_told_from_good_ones_which_they_are_made_of) {
  EXPECT_EQ(ApiClient(server->at().http, ours(own_claims())).get("/" + call->id).status(), 200);
  EXPECT_EQ(
      ApiClient(server->at().http, FakeIssuer::sign("first", idp.claims())).get("/" + call->id).status(),
      200);
  // A token that was never given roles can cancel.
  EXPECT_EQ(ApiClient(server->at().http, ours(without(own_claims(), "roles"))).cancel(call->id).status(),
            200);
}

// ---- calls of others

using graph::Action;
using graph::Resource;

/// What follows the call's id in the path of a resource; nothing for one that is not below a call. Without a
/// default, so that a new one has to be given its path here.
std::optional<std::string> path_below_call(Resource resource, const std::string& operation) {
  switch (resource) {
    case Resource::unknown:
    case Resource::calls:
    case Resource::calls_action:
      return std::nullopt;
    case Resource::call:
    case Resource::call_action:
      return "";
    case Resource::operations:
      return "/operations";
    case Resource::operation:
      return "/operations/" + operation;
    case Resource::participants:
    case Resource::participants_action:
      return "/participants";
    case Resource::participant:
    case Resource::participant_action:
      return "/participants/1";
    case Resource::audio_routing_groups:
      return "/audioRoutingGroups";
    case Resource::audio_routing_group:
      return "/audioRoutingGroups/1";
    case Resource::content_sharing_sessions:
      return "/contentSharingSessions";
    case Resource::content_sharing_session:
      return "/contentSharingSessions/1";
  }
  return std::nullopt;
}

/// A body with which the action would act, were it allowed. Likewise.
std::string body_of(Action action, const std::string& prompt) {
  const std::string media = R"({"@odata.type":"#microsoft.graph.mediaInfo","uri":")" + prompt + R"("})";
  const std::string prompts =
      R"("prompts":[{"@odata.type":"#microsoft.graph.mediaPrompt","mediaInfo":)" + media + "}]";
  switch (action) {
    case Action::answer:
      return R"({"acceptedModalities":["audio"],"mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}})";
    case Action::reject:
      return R"({"reason":"busy"})";
    case Action::redirect:
    case Action::transfer:
      return R"({"transferTarget":{"identity":{"phone":{"id":"+14255550199"}}},"targets":[{"identity":{"phone":{"id":"+14255550199"}}}]})";
    case Action::play_prompt:
      return "{" + prompts + "}";
    case Action::record_response:
    case Action::record:
      return R"({"bargeInAllowed":true,)" + prompts + "}";
    case Action::send_dtmf_tones:
      return R"({"tones":["tone1"]})";
    case Action::update_recording_status:
      return R"({"status":"recording"})";
    case Action::change_screen_sharing_role:
      return R"({"role":"viewer"})";
    case Action::invite:
      return R"({"participants":[{"identity":{"user":{"id":"00000000-0000-4000-8000-000000000101"}}}]})";
    case Action::none:
    case Action::keep_alive:
    case Action::subscribe_to_tone:
    case Action::cancel_media_processing:
    case Action::mute:
    case Action::unmute:
    case Action::add_large_gallery_view:
    case Action::log_teleconference_device_quality:
    case Action::mute_all:
    case Action::configure_mixer:
    case Action::start_hold_music:
    case Action::stop_hold_music:
    case Action::admit_from_lobby:
    case Action::admit_all_from_lobby:
    case Action::remove_from_lobby:
    case Action::start_recording:
    case Action::stop_recording:
    case Action::start_transcription:
    case Action::stop_transcription:
      return "{}";
  }
  return "{}";
}

class OthersCall : public Access {
 protected:
  struct Request {
    std::string label;
    std::string method;
    std::string target;
    std::string body;
  };

  /// Every method of every route below the call in every version and under both roots: what `graph` says
  /// there is, by walking all that could be.
  std::vector<Request> every_request() {
    std::vector<Request> requests;
    for (int resource = 0; resource <= static_cast<int>(Resource::content_sharing_session); ++resource) {
      const auto below = path_below_call(static_cast<Resource>(resource), operation);
      if (!below) continue;
      for (int action = 0; action <= static_cast<int>(Action::stop_transcription); ++action) {
        std::string path = "/" + call->id + *below;
        if (action != 0) path.append("/").append(graph::to_string(static_cast<Action>(action)));
        add(static_cast<Resource>(resource), static_cast<Action>(action), path, requests);
      }
      add(static_cast<Resource>(resource), Action::none, "/" + call->id + *below + "/$count", requests);
    }
    return requests;
  }

  void add(Resource resource, Action action, const std::string& path, std::vector<Request>& requests) {
    for (const char* root :
         {"/v1.0/communications/calls", "/v1.0/app/calls", "/beta/communications/calls", "/beta/app/calls"}) {
      const graph::Route route = graph::parse_route(root + path);
      if (route.resource != resource || route.action != action) continue;
      for (const std::string_view method : graph::allowed_methods(route)) {
        requests.push_back(
            {graph::route_label(route), std::string(method), root + path,
             method == "GET" || method == "DELETE" ? "" : body_of(action, bot.url("/long.wav"))});
      }
    }
  }

  static std::string send(ApiClient& who, const Request& request) {
    return refusal(who.raw(fmt::format(
        "{} {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n"
        "Content-Length: {}\r\n\r\n{}",
        request.method, request.target, who.token(), request.body.size(), request.body)));
  }
};

TEST_F(OthersCall, is_404_to_another_application_and_403_to_another_tenant_on_every_route_and_plays_on) {
  ApiClient other(server->at().http, token_for(server->at(), kOtherApplication));
  ApiClient stranger(server->at().http, token_for(server->at(), kStranger, kStrangerTenant));
  std::set<std::string> seen;
  for (const Request& request : every_request()) {
    EXPECT_EQ(send(other, request), "404 8522") << request.method << " " << request.target;
    EXPECT_EQ(send(stranger, request), "403 7505") << request.method << " " << request.target;
    if (seen.insert(request.method + " " + request.label).second) expect_plays_on(request.target);
  }
  // Each action is bound to something, so each has been here; but for the one that is not below a call.
  for (int action = 1; action <= static_cast<int>(Action::stop_transcription); ++action) {
    const std::string name(graph::to_string(static_cast<Action>(action)));
    const bool tried =
        std::ranges::any_of(seen, [&](const std::string& label) { return label.ends_with("/" + name); });
    EXPECT_EQ(tried, static_cast<Action>(action) != Action::log_teleconference_device_quality) << name;
  }
  EXPECT_THAT(
      seen, ::testing::IsSupersetOf({std::string("GET /communications/calls/{id}"),
                                     std::string("DELETE /communications/calls/{id}"),
                                     std::string("GET /communications/calls/{id}/operations/{id}"),
                                     std::string("GET /communications/calls/{id}/operations/$count"),
                                     std::string("POST /communications/calls/{id}/cancelMediaProcessing")}));
  expect_unharmed();
}

TEST_F(OthersCall, is_not_counted_for_others) {
  const auto count = [&](const std::string& token) {
    return ApiClient(server->at().http, token).get("/$count").response.body;
  };
  EXPECT_EQ(count(token_for(server->at())), "1");
  EXPECT_EQ(count(token_for(server->at(), kOtherApplication)), "0");
  EXPECT_EQ(count(token_for(server->at(), kStranger, kStrangerTenant)), "0");
}

TEST_F(OthersCall, is_not_reached_by_repeating_a_request_of_its_application) {
  const std::string path = "/" + call->id + "/updateRecordingStatus";
  const std::string body = R"({"clientContext":"c","status":"recording"})";
  const std::string headers = "Content-Type: application/json\r\nRepeatability-Request-ID: one\r\n";
  ASSERT_EQ(call->api.request("POST", path, body, headers).status(), 200);
  ApiClient other(server->at().http, token_for(server->at(), kOtherApplication));
  EXPECT_EQ(refusal(other.request("POST", path, body, headers)), "404 8522");
  ApiClient stranger(server->at().http, token_for(server->at(), kStranger, kStrangerTenant));
  EXPECT_EQ(refusal(stranger.request("POST", path, body, headers)), "403 7505");
}

}  // namespace
}  // namespace tonearm::testing
