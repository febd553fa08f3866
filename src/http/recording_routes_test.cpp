#include "http/recording_routes.hpp"

#include <fstream>
#include <future>
#include <mutex>

#include "auth/sha256.hpp"
#include "http/http_fixture_test.hpp"

namespace tonearm::http {
namespace {

using namespace std::chrono_literals;

constexpr const char* kOperation = "0fe0623f-d628-42ed-b4bd-8ac290072cc5";
constexpr const char* kToken = "the-recordings-own-token";

class RecordingRoutesTest : public ::testing::Test {
 protected:
  RecordingRoutesTest()
      : file_(std::filesystem::temp_directory_path() / ("recording_" + std::to_string(getpid()) + ".wav")) {
    for (int i = 0; i < 200'000; ++i) audio_.push_back(static_cast<char>(i % 251));
    std::ofstream(file_, std::ios::binary) << audio_;
    call::OfferedRecording row;
    row.operation = operation_;
    row.call = call_;
    row.token_hash = auth::sha256(kToken);
    row.expires = now_ + 1h;
    recordings_.rows[operation_] = row;
    recordings_.file = file_;
  }
  ~RecordingRoutesTest() override { std::filesystem::remove(file_); }

  Request request(const std::string& authorization = std::string("Bearer ") + kToken) const {
    Request request;
    request.method = "GET";
    request.target = std::string("/tonearm/recordings/") + kOperation;
    request.authorization = authorization;
    request.date = now_;
    request.id = "request-1";
    return request;
  }
  Response send(Request request) {
    std::promise<Response> answer;
    routes_.handle(std::move(request),
                   Responder([&](Response response) { answer.set_value(std::move(response)); }));
    return answer.get_future().get();
  }
  Response range(const std::string& range, const std::string& if_range = "") {
    Request ranged = request();
    ranged.range = range;
    ranged.if_range = if_range;
    return send(std::move(ranged));
  }
  static std::string body(const Response& response) {
    std::string all;
    while (all.size() < *response.stream->size()) {
      std::promise<std::string> chunk;
      response.stream->read([&](std::string bytes) { chunk.set_value(std::move(bytes)); });
      const std::string bytes = chunk.get_future().get();
      EXPECT_FALSE(bytes.empty());
      EXPECT_LE(bytes.size(), 65'536u);
      if (bytes.empty()) break;
      all += bytes;
    }
    return all;
  }
  static void expect_error(const Response& response, int status, const char* code) {
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(test::error_code(response), code);
    EXPECT_FALSE(response.stream);
  }

  const base::WallTime now_ = base::WallClock::now();
  const call::OperationId operation_ = call::OperationId::parse(kOperation).value();
  const call::CallId call_ = call::CallId::parse("6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901").value();
  const std::filesystem::path file_;
  std::string audio_;
  test::FakeRecordings recordings_;
  struct Asked {
    call::CallId call;
    graph::RecordingAsked what;
  };
  std::mutex mutex_;
  std::vector<Asked> asked_;
  RecordingRoutes routes_{
      {recordings_, recordings_, [this](call::CallId call, const graph::RecordingAsked& what) {
         const std::lock_guard lock(mutex_);
         asked_.push_back({call, what});
       }}};
};

TEST_F(RecordingRoutesTest, its_own_token_gets_the_whole_file) {
  const auto response = send(request());
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/octet-stream");
  EXPECT_EQ(response.length(), audio_.size());
  EXPECT_EQ(test::header(response, "Content-Disposition"),
            std::string("attachment; filename=\"") + kOperation + ".wav\"");
  EXPECT_EQ(test::header(response, "Accept-Ranges"), "bytes");
  EXPECT_EQ(body(response), audio_);
}

TEST_F(RecordingRoutesTest, what_its_own_token_is_answered_is_told_of_its_call) {
  send(request("Bearer another-token"));
  send(request());
  range("bytes=0-9");
  range("bytes=200000-");
  recordings_.file = std::nullopt;
  send(request());
  std::vector<std::pair<int, std::uint64_t>> answers;
  for (const auto& [call, what] : asked_) {
    EXPECT_EQ(call, call_);
    EXPECT_EQ(what.operation, operation_);
    answers.emplace_back(what.status, what.bytes);
  }
  using Answers = std::vector<std::pair<int, std::uint64_t>>;
  EXPECT_EQ(answers, (Answers{{200, audio_.size()}, {206, 10}, {416, 0}, {503, 0}}));
}

TEST_F(RecordingRoutesTest, every_other_token_gets_401) {
  for (const char* authorization : {"", "Bearer ", "Bearer", "Bearer the-recordings-own-toke", "Basic eDp5",
                                    "Bearer the-recordings-own-token2", "the-recordings-own-token"}) {
    const auto response = send(request(authorization));
    expect_error(response, 401, "InvalidAuthenticationToken");
    EXPECT_TRUE(test::header(response, "WWW-Authenticate").starts_with("Bearer "));
  }
}

TEST_F(RecordingRoutesTest, a_token_in_the_address_is_none) {
  Request asked = request("");
  asked.target += std::string("?access_token=") + kToken;
  expect_error(send(std::move(asked)), 401, "InvalidAuthenticationToken");
}

TEST_F(RecordingRoutesTest, unknown_and_expired_ones_are_404) {
  for (const char* path : {"00000000-0000-4000-8000-000000000009", "x", "", "..%2f..%2ftonearm.db",
                           "0fe0623f-d628-42ed-b4bd-8ac290072cc5/more"}) {
    Request asked = request();
    asked.target = std::string("/tonearm/recordings/") + path;
    expect_error(send(std::move(asked)), 404, "itemNotFound");
  }
  recordings_.rows[operation_].expires = now_;
  expect_error(send(request()), 404, "itemNotFound");
}

TEST_F(RecordingRoutesTest, only_get_and_head_are_taken) {
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"}) {
    Request asked = request();
    asked.method = method;
    const auto response = send(std::move(asked));
    expect_error(response, 405, "notAllowed");
    EXPECT_EQ(test::header(response, "Allow"), "GET, HEAD");
  }
}

TEST_F(RecordingRoutesTest, a_range_gets_that_part) {
  const auto response = range("bytes=100000-199998");
  EXPECT_EQ(response.status, 206);
  EXPECT_EQ(test::header(response, "Content-Range"), "bytes 100000-199998/200000");
  EXPECT_EQ(response.length(), 99'999u);
  EXPECT_EQ(body(response), audio_.substr(100'000, 99'999));
  EXPECT_EQ(body(range("bytes=-7")), audio_.substr(199'993));
}

TEST_F(RecordingRoutesTest, a_range_beyond_the_end_is_416_with_the_size) {
  const auto response = range("bytes=200000-");
  expect_error(response, 416, "BadRequest");
  EXPECT_EQ(test::header(response, "Content-Range"), "bytes */200000");
}

TEST_F(RecordingRoutesTest, several_ranges_and_nonsense_get_the_whole) {
  for (const char* asked : {"bytes=0-1,5-6", "bytes=x", "lines=1-2"}) {
    const auto response = range(asked);
    EXPECT_EQ(response.status, 200) << asked;
    EXPECT_EQ(response.length(), audio_.size());
  }
}

TEST_F(RecordingRoutesTest, a_download_goes_on_if_the_file_is_the_one_that_it_began_with) {
  const std::string etag = test::header(send(request()), "ETag");
  EXPECT_TRUE(etag.starts_with('"') && etag.ends_with('"') && etag.size() > 2);
  EXPECT_EQ(range("bytes=5-", etag).status, 206);
  EXPECT_EQ(range("bytes=5-", "\"another\"").status, 200);
  EXPECT_EQ(range("bytes=200000-", "\"another\"").status, 200);
  EXPECT_EQ(range("bytes=5-", "W/" + etag).status, 200) << "weak ones compare with nothing";
  EXPECT_EQ(range("bytes=5-", "Sat, 28 Nov 2026 12:00:00 GMT").status, 200);
}

TEST_F(RecordingRoutesTest, a_file_that_is_not_there_after_10_s_is_503_with_retry_after) {
  recordings_.file.reset();
  const auto response = send(request());
  expect_error(response, 503, "serviceNotAvailable");
  EXPECT_FALSE(test::header(response, "Retry-After").empty());
  EXPECT_EQ(recordings_.waited, 10s);
}

TEST_F(RecordingRoutesTest, nobody_waits_for_a_file_without_its_token) {
  recordings_.file.reset();
  expect_error(send(request("Bearer another")), 401, "InvalidAuthenticationToken");
  EXPECT_FALSE(recordings_.waited);
}

TEST_F(RecordingRoutesTest, a_file_that_goes_before_it_is_opened_is_404) {
  recordings_.file = file_.string() + ".gone";
  expect_error(send(request()), 404, "itemNotFound");
}

TEST_F(RecordingRoutesTest, a_file_that_goes_while_it_is_sent_is_sent_to_its_end) {
  const auto response = send(request());
  std::filesystem::remove(file_);
  EXPECT_EQ(body(response), audio_);
}

TEST_F(RecordingRoutesTest, a_file_that_shrinks_while_it_is_sent_ends_the_stream) {
  const auto response = send(request());
  std::filesystem::resize_file(file_, 10);
  std::promise<std::string> first, second;
  response.stream->read([&](std::string bytes) { first.set_value(std::move(bytes)); });
  EXPECT_EQ(first.get_future().get().size(), 10u);
  response.stream->read([&](std::string bytes) { second.set_value(std::move(bytes)); });
  EXPECT_TRUE(second.get_future().get().empty());
}

}  // namespace
}  // namespace tonearm::http
