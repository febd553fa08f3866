#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "call/ids.hpp"
#include "call/media_description.hpp"
#include "call/party.hpp"

namespace tonearm::call {

// Where a leg's signalling stands. Steps are kept to recognise the commit that the next phase waits for.

/// An INVITE came in; the bot has not decided.
struct Offered {};
/// The bot answered; the media session is being opened.
struct Answering {
  std::uint64_t accepted_step = 0;  ///< With the bot's 202.
};
/// Our 200 leaves when this step is committed.
struct AnswerGiven {
  std::uint64_t accepted_step = 0;
  std::uint64_t answer_step = 0;
};
/// Our own call: the media session is being opened.
struct Dialling {
  std::uint64_t created_step = 0;
};
/// Our INVITE is (or will be, once committed) out.
struct Calling {
  std::uint64_t created_step = 0;
  std::uint64_t invite_step = 0;
};
struct Connected {};
/// Rejected, hung up or failed: signalling knows it no more.
struct Disconnected {};
using Signalling = std::variant<Offered, Answering, AnswerGiven, Dialling, Calling, Connected, Disconnected>;

/// One far end of a call with its signalling and its media session. A call has one; a redirected one also its
/// targets.
struct Leg {
  enum class Session : std::uint8_t { none, opening, open, closing, closed };

  LegId id{1};
  Signalling signalling = Offered{};
  Session session = Session::none;
  Party remote;
  std::optional<MediaDescription> media;
  bool from_pstn = false;
  std::string caller_number;  ///< Shown where we call; empty: none.
  unsigned hops = kHopsMax;   ///< INVITEs that may yet follow from it (RFC 3261 Max-Forwards).

  template <class Phase>
  [[nodiscard]] const Phase* phase() const {
    return std::get_if<Phase>(&signalling);
  }
  [[nodiscard]] bool has_session() const { return session == Session::opening || session == Session::open; }
  [[nodiscard]] bool session_released() const {
    return session == Session::none || session == Session::closed;
  }
};

}  // namespace tonearm::call
