// What the other tests of this folder leave for tests/support/suite_gate.py.

#include "body_log.hpp"

#include <fstream>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server_fixture.hpp"

namespace tonearm::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kRequest =
    "GET /v1.0/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896 HTTP/1.1\r\nHost: x\r\n\r\n";
const std::string kError = R"({"error":{"code":"8522","message":"Call not found."}})";

HttpMessage json_message(std::string start_line, std::string body, std::string type = "application/json") {
  HttpMessage message;
  message.start_line = std::move(start_line);
  message.headers["content-type"] = std::move(type);
  message.body = std::move(body);
  return message;
}

class BodyLogTest : public ::testing::Test {
 protected:
  /// What stands in the file of a version.
  std::vector<std::string> lines(const std::string& version) const {
    std::vector<std::string> all;
    std::ifstream file(dir.path() / (version + "-" + std::to_string(getpid()) + ".ndjson"));
    for (std::string line; std::getline(file, line);) all.push_back(line);
    return all;
  }
  void answer(const std::string& body, const std::string& request = kRequest) {
    log.response(request, json_message("HTTP/1.1 200 OK", body));
  }

  TempDir dir;
  BodyLog log{dir.path(), 3};
};

TEST_F(BodyLogTest, a_body_stands_under_its_version_with_the_tests_name) {
  answer(R"({"a":1})");
  answer(R"({"a":1})", "POST //Beta/app/calls HTTP/1.1\r\n\r\n");
  log.notification(json_message("POST /api/calls HTTP/1.1", R"({"value":[]})"));
  EXPECT_THAT(
      lines("v1.0"),
      ElementsAre(R"({"kind":"response","test":"BodyLogTest.a_body_stands_under_its_version_with_the_)"
                  R"(tests_name","what":"GET /v1.0/communications/calls/57dab8b1-894c-409a-b240-)"
                  R"(bd8beae78896 HTTP/1.1 HTTP/1.1 200 OK","body":{"a":1}})"));
  EXPECT_THAT(lines("beta"), ElementsAre(HasSubstr(R"("body":{"a":1})")));
  EXPECT_THAT(lines("any"), ElementsAre(HasSubstr(R"("kind":"notification")")));
}

TEST_F(BodyLogTest, bodies_that_differ_in_ids_and_numbers_stand_once) {
  answer(R"({"id":"57dab8b1-894c-409a-b240-bd8beae78896","at":12})");
  answer(R"({"id":"0fe0623f-d628-42ed-b4bd-8ac290072cc5","at":7})");
  EXPECT_EQ(lines("v1.0").size(), 1u);
  answer(R"({"id":"0fe0623f-d628-42ed-b4bd-8ac290072cc5","at":70000000000})");
  answer(R"({"id":"0fe0623f-d628-42ed-b4bd-8ac290072cc5","at":"7"})");
  EXPECT_EQ(lines("v1.0").size(), 3u);
}

TEST_F(BodyLogTest, of_what_is_not_graphs_it_keeps_the_errors) {
  answer(R"({"access_token":"x"})", "POST /tenant/oauth2/v2.0/token HTTP/1.1\r\n\r\n");
  answer(R"({"error":"invalid_client"})", "POST /tenant/oauth2/v2.0/token HTTP/1.1\r\n\r\n");
  EXPECT_THAT(lines("any"), IsEmpty());
  answer(kError, "GET /tonearm/recordings/1 HTTP/1.1\r\n\r\n");
  EXPECT_THAT(lines("any"), ElementsAre(HasSubstr("Call not found.")));
}

TEST_F(BodyLogTest, what_is_no_json_stands_as_it_came) {
  answer("{\"a\":");
  log.response(kRequest, json_message("HTTP/1.1 200 OK", "7", "text/plain"));
  log.response(kRequest, json_message("HTTP/1.1 200 OK", ""));
  EXPECT_THAT(lines("v1.0"), ElementsAre(HasSubstr(R"("broken":"{\"a\":")")));
}

TEST_F(BodyLogTest, beyond_its_limit_it_says_so_once) {
  for (const char* body : {"{\"a\":1}", "{\"b\":1}", "{\"c\":1}", "{\"d\":1}", "{\"e\":1}"}) answer(body);
  EXPECT_EQ(lines("v1.0").size(), 4u);
  EXPECT_EQ(lines("v1.0").back(), R"({"kind":"overflow"})");
}

TEST_F(BodyLogTest, without_a_folder_it_writes_nothing) {
  BodyLog none{{}};
  none.response(kRequest, json_message("HTTP/1.1 200 OK", kError));
  none.notification(json_message("POST / HTTP/1.1", kError));
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

TEST_F(BodyLogTest, every_answer_and_notification_of_a_call_is_seen_by_the_log_of_the_process) {
  // Not by this log: by the one that the suite's gate reads, if there is one.
  const char* folder = std::getenv("TONEARM_BODIES");
  if (folder == nullptr) GTEST_SKIP() << "TONEARM_BODIES names no folder";
  Bot bot;
  LocalServer server(test_settings(bot, dir.path()));
  LiveCall call(server.at(), bot);
  call.api.get("/" + call.id);
  std::string all;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::ifstream stream(file.path());
    all.append(std::istreambuf_iterator<char>(stream), {});
  }
  const std::string me = R"("test":"BodyLogTest.every_answer_and_notification_of_a_call)";
  EXPECT_THAT(all, HasSubstr(me));
  EXPECT_THAT(all, HasSubstr(R"("state":"incoming")"));
}

}  // namespace
}  // namespace tonearm::testing
