#include <gtest/gtest.h>

#include "http/admin.hpp"
#include "http/http_fixture_test.hpp"

namespace tonearm::http {
namespace {

const std::string kTraceOfCall = std::string("/tonearm/calls/") + test::kBot + "/trace";

class AdminTraceTest : public ::testing::Test {
 protected:
  Response ask(const std::string& method, const std::string& target,
               const std::string& authorization = "Bearer t0ken") {
    return test::answer_of(admin_, test::admin_request(method, target, authorization));
  }
  AdminSources sources() {
    AdminSources sources;
    sources.trace = [this](call::CallId call, const std::function<void(std::optional<std::string>)>& done) {
      asked_ = call;
      done(kept_);
    };
    sources.sip = [](call::CallId) { return "messages"; };
    return sources;
  }

  std::optional<std::string> kept_ = std::string("\x0A\x0D\x0D\x0A\0", 5);
  std::optional<call::CallId> asked_;
  Admin admin_{{base::Secret("t0ken"), false}, sources()};
};

TEST_F(AdminTraceTest, a_call_is_answered_as_a_capture_file) {
  const Response response = ask("GET", kTraceOfCall);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/x-pcapng");
  EXPECT_EQ(response.body, *kept_);
  EXPECT_EQ(asked_->to_string(), test::kBot);
}

TEST_F(AdminTraceTest, it_wants_the_token_before_anything_is_asked) {
  EXPECT_EQ(ask("GET", kTraceOfCall, "").status, 401);
  EXPECT_EQ(ask("GET", kTraceOfCall, "Bearer wrong").status, 401);
  EXPECT_FALSE(asked_);
}

TEST_F(AdminTraceTest, what_is_not_kept_and_what_is_no_call_are_404_as_json) {
  kept_.reset();
  EXPECT_EQ(test::error_code(ask("GET", kTraceOfCall)), "8522");
  EXPECT_EQ(ask("GET", "/tonearm/calls/no-id/trace").status, 404);
  EXPECT_EQ(ask("GET", "/tonearm/calls//trace").status, 404);
  EXPECT_EQ(ask("GET", "/tonearm/calls/trace").status, 404);
}

TEST_F(AdminTraceTest, other_methods_are_refused_and_the_messages_of_a_call_stay_where_they_were) {
  EXPECT_EQ(ask("POST", kTraceOfCall).status, 405);
  EXPECT_EQ(ask("GET", std::string("/tonearm/calls/") + test::kBot + "/sip").body, "messages");
}

}  // namespace
}  // namespace tonearm::http
