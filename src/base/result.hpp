#pragma once

#include <expected>
#include <string>
#include <system_error>
#include <utility>

namespace tonearm::base {

/// Why something at a module's edge failed: a code of that module's errc and the facts of this one case.
struct Error {
  std::error_code code;
  std::string context;  ///< For people: what was tried, with which values. Never a secret.

  [[nodiscard]] std::string message() const {
    return context.empty() ? code.message() : code.message() + ": " + context;
  }
};

template <class T>
using Result = std::expected<T, Error>;

/// Shorthand for `return fail(SdpErrc::no_audio, "…")`.
template <class Errc>
[[nodiscard]] std::unexpected<Error> fail(Errc code, std::string context = {}) {
  return std::unexpected(Error{make_error_code(code), std::move(context)});
}

}  // namespace tonearm::base
