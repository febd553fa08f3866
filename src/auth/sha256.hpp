#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tonearm::auth {

using Sha256 = std::array<std::uint8_t, 32>;

[[nodiscard]] Sha256 sha256(std::string_view bytes);

/// Takes the same time wherever they differ.
[[nodiscard]] bool equal_in_constant_time(const Sha256& one, const Sha256& other);

}  // namespace tonearm::auth
