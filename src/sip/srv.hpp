#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sip/message.hpp"

namespace tonearm::sip {

/// One SRV record (RFC 2782). A value.
struct SrvRecord {
  std::uint16_t priority = 0;
  std::uint16_t weight = 0;
  std::uint16_t port = 0;
  std::string target;
  bool operator==(const SrvRecord&) const = default;
};

/// `_sip._udp.` before the domain.
[[nodiscard]] std::string srv_name(Transport transport, const std::string& domain);

/// In the order in which to try: by priority, among equals drawn by weight. `draw(n)` gives a number in
/// [0, n]. A target of "." says that there is no such service and drops the record. Pure.
[[nodiscard]] std::vector<SrvRecord> in_srv_order(std::vector<SrvRecord> records,
                                                  const std::function<std::uint32_t(std::uint32_t)>& draw);

}  // namespace tonearm::sip
