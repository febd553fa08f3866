#include "graph/errors.hpp"

#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include "graph/test_examples.hpp"

namespace tonearm::graph {
namespace {

TEST(Errors, each_refusal_has_its_status_and_code) {
  struct Row {
    Errc errc;
    int status;
    std::string code;
  };
  const std::vector<Row> rows{{Errc::bad_request, 400, "BadRequest"},
                              {Errc::not_built_yet, 400, "notSupported"},
                              {Errc::group_calls_only, 400, "notSupported"},
                              {Errc::unauthenticated, 401, "InvalidAuthenticationToken"},
                              {Errc::not_registered, 403, "7503"},
                              {Errc::missing_role, 403, "7504"},
                              {Errc::wrong_tenant, 403, "7505"},
                              {Errc::unknown_route, 404, "UnknownError"},
                              {Errc::call_not_found, 404, "8522"},
                              {Errc::item_not_found, 404, "itemNotFound"},
                              {Errc::method_not_allowed, 405, "notAllowed"},
                              {Errc::request_timeout, 408, "BadRequest"},
                              {Errc::body_too_large, 413, "BadRequest"},
                              {Errc::unsupported_media_type, 415, "BadRequest"},
                              {Errc::too_many_requests, 429, "TooManyRequests"},
                              {Errc::headers_too_large, 431, "BadRequest"},
                              {Errc::internal, 500, "generalException"},
                              {Errc::unavailable, 503, "serviceNotAvailable"},
                              {Errc::storage_full, 507, "serviceNotAvailable"}};
  EXPECT_EQ(rows.size(), static_cast<std::size_t>(Errc::storage_full));
  for (const Row& row : rows) {
    const ErrorAnswer answer = error_answer(row.errc);
    EXPECT_EQ(answer.status, row.status) << row.code;
    EXPECT_EQ(answer.code, row.code) << row.status;
    EXPECT_FALSE(answer.message.empty()) << row.code;
    EXPECT_EQ(make_error_code(row.errc).message(), answer.message);
  }
}

TEST(Errors, what_the_domain_refuses_has_its_status_and_keeps_its_message) {
  using Kind = call::CommandFailure::Kind;
  struct Row {
    Kind kind;
    int status;
    std::string code;
  };
  for (const Row& row : std::vector<Row>{{Kind::call_not_found, 404, "8522"},
                                         {Kind::operation_not_found, 404, "itemNotFound"},
                                         {Kind::bad_request, 400, "BadRequest"},
                                         {Kind::wrong_tenant, 403, "7505"},
                                         {Kind::too_many_requests, 429, "TooManyRequests"},
                                         {Kind::storage_full, 507, "serviceNotAvailable"},
                                         {Kind::unavailable, 503, "serviceNotAvailable"},
                                         {Kind::internal, 500, "generalException"}}) {
    const ErrorAnswer answer = error_answer(call::CommandFailure{row.kind, "Answer the call first."});
    EXPECT_EQ(answer.status, row.status);
    EXPECT_EQ(answer.code, row.code);
    EXPECT_EQ(answer.message, "Answer the call first.");
  }
  EXPECT_EQ(error_answer(call::CommandFailure{Kind::call_not_found, ""}).message, "Call not found.");
}

TEST(Errors, an_error_of_a_library_is_a_500_that_keeps_its_text_to_itself) {
  const base::Error error{std::make_error_code(std::errc::io_error), "/var/lib/secret"};
  const ErrorAnswer answer = error_answer(error);
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.message.find("secret"), std::string::npos);
}

TEST(Errors, the_body_has_the_documented_shape) {
  using namespace std::chrono;
  ErrorContext context;
  context.date = sys_days(2026y / February / 3) + 10h + 11min + 12s + 345ms;
  context.request_id = "5b0c0f2a-7f40-4a8f-8d56-0c6a1f0f6f11";
  context.client_request_id = "99999999-7f40-4a8f-8d56-0c6a1f0f6f11";
  expect_body(error_answer(Errc::wrong_tenant).body(context), R"({"error": {"code": "7505",
    "message": "Request authorization tenant mismatch.", "innerError": {"date": "2026-02-03T10:11:12",
      "request-id": "5b0c0f2a-7f40-4a8f-8d56-0c6a1f0f6f11",
      "client-request-id": "99999999-7f40-4a8f-8d56-0c6a1f0f6f11"}}})",
              "error");
  context.client_request_id.clear();
  EXPECT_EQ(text_at(boost::json::parse(error_answer(Errc::internal).body(context)),
                    "/error/innerError/client-request-id"),
            context.request_id);
}

TEST(Errors, a_body_is_json_whatever_the_request_held) {
  const std::string body =
      error_answer(Errc::bad_request, "Member \"\xFF\n\" is wrong.").body({{}, "1", "\xFE\""});
  EXPECT_EQ(text_at(boost::json::parse(body), "/error/message"), "Member \"\xEF\xBF\xBD\n\" is wrong.");
  EXPECT_EQ(text_at(boost::json::parse(body), "/error/innerError/client-request-id"), "\xEF\xBF\xBD\"");
}

}  // namespace
}  // namespace tonearm::graph
