#include <gtest/gtest.h>

#include "http/admin.hpp"
#include "http/http_fixture_test.hpp"

namespace tonearm::http {
namespace {

struct NoBody final : BodyStream {
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return std::nullopt; }
  void read(Chunk next) override { next({}); }
};

class AdminEventsTest : public ::testing::Test {
 protected:
  Response ask(const std::string& target, const std::function<void(Request&)>& change = {}) {
    Request request = test::admin_request("GET", "/tonearm/calls/" + target);
    if (change) change(request);
    return test::answer_of(admin_, request);
  }
  AdminSources sources() {
    AdminSources sources;
    sources.events = [this](call::EventsAsked asked,
                            const std::function<void(std::optional<std::string>)>& done) {
      asked_ = asked;
      done(known_ ? std::optional<std::string>(R"({"events":[]})") : std::nullopt);
    };
    sources.event_stream = [this](call::EventsAsked asked,
                                  const std::function<void(std::shared_ptr<BodyStream>)>& done) {
      asked_ = asked;
      done(known_ ? std::make_shared<NoBody>() : nullptr);
    };
    return sources;
  }

  bool known_ = true;
  std::optional<call::EventsAsked> asked_;
  Admin admin_{{base::Secret("t0ken"), false}, sources()};
};

const std::string kOfCall = std::string(test::kBot) + "/events";  // any GUID will do

TEST_F(AdminEventsTest, want_the_token_before_anything_is_asked) {
  EXPECT_EQ(ask(kOfCall, [](Request& request) { request.authorization = "Bearer wrong"; }).status, 401);
  EXPECT_FALSE(asked_);
}

TEST_F(AdminEventsTest, come_by_page) {
  EXPECT_EQ(ask(kOfCall).body, R"({"events":[]})");
  EXPECT_EQ(asked_->call.to_string(), test::kBot);
  EXPECT_EQ(asked_->after, 0u);
  EXPECT_EQ(asked_->most, 100u);
  EXPECT_EQ(ask(kOfCall + "?after=17&limit=1000").status, 200);
  EXPECT_EQ(asked_->after, 17u);
  EXPECT_EQ(asked_->most, 1000u);
}

TEST_F(AdminEventsTest, of_a_call_that_nobody_knows_are_404) {
  known_ = false;
  EXPECT_EQ(ask(kOfCall).status, 404);
  EXPECT_EQ(ask(kOfCall, [](Request& request) { request.accept = "text/event-stream"; }).status, 404);
  EXPECT_EQ(ask("nobody/events").status, 404);
}

TEST_F(AdminEventsTest, a_page_that_makes_no_sense_is_400) {
  for (const char* query : {"?after=-1", "?after=x", "?limit=0", "?limit=1001", "?after=9223372036854775808"})
    EXPECT_EQ(ask(kOfCall + query).status, 400) << query;
  EXPECT_EQ(ask(kOfCall, [](Request& request) { request.last_event_id = "yesterday"; }).status, 400);
  EXPECT_FALSE(asked_);
}

TEST_F(AdminEventsTest, stream_on_for_who_accepts_that_from_where_the_client_left) {
  const auto response = ask(kOfCall + "?after=2", [](Request& request) {
    request.accept = "text/event-stream";
    request.last_event_id = "41";
  });
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/event-stream");
  ASSERT_TRUE(response.stream);
  EXPECT_FALSE(response.length());
  EXPECT_EQ(asked_->after, 41u);
}

TEST_F(AdminEventsTest, are_only_read) {
  EXPECT_EQ(ask(kOfCall, [](Request& request) { request.method = "DELETE"; }).status, 405);
}

}  // namespace
}  // namespace tonearm::http
