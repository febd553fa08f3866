#pragma once

#include "sip/libre.hpp"
#include "sip/message.hpp"

namespace tonearm::sip {

/// Puts in what extensions of SIP say: option tags, session timers (RFC 4028), reliable provisional responses
/// (RFC 3262), diversions (RFC 5806), event packages (RFC 6665). A value that cannot be read counts as
/// absent.
void decode_extensions(const sip_msg& message, Message& out);

}  // namespace tonearm::sip
