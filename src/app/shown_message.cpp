#include "app/shown_message.hpp"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "sip/mask.hpp"

namespace tonearm::app {
namespace {

constexpr std::string_view kRemoved = ": (removed)\r\n";

/// tshark looks up the country of a number that begins with a plus, and takes one of x's for malformed: there
/// the masked digits become zeros.
std::string with_zeros(std::string masked, std::string_view original) {
  constexpr std::string_view kOfNumbers = "0123456789-.() ";
  bool in_number = false;
  for (std::size_t i = 0; i < original.size(); ++i) {
    const bool goes_on = in_number && kOfNumbers.find(original[i]) != std::string_view::npos;
    in_number = original[i] == '+' || goes_on;
    if (in_number && masked[i] != original[i]) masked[i] = '0';
  }
  return masked;
}

/// tshark takes credentials without a scheme for malformed.
std::string with_scheme(std::string text) {
  constexpr std::string_view kWithScheme = ": Digest (removed)\r\n";
  std::size_t at = 0;
  while ((at = text.find(kRemoved, at)) != std::string::npos) {
    text.replace(at, kRemoved.size(), kWithScheme);
    at += kWithScheme.size();
  }
  return text;
}

}  // namespace

ShownMessage show(const sip::TracedMessage& message, bool show_numbers) {
  ShownMessage shown{std::string(message.seen()), {}};
  if (!show_numbers) {
    shown.text = with_zeros(sip::without_numbers(message.seen()), message.seen());
    if (shown.text != message.seen()) shown.remarks += "Numbers and keys are masked. ";
  }
  if (message.is_cut())
    shown.remarks += fmt::format("Only the first {} bytes were kept. ", shown.text.size());
  if (shown.text.find(kRemoved) != std::string::npos) {
    shown.remarks += "Credentials are removed. ";
    shown.text = with_scheme(std::move(shown.text));
  }
  if (!shown.remarks.empty()) shown.remarks.pop_back();
  return shown;
}

}  // namespace tonearm::app
