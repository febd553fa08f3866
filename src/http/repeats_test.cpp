#include "http/repeats.hpp"

#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "http/http_fixture_test.hpp"

namespace tonearm::http {
namespace {

using namespace std::chrono_literals;
using Verdict = Repeats::Verdict;

const std::string kPlayPath = "/v1.0/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896/playPrompt";
const base::TimePoint kNow{24h};

Request named(const std::string& id, const std::string& body = "{}") {
  Request request;
  request.method = "POST";
  request.target = kPlayPath;
  request.body = body;
  request.repeatability_request_id = id;
  return request;
}

Request retried(const std::string& client_request_id, const std::string& attempt,
                const std::string& body = "{}") {
  Request request = named("", body);
  request.client_request_id = client_request_id;
  request.retry_attempt = attempt;
  return request;
}

auth::Principal principal(const char* application = test::kBot, const char* tenant = test::kTenant) {
  return {base::Guid::parse(application).value(), base::Guid::parse(tenant).value(), {}};
}

std::optional<RepeatMark> mark_of(const Request& request, const auth::Principal& who = principal()) {
  return repeat_mark(graph::parse_route(request.target), request, who);
}

/// Requests one after the other, each answered with `next` if it is to be done.
class RepeatsTest : public ::testing::Test {
 protected:
  struct Seen {
    bool done = false;
    Response response;
  };
  Seen send(const Request& request, base::TimePoint at = kNow, const auth::Principal& who = principal()) {
    Seen seen;
    const auto mark = mark_of(request, who);
    if (!mark) {
      seen.done = true;
      return seen;
    }
    auto admission =
        repeats.admit(*mark, at, Responder([&](Response response) { seen.response = response; }));
    if (admission.verdict == Verdict::misuse) (*admission.respond)({.status = 400});
    if (admission.verdict != Verdict::first) return seen;
    seen.done = true;
    (*admission.respond)(next);
    return seen;
  }

