#include "fake_issuer.hpp"

#include <map>
#include <mutex>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "server_fixture.hpp"

namespace tonearm::testing {

using boost::json::array;
using boost::json::object;

std::shared_ptr<const auth::RsaKey> test_key(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const auth::RsaKey>> keys;
  const std::lock_guard lock(mutex);
  auto& key = keys[name];
  if (!key) {
    const TempDir folder;
    key = auth::RsaKey::load_or_create(folder.path() / "key.pem", "Tonearm tests", base::WallClock::now())
              .value();
  }
  return key;
}

FakeIssuer::FakeIssuer(std::string path) : path_(std::move(path)) {
  publish({"first"});
}

config::IssuerSettings FakeIssuer::settings(const std::string& name) const {
  return {name, url(), {kForeignAudience}};
}

void FakeIssuer::publish(const std::vector<std::string>& keys) {
  array set;
  for (const std::string& key : keys) set.push_back(test_key(key)->public_jwk());
  source_.serve(path_ + "/.well-known/openid-configuration",
                boost::json::serialize(object{{"issuer", url()}, {"jwks_uri", url() + "/keys"}}));
  source_.serve(path_ + "/keys", boost::json::serialize(object{{"keys", std::move(set)}}));
}

void FakeIssuer::go_down() {
  for (const char* document : {"/.well-known/openid-configuration", "/keys"}) {
    source_.script(path_ + document,
                   [](const HttpMessage&, PromptPeer& peer) { peer.answer("503 Service Unavailable"); });
  }
}

std::size_t FakeIssuer::asked() const {
  return source_.requests(path_ + "/keys").size();
}

object FakeIssuer::claims() const {
  const auto now = base::WallClock::to_time_t(base::WallClock::now());
  return {{"iss", url()},      {"aud", kForeignAudience},
          {"iat", now},        {"nbf", now},
          {"exp", now + 3600}, {"azp", kApplication},
          {"tid", kTenant},    {"roles", array{"Calls.Initiate.All", "Calls.AccessMedia.All"}}};
}

std::string FakeIssuer::sign(const std::string& key, const object& claims) {
  return test_key(key)->sign(claims).value();
}

}  // namespace tonearm::testing
