#pragma once

#include <string>
#include <string_view>

namespace tonearm::sip {

/// A SIP message as text without what it says of people: the digits of telephone numbers in sip:, sips: and
/// tel: addresses and in display names become `x`, but for the last two of a number with seven digits or
/// more, so that callers can still be told apart; pressed keys in bodies of INFO become `x`. Lengths stay;
/// hosts, names, ports and all that a fault is found by stays.
[[nodiscard]] std::string without_numbers(std::string_view message);

}  // namespace tonearm::sip
