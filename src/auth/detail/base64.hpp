#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tonearm::auth::detail {

/// RFC 4648 §5, without padding.
[[nodiscard]] std::string base64url(std::span<const unsigned char> bytes);
/// RFC 4648 §4, padded.
[[nodiscard]] std::string base64(std::span<const unsigned char> bytes);
/// Inverse of `base64`; padding may be missing. None if `text` is something else.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

/// Is it base64url without padding (RFC 7515 §2)? One character behind whole groups of four holds no byte.
[[nodiscard]] bool is_base64url(std::string_view text);
/// Inverse of `base64url`. None if `text` is something else.
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

}  // namespace tonearm::auth::detail