  Repeats repeats{{.window = 5min, .answers_max = 3, .bytes_max = 1'000'000}};
  Response next{
      .status = 200, .content_type = "application/json", .body = "first", .headers = {{"Location", "here"}}};
};

TEST_F(RepeatsTest, a_named_request_is_done_once_and_its_repeats_get_the_first_answer) {
  int written = 0;
  next.on_written = [&] { ++written; };
  EXPECT_TRUE(send(named("a")).done);
  next.body = "second";
  const Seen again = send(named("a"), kNow + 299s);
  EXPECT_FALSE(again.done);
  EXPECT_EQ(again.response.status, 200);
  EXPECT_EQ(again.response.body, "first");
  EXPECT_EQ(again.response.content_type, "application/json");
  EXPECT_EQ(test::header(again.response, "Location"), "here");
  EXPECT_FALSE(again.response.on_written);  // the domain waits for the first one only
  EXPECT_TRUE(send(named("b")).done);
}

TEST_F(RepeatsTest, an_answer_is_given_again_within_the_window_only) {
  EXPECT_TRUE(send(named("a")).done);
  EXPECT_TRUE(send(named("a"), kNow + 5min).done);
  EXPECT_FALSE(send(named("a"), kNow + 9min).done);  // counted from the second one on
}

TEST_F(RepeatsTest, a_name_with_another_body_or_path_is_refused_and_stays_with_its_request) {
  EXPECT_TRUE(send(named("a")).done);
  EXPECT_EQ(send(named("a", R"({"x":1})")).response.status, 400);
  Request elsewhere = named("a");
  elsewhere.target += "/";
  EXPECT_EQ(send(elsewhere).response.status, 400);
  EXPECT_EQ(send(named("a")).response.body, "first");
}

TEST_F(RepeatsTest, a_retry_is_one_by_its_count_its_id_its_path_and_its_body) {
  EXPECT_TRUE(send(retried("c", "")).done);
  EXPECT_FALSE(send(retried("c", "1")).done);
  EXPECT_FALSE(send(retried("c", "17")).done);
  for (const char* attempt : {"", "0", "-1", "1x", "x", "99999999999999999999"})
    EXPECT_TRUE(send(retried("c", attempt)).done) << attempt;
  EXPECT_TRUE(send(retried("other", "1")).done);
  EXPECT_TRUE(send(retried("", "1")).done);
  EXPECT_TRUE(send(retried("c", "1", R"({"x":1})")).done);
  Request elsewhere = retried("c", "1");
  elsewhere.target = "/beta" + elsewhere.target.substr(5);
  EXPECT_TRUE(send(elsewhere).done);
}

TEST_F(RepeatsTest, a_retry_whose_first_request_never_came_is_done_and_is_the_first) {
  EXPECT_TRUE(send(retried("c", "1")).done);
  EXPECT_FALSE(send(retried("c", "2")).done);
}

TEST_F(RepeatsTest, other_applications_and_tenants_have_ids_of_their_own) {
  EXPECT_TRUE(send(named("a")).done);
  EXPECT_TRUE(send(named("a", "{}"), kNow, principal(test::kOtherBot)).done);
  EXPECT_TRUE(send(named("a", "{}"), kNow, principal(test::kBot, test::kOtherTenant)).done);
}

TEST_F(RepeatsTest, whoever_was_refused_may_try_again_with_another_body_too) {
  for (const int status : {400, 404, 429, 500, 503}) {
    next.status = status;
    EXPECT_TRUE(send(named("a")).done) << status;
    EXPECT_TRUE(send(named("a", R"({"x":1})")).done) << status;
  }
  next.status = 202;
  EXPECT_TRUE(send(named("a")).done);
  EXPECT_FALSE(send(named("a")).done);
}

TEST_F(RepeatsTest, what_reads_or_stops_something_is_always_done_anew) {
  for (const auto& [method, path] : {std::pair("GET", ""),
                                     {"DELETE", ""},
                                     {"POST", "/cancelMediaProcessing"},
                                     {"POST", "/microsoft.graph.keepAlive"},
                                     {"GET", "/operations"}}) {
    Request request = named("a");
    request.method = method;
    request.target = "/v1.0/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896" + std::string(path);
    EXPECT_FALSE(mark_of(request)) << method << path;
  }
  Request create = named("a");
  create.target = "/v1.0/communications/calls";
  EXPECT_TRUE(mark_of(create));
  EXPECT_FALSE(mark_of(named("")));
}

TEST_F(RepeatsTest, a_repeat_waits_for_an_answer_that_is_not_out_yet) {
  std::vector<std::string> answered;
  const auto responder = [&](const char* who) {
    return Responder(
        [&answered, who](const Response& r) { answered.push_back(who + std::to_string(r.status)); });
  };
  auto first = repeats.admit(*mark_of(named("a")), kNow, responder("first "));
  EXPECT_EQ(repeats.admit(*mark_of(named("a")), kNow, responder("second ")).verdict, Verdict::repeat);
  EXPECT_EQ(repeats.admit(*mark_of(named("a")), kNow + 6min, responder("late ")).verdict, Verdict::repeat);
  EXPECT_EQ(repeats.admit(*mark_of(named("a", "")), kNow, responder("other ")).verdict, Verdict::misuse);
  answered.clear();  // of the one that was dropped
  (*first.respond)({.status = 202});
  EXPECT_EQ(answered.size(), 3u);
  for (const char* who : {"first 202", "second 202", "late 202"})
    EXPECT_EQ(std::ranges::count(answered, std::string(who)), 1) << who;
}

TEST_F(RepeatsTest, nobody_waits_for_an_answer_that_is_dropped) {
  std::vector<int> answered;
  {
    auto first = repeats.admit(*mark_of(named("a")), kNow,
                               Responder([&](const Response& r) { answered.push_back(r.status); }));
    ASSERT_EQ(first.verdict, Verdict::first);
    EXPECT_EQ(repeats
                  .admit(*mark_of(named("a")), kNow,
                         Responder([&](const Response& r) { answered.push_back(r.status); }))
                  .verdict,
              Verdict::repeat);
  }
  EXPECT_EQ(answered, (std::vector{500, 500}));
  EXPECT_TRUE(send(named("a")).done);
}

TEST_F(RepeatsTest, a_request_without_a_count_takes_the_place_of_the_one_before) {
  std::vector<std::string> answered;
  const auto responder = [&] { return Responder([&](const Response& r) { answered.push_back(r.body); }); };
  auto one = repeats.admit(*mark_of(retried("c", "")), kNow, responder());
  auto two = repeats.admit(*mark_of(retried("c", "")), kNow, responder());
  EXPECT_EQ(two.verdict, Verdict::first);
  (*two.respond)({.status = 200, .body = "two"});
  (*one.respond)({.status = 200, .body = "one"});
  EXPECT_EQ(answered, (std::vector<std::string>{"two", "one"}));
  EXPECT_EQ(send(retried("c", "1")).response.body, "two");
}

TEST_F(RepeatsTest, beyond_the_bounds_the_oldest_answers_go) {
  for (const char* id : {"a", "b", "c", "d"}) EXPECT_TRUE(send(named(id)).done);
  EXPECT_EQ(repeats.size(), 3u);
  EXPECT_FALSE(send(named("b")).done);
  EXPECT_TRUE(send(named("a")).done);
  next.body = std::string(999'400, 'x');
  EXPECT_TRUE(send(named("long")).done);
  EXPECT_EQ(repeats.size(), 1u);
  next.body += std::string(10'000, 'x');
  EXPECT_TRUE(send(named("too long")).done);
  EXPECT_EQ(repeats.size(), 0u);
}

TEST_F(RepeatsTest, answers_of_the_last_run_are_given_for_the_rest_of_their_window) {
  const auto mark = *mark_of(named("a"));
  const auto old = *mark_of(named("old"));
  const base::WallTime date = base::WallClock::now();
  repeats.restore(std::vector<call::KeptAnswer>{{old.key, old.request, 201, "there", "{}", date - 5min},
                                                {mark.key, mark.request, 201, "here", "{1}", date - 1min}},
                  date, kNow);
  EXPECT_TRUE(send(named("old"), kNow).done);
  const Seen again = send(named("a"), kNow + 239s);
  EXPECT_FALSE(again.done);
  EXPECT_EQ(again.response.status, 201);
  EXPECT_EQ(again.response.body, "{1}");
  EXPECT_EQ(test::header(again.response, "Location"), "here");
  EXPECT_TRUE(send(named("a"), kNow + 4min).done);
}

TEST(RepeatsOff, a_window_of_nothing_keeps_nothing) {
  Repeats off{{.window = 0ms}};
  EXPECT_FALSE(off.enabled());
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(off.admit(*mark_of(named("a")), kNow, Responder([](const Response&) {})).verdict,
              Verdict::first);
}

}  // namespace
}  // namespace tonearm::http
