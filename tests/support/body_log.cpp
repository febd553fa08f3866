#include "body_log.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <functional>

#include <boost/json.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/guid.hpp"

namespace tonearm::testing {
namespace json = boost::json;
namespace {

constexpr std::size_t kGuidLength = 36;
/// Longer numbers may not fit in Int32 and so must not pass for shorter ones.
constexpr std::size_t kDigitsAlike = 9;

/// The text with every id and every number alike.
std::string outline(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    std::size_t length = 1;
    if (text.size() >= kGuidLength && text[8] == '-' && base::Guid::parse(text.substr(0, kGuidLength))) {
      kept += 'g';
      length = kGuidLength;
    } else if (std::isdigit(static_cast<unsigned char>(text.front()))) {
      length = std::min(text.find_first_not_of("0123456789"), text.size());
      kept += length > kDigitsAlike ? '9' : '0';
    } else {
      kept += text.front();
    }
    text.remove_prefix(length);
  }
  return kept;
}

std::string running_test() {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  return test ? std::string(test->test_suite_name()) + "." + test->name() : "";
}

/// "v1.0" or "beta" if the request line's path is one of Graph's; slashes may be doubled, case is free.
std::string_view version_of(std::string_view request) {
  const auto path = std::min(request.find(' '), request.size());
  const auto from = std::min(request.find_first_not_of(" /", path), request.size());
  std::string root(request.substr(from, 5));
  for (char& c : root) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (root == "v1.0/") return "v1.0";
  return root == "beta/" ? "beta" : "";
}

bool is_error(const std::string& body) {
  boost::system::error_code bad;
  const json::value value = json::parse(body, bad);
  const auto* object = bad ? nullptr : value.if_object();
  const auto* error = object ? object->if_contains("error") : nullptr;
  return error && error->is_object();
}

bool is_other_type(const HttpMessage& message) {
  const std::string type = message.header("content-type");
  return !type.empty() && !type.starts_with("application/json");
}

std::filesystem::path folder_of_environment() {
  const char* folder = std::getenv("TONEARM_BODIES");
  return folder ? folder : "";
}

}  // namespace

BodyLog::BodyLog(std::filesystem::path folder, std::size_t lines_max)
    : folder_(std::move(folder)), lines_max_(lines_max) {
  if (!folder_.empty()) std::filesystem::create_directories(folder_);
}

BodyLog& BodyLog::of_process() {
  static BodyLog log(folder_of_environment());
  return log;
}

void BodyLog::response(std::string_view request, const HttpMessage& answer) {
  if (folder_.empty() || answer.body.empty() || is_other_type(answer)) return;
  const std::string_view version = version_of(request);
  if (version.empty() && !is_error(answer.body)) return;
  const std::string_view line = request.substr(0, std::min(request.find("\r\n"), request.size()));
  add(version.empty() ? "any" : version, "response", std::string(line) + " " + answer.start_line,
      answer.body);
}

void BodyLog::notification(const HttpMessage& request) {
  if (folder_.empty() || !request.start_line.starts_with("POST ") || is_other_type(request)) return;
  add("any", "notification", request.start_line, request.body);
}

void BodyLog::add(std::string_view version, std::string_view kind, const std::string& what,
                  const std::string& body) {
  const std::string test = running_test();
  const std::lock_guard lock(mutex_);
  if (seen_.size() > lines_max_) return;
  if (!seen_.insert(std::hash<std::string>()(test + "\n" + std::string(version) + outline(what + body)))
           .second)
    return;
  if (seen_.size() > lines_max_) return write(version, R"({"kind":"overflow"})");
  boost::system::error_code bad;
  const json::value parsed = json::parse(body, bad);
  json::object line{{"kind", kind}, {"test", test}, {"what", what}};
  if (bad) {
    line["broken"] = body;
  } else {
    line["body"] = parsed;
  }
  write(version, json::serialize(line));
}

/// With O_APPEND one write is one whole line, also beside a process that has forked from this one.
void BodyLog::write(std::string_view version, std::string_view line) {
  const auto file = folder_ / (std::string(version) + "-" + std::to_string(::getpid()) + ".ndjson");
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const std::string text = std::string(line) + "\n";
  const bool whole = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (fd >= 0) ::close(fd);
  EXPECT_TRUE(whole) << "cannot write " << file;
}

}  // namespace tonearm::testing
