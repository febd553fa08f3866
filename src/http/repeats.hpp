#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "auth/principal.hpp"
#include "auth/sha256.hpp"
#include "base/clock.hpp"
#include "call/kept_answer.hpp"
#include "graph/route.hpp"
#include "http/service.hpp"

namespace tonearm::http {

/// What a request is recognised by, should it come again (operations.md §8).
struct RepeatMark {
  auth::Sha256 key{};      ///< Application, and the id that the client gave the request.
  auth::Sha256 request{};  ///< Path and body.
  bool named = false;      ///< By `Repeatability-Request-ID`: an id is for one request and no other.
  bool again = false;      ///< The client says that it has sent this before.
};

/// None: the request carries nothing that it could be recognised by, or is always done anew, as what reads or
/// stops something is.
[[nodiscard]] std::optional<RepeatMark> repeat_mark(const graph::Route& route, const Request& request,
                                                    const auth::Principal& principal);

/// First answers, for the repeats of their requests. An answer is kept if it says that something was done;
/// whoever was refused may try again. Bounded: beyond its limits the oldest answers go, and then a repeat is
/// taken for a new request. Threading: thread-safe.
class Repeats {
 public:
  struct Limits {
    std::chrono::milliseconds window{std::chrono::minutes(5)};  ///< `http.repeat_window`; 0: nothing is kept.
    std::size_t answers_max = 50'000;
    std::size_t bytes_max = std::size_t{64} << 20U;  ///< Of the answers with their headers and bodies.
  };

  explicit Repeats(Limits limits);

  enum class Verdict : std::uint8_t {
    first,   ///< To be done; what `respond` is now also keeps the answer.
    repeat,  ///< Nothing to be done: answered, or answered together with the first.
    misuse,  ///< The id belongs to another request; `respond` is to refuse it.
  };
  struct Admission {
    Verdict verdict = Verdict::first;
    std::optional<Responder> respond;
  };
  [[nodiscard]] Admission admit(const RepeatMark& mark, base::TimePoint now, Responder respond);

  /// Answers of the last run, oldest first.
  void restore(std::span<const call::KeptAnswer> answers, base::WallTime date, base::TimePoint now);

  [[nodiscard]] bool enabled() const;
  /// How many answers are kept.
  [[nodiscard]] std::size_t size() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // with whoever still has a first answer to give
};

}  // namespace tonearm::http
