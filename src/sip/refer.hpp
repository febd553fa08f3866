#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sip/dialog.hpp"

// The words of a transfer (RFC 3515, RFC 3891, RFC 5589). Pure.

namespace tonearm::sip {

/// Refer-To and Referred-By of a REFER, complete lines. `target` and `referrer` are URIs.
[[nodiscard]] std::string refer_lines(std::string_view target, std::string_view referrer);

/// Where the far end of `dialog` is, and that a call there replaces this one: "sip:ada@192.0.2.7?Replaces=…".
/// The tags are named from the far end's side (RFC 3891 §3).
[[nodiscard]] std::string target_that_replaces(const Dialog& dialog);

/// The status in a body of type message/sipfrag: that of its status line (RFC 3515 §2.4.5).
[[nodiscard]] std::optional<int> status_in_fragment(std::string_view body);

}  // namespace tonearm::sip
