#pragma once

#include <expected>
#include <string>
#include <vector>

#include "sip/libre.hpp"
#include "sip/message.hpp"
#include "sip/refusal.hpp"
#include "sip/registrations.hpp"

// What only a registrar and whoever asks for credentials look at in a message.

namespace tonearm::sip {

/// Values of Authorization, as written; no more than anybody needs.
[[nodiscard]] std::vector<std::string> authorizations_in(const sip_msg& request);
[[nodiscard]] std::string user_agent_in(const sip_msg& request);

/// Contacts and Expires of a REGISTER, or 400.
[[nodiscard]] std::expected<RegisterRequest, Refusal> decode_register(const sip_msg& raw,
                                                                      const Message& request);

}  // namespace tonearm::sip
