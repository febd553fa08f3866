// A token whose key its issuer has just begun to use.

#include <deque>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "http/graph_routes.hpp"
#include "http/http_fixture_test.hpp"

namespace tonearm::http {
namespace {

using boost::json::array;
using boost::json::object;

const std::string kIdp = "https://idp.example.com/bots";
const std::string kCallPath = "/v1.0/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896";

class ForeignToken : public ::testing::Test {
 protected:
  Request request() {
    Request request;
    request.method = "GET";
    request.target = kCallPath;
    request.authorization =
        "Bearer " + test::key()
                        ->sign({{"iss", kIdp},
                                {"aud", "api://tonearm"},
                                {"exp", base::WallClock::to_time_t(base::WallClock::now()) + 600},
                                {"azp", test::kBot},
                                {"tid", test::kTenant}})
                        .value();
    request.date = base::WallClock::now();
    request.received = base::SteadyClock::now();
    return request;
  }
  void send(Request request) {
    const graph::Route route = graph::parse_route(request.target);
    graph_.handle(route, std::move(request),
                  Responder([this](Response r) { answers_.push_back(std::move(r)); }));
  }
  void answer(base::Result<std::string> body) {
    auth::FetchDone done = std::move(fetches_.front());
    fetches_.pop_front();
    done(std::move(body));
  }
  void publish(array keys) {
    answer(boost::json::serialize(object{{"issuer", kIdp}, {"jwks_uri", kIdp + "/keys"}}));
    answer(boost::json::serialize(object{{"keys", std::move(keys)}}));
  }

  std::deque<auth::FetchDone> fetches_;
  std::vector<Response> answers_;
  test::FakeCalls calls_;
  auth::Verifier verifier_{
      {},
      {std::make_shared<auth::ExternalIssuer>(
          auth::ExternalIssuer::Settings{"idp", kIdp, {"api://tonearm"}},
          [this](const std::string&, auth::FetchDone done) { fetches_.push_back(std::move(done)); })}};
  OwnAddresses addresses_{"https://calls.example.com", {}};
  GraphRoutes graph_{{verifier_, calls_, addresses_}, {}};
};

TEST_F(ForeignToken, waits_for_the_keys_of_its_issuer_and_is_then_taken) {
  send(request());
  send(request());
  EXPECT_TRUE(answers_.empty());
  publish({test::key()->public_jwk()});
  ASSERT_EQ(answers_.size(), 2u);
  for (const Response& response : answers_) EXPECT_EQ(test::error_code(response), "8522");  // no such call
  send(request());
  EXPECT_EQ(answers_.size(), 3u);
}

TEST_F(ForeignToken, is_401_if_its_key_is_not_among_them_and_asks_once) {
  object other = test::key()->public_jwk();
  other["kid"] = "other";
  send(request());
  publish({other});
  ASSERT_EQ(answers_.size(), 1u);
  EXPECT_EQ(answers_[0].status, 401);
  EXPECT_EQ(test::error_code(answers_[0]), "InvalidAuthenticationToken");
  EXPECT_EQ(test::header(answers_[0], "WWW-Authenticate").find("Bearer"), 0u);
  EXPECT_TRUE(fetches_.empty());
}

TEST_F(ForeignToken, is_401_if_its_issuer_is_down_and_at_once_if_it_was_asked_a_moment_ago) {
  for (int i = 0; i < 20; ++i) {
    send(request());
    if (!fetches_.empty()) answer(base::fail(std::errc::connection_refused));
    ASSERT_EQ(answers_.size(), static_cast<std::size_t>(i + 1));
    EXPECT_EQ(answers_.back().status, 401);
  }
}

TEST_F(ForeignToken, waits_for_nobody_after_the_close) {
  send(request());
  verifier_.close();
  ASSERT_EQ(answers_.size(), 1u);  // the responder is dropped
  EXPECT_EQ(answers_[0].status, 500);
  send(request());
  EXPECT_EQ(answers_.back().status, 401);
}

}  // namespace
}  // namespace tonearm::http
