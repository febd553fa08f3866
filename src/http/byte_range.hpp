#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tonearm::http {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t length = 0;
};

/// What a `Range` header asks for (RFC 9110 §14.1.2).
struct RangeRequest {
  enum class Kind : std::uint8_t {
    whole,          ///< No range, another unit, not to be understood, or several: the whole answers them all.
    part,           ///< 206
    unsatisfiable,  ///< 416
  };
  Kind kind = Kind::whole;
  ByteRange range;  ///< Of `part`; at least one byte.
};

/// `size` is that of the whole. Pure.
[[nodiscard]] RangeRequest read_range(std::string_view header, std::uint64_t size);

}  // namespace tonearm::http
