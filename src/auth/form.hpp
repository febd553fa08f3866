#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tonearm::auth {

/// Fields of an `application/x-www-form-urlencoded` body; the first of a name counts.
using Form = std::unordered_map<std::string, std::string>;
[[nodiscard]] Form parse_form(std::string_view body);

struct BasicCredentials {
  std::string user;
  std::string password;
};
/// RFC 7617, both parts form-encoded as OAuth wants them (RFC 6749 §2.3.1). None if the header is something
/// else.
[[nodiscard]] std::optional<BasicCredentials> parse_basic(std::string_view authorization);

}  // namespace tonearm::auth
