#include "graph/write_parked.hpp"

#include <array>

#include "graph/test_examples.hpp"

namespace tonearm::graph {
namespace {

using namespace std::chrono_literals;

const std::array kParked{call::ParkedNotification{
    base::Guid::parse("0d3c5a52-91d5-4a77-8f0e-7c2f0d1c6b10").value(),
    call::CallId(base::Guid::parse("6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901").value()),
    call::ApplicationId(base::Guid::parse("00000000-0000-4000-8000-000000000001").value()),
    call::NotificationNumber(4),
    base::WallTime(1'700'000'000s + 250ms),
    base::WallTime(1'700'000'060s + 7us),
    {"answered 403", 1}}};

constexpr std::string_view kOnePage = R"({
  "notifications": [{"cursor": 1700000060000007, "id": "0d3c5a52-91d5-4a77-8f0e-7c2f0d1c6b10",
    "call": "6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901", "applicationId": "00000000-0000-4000-8000-000000000001",
    "number": 4, "etag": "W/\"4\"", "state": "parked",
    "created": "2023-11-14T22:13:20.250Z", "since": "2023-11-14T22:14:20.000Z",
    "lastError": "answered 403", "attempts": 1}],
  "next": 1700000060000007, "more": true})";

TEST(WriteParked, says_all_that_the_documentation_names) {
  EXPECT_EQ(boost::json::parse(write_parked({kParked, {}, true})), boost::json::parse(kOnePage));
}

TEST(WriteParked, an_empty_page_gives_the_cursor_back) {
  EXPECT_EQ(write_parked({{}, base::WallTime(5us), false}), R"({"notifications":[],"next":5,"more":false})");
}

}  // namespace
}  // namespace tonearm::graph
