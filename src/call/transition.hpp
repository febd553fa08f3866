#pragma once

#include <cstdint>
#include <optional>

#include "call/snapshot.hpp"

namespace tonearm::call {

/// What moves a call from state to state. Who caused an ending, and what it means for the bot, is `CallEnd`.
enum class CallTrigger : std::uint8_t {
  answer,           ///< The bot's answer was accepted.
  reject,           ///< The bot's reject was accepted.
  redirect,         ///< The bot's redirect was accepted.
  redirected,       ///< A target answered.
  answer_sent,      ///< Our 200 to the INVITE has left.
  far_answer,       ///< The far end answered our INVITE.
  transfer,         ///< The bot's transfer was accepted.
  refer_accepted,   ///< The far end will call the target.
  transfer_failed,  ///< It will not, or nobody answered it.
  transferred,      ///< The target answered it.
  bot_hang_up,      ///< DELETE
  remote_bye,       ///< BYE or CANCEL from the far end
  leg_failed,       ///< Refused, never acknowledged, transport broken.
  call_failed,      ///< A timer, the media engine, the store or the server ended it.
  all_released,     ///< Every operation has ended and the media session is closed.
};

/// The state after `trigger`, or none where it means nothing and is dropped. Pure.
[[nodiscard]] std::optional<CallState> advance(CallState now, CallTrigger trigger);

/// Play, record and subscribe are taken from here on.
[[nodiscard]] constexpr bool takes_media_operations(CallState state) {
  return state == CallState::established || state == CallState::transferring ||
         state == CallState::transfer_accepted;
}

/// The API answers 404 to every command.
[[nodiscard]] constexpr bool is_ending(CallState state) {
  return state == CallState::terminating || state == CallState::terminated;
}

}  // namespace tonearm::call
