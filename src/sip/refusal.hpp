#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tonearm::sip {

/// A final refusal before it is a message: every one says why (`Warning`, RFC 3261 §20.43).
struct Refusal {
  int status = 500;
  std::string headers;  ///< Complete lines, the Warning among them.
};

/// `Warning: CODE tonearm "TEXT"`; 399 is "miscellaneous".
[[nodiscard]] std::string warning(std::string_view text, int code = 399);
[[nodiscard]] Refusal refuse(int status, std::string_view text);
/// How an offer that could not be taken is refused: 400 if it was malformed, 513 if it was too large, 488 if
/// nothing was in common.
[[nodiscard]] Refusal refusal_of(const base::Error& sdp_error);

}  // namespace tonearm::sip
