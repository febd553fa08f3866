#pragma once

#include <vector>

#include "sip/listener.hpp"

namespace tonearm::sip {

/// What a configured listener is bound to. 0.0.0.0 and :: become one listener for each address that this
/// machine has in their family now, loopback last: libre binds no wildcard, and a socket for all addresses
/// would answer from whichever the route prefers, not from the one that was written to. Anything else is
/// returned as it is. Link-local IPv6 addresses are left out, for they mean nothing without an interface.
/// Port 0 stays 0: each address then has a port of its own. Empty if the machine has no address of the
/// family.
[[nodiscard]] std::vector<ListenAddress> concrete_listeners(const ListenAddress& configured);

}  // namespace tonearm::sip
