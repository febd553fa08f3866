#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tonearm::auth {

/// Fields of an `application/x-www-form-urlencoded` body; the first of a name counts.
using Form = std::unordered_map<std::string, std::string>;
[[nodiscard]] Form parse_form(std::string_view body);
/// `+` is a space, `%XX` a byte; anything else stands for itself.
[[nodiscard]] std::string form_decoded(std::string_view text);

struct BasicCredentials {
  std::string user;
  std::string password;
};
/// RFC 7617, as sent. OAuth wants both parts form-encoded (RFC 6749 §2.3.1), but curl and many libraries send
/// them plain. None if the header is something else.
[[nodiscard]] std::optional<BasicCredentials> parse_basic(std::string_view authorization);

}  // namespace tonearm::auth
