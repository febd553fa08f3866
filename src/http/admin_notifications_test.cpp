#include <gtest/gtest.h>

#include "http/admin.hpp"
#include "http/http_fixture_test.hpp"

namespace tonearm::http {
namespace {

class AdminNotificationsTest : public ::testing::Test {
 protected:
  Response ask(const std::string& method, const std::string& target,
               const std::string& authorization = "Bearer t0ken") {
    return test::answer_of(admin_,
                           test::admin_request(method, "/tonearm/notifications" + target, authorization));
  }
  AdminSources sources() {
    AdminSources sources;
    sources.parked = [this](call::ParkedAsked asked, const std::function<void(std::string)>& done) {
      asked_ = asked;
      if (readable_) done(R"({"notifications":[]})");
    };
    sources.redeliver = [this](base::Guid id,
                               const std::function<void(std::optional<call::NotRedelivered>)>& done) {
      redelivered_ = id;
      if (readable_) done(refusal_);
    };
    return sources;
  }

  bool readable_ = true;
  std::optional<call::NotRedelivered> refusal_;
  std::optional<call::ParkedAsked> asked_;
  std::optional<base::Guid> redelivered_;
  Admin admin_{{base::Secret("t0ken"), false}, sources()};
};

const std::string kAgain = std::string("/") + test::kBot + "/redeliver";

TEST_F(AdminNotificationsTest, both_want_the_token_before_anything_is_asked) {
  EXPECT_EQ(ask("GET", "", "").status, 401);
  EXPECT_EQ(ask("POST", kAgain, "Bearer wrong").status, 401);
  EXPECT_FALSE(asked_ || redelivered_);
}

TEST_F(AdminNotificationsTest, parked_ones_are_listed_by_page) {
  EXPECT_EQ(ask("GET", "").body, R"({"notifications":[]})");
  EXPECT_EQ(asked_->after, base::WallTime{});
  EXPECT_EQ(asked_->most, 100u);
  EXPECT_EQ(ask("GET", "?state=parked&limit=1000&after=1700000060000007").status, 200);
  EXPECT_EQ(asked_->after, base::WallTime(base::microseconds(1'700'000'060'000'007)));
  EXPECT_EQ(asked_->most, 1000u);
}

TEST_F(AdminNotificationsTest, a_page_that_makes_no_sense_is_400) {
  for (const char* query : {"?state=pending", "?state=", "?after=-1", "?after=x", "?limit=0", "?limit=1001",
                            "?after=9223372036854775807"}) {
    EXPECT_EQ(ask("GET", query).status, 400) << query;
  }
  EXPECT_FALSE(asked_);
}

TEST_F(AdminNotificationsTest, sending_again_is_accepted_or_says_why_not) {
  EXPECT_EQ(ask("POST", kAgain).status, 202);
  EXPECT_EQ(redelivered_->to_string(), test::kBot);
  refusal_ = call::NotRedelivered::not_parked;
  EXPECT_EQ(ask("POST", kAgain).status, 409);
  refusal_ = call::NotRedelivered::unknown;
  EXPECT_EQ(ask("POST", kAgain).status, 404);
  EXPECT_EQ(ask("POST", "/no-id/redeliver").status, 404);
}

TEST_F(AdminNotificationsTest, other_methods_and_paths_are_refused) {
  EXPECT_EQ(ask("POST", "").status, 405);
  EXPECT_EQ(ask("GET", kAgain).status, 405);
  EXPECT_EQ(ask("GET", std::string("/") + test::kBot).status, 404);
  EXPECT_EQ(ask("POST", "/redeliver").status, 404);
  EXPECT_EQ(ask("GET", "-of-others").status, 404);
}

TEST_F(AdminNotificationsTest, a_store_that_cannot_be_read_is_500) {
  readable_ = false;
  EXPECT_EQ(ask("GET", "").status, 500);
  EXPECT_EQ(ask("POST", kAgain).status, 500);
}

}  // namespace
}  // namespace tonearm::http
