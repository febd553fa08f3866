#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "call/commands.hpp"
#include "graph/errc.hpp"

namespace tonearm::graph {

/// What an error body says about the request (facts §2.4).
struct ErrorContext {
  base::WallTime date;
  std::string request_id;         ///< The `request-id` header of this response.
  std::string client_request_id;  ///< As the request had it; empty: `request_id` stands in.
};

/// One refusal, ready for the wire.
struct ErrorAnswer {
  int status = 500;
  std::string code;     ///< `error.code`, which for calls is often a platform subcode (facts §9.1).
  std::string message;  ///< Says what to do.

  /// `{"error":{…}}`, UTF-8, whatever bytes `message` holds.
  [[nodiscard]] std::string body(const ErrorContext& context) const;
};

/// Status, code and message of an error of this module (operations.md §8). Any other error is a 500 that
/// keeps its text to itself: what a library says is for the log.
[[nodiscard]] ErrorAnswer error_answer(const base::Error& error);
[[nodiscard]] ErrorAnswer error_answer(Errc errc, std::string_view message = {});
/// The same for what the domain refused.
[[nodiscard]] ErrorAnswer error_answer(const call::CommandFailure& failure);

}  // namespace tonearm::graph
