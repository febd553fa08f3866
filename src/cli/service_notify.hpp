#pragma once

#include <string_view>

namespace tonearm::cli {

/// Tells the service manager that started us how we are: `READY=1`, `STOPPING=1`, `RELOADING=1`
/// (sd_notify(3): a datagram to the socket named in NOTIFY_SOCKET). Without a manager nothing happens.
void notify_service_manager(std::string_view state);

}  // namespace tonearm::cli
