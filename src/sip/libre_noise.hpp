#pragma once

#include <cstdint>

namespace tonearm::sip {

/// libre 1.1.0 writes a line to stderr for each datagram that it cannot parse, and warnings of its own. Both
/// end here: counted, and logged at a limited rate. Called once before the first loop; more calls do nothing.
void quieten_libre();

/// What libre wanted to print since the start: one per packet that was no SIP. Threading: thread-safe.
[[nodiscard]] std::uint64_t libre_complaints();

/// True if libre's output really comes to us, which depends on how the program was linked.
[[nodiscard]] bool libre_is_quiet();

}  // namespace tonearm::sip
