#pragma once

namespace tonearm::sip {

/// libre 1.1.0 measures its transactions' timers on the wall clock: set forward by a minute, it gives up
/// every request that is on its way; set back, it repeats nothing for a minute. Linked with this, it measures
/// them on the monotonic clock. True if that is in force, which depends on how the program was linked.
[[nodiscard]] bool libre_keeps_steady_time();

}  // namespace tonearm::sip
