#pragma once

#include <string>
#include <string_view>

#include "http/message.hpp"

namespace tonearm::http::detail {

/// What of a request comes back in its response.
struct Echo {
  std::string request_id;
  std::string client_request_id;
  std::string scenario_id;
  bool head = false;  ///< `HEAD`: headers as for `GET`, no body.
};

/// Status line, headers and body, ready for the wire.
[[nodiscard]] std::string to_text(const Response& response, const Echo& echo, bool keep_alive);

/// An id header's value if it may be echoed: printable ASCII, at most 256 characters; else empty.
[[nodiscard]] std::string_view echoable(std::string_view value);

/// A GUID for `request-id`; cheap, not secret.
[[nodiscard]] std::string make_request_id();

}  // namespace tonearm::http::detail
