#include "sip/srv.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace tonearm::sip {

std::string srv_name(Transport transport, const std::string& domain) {
  return fmt::format("_sip._{}.{}", to_string(transport), domain);
}

std::vector<SrvRecord> in_srv_order(std::vector<SrvRecord> records,
                                    const std::function<std::uint32_t(std::uint32_t)>& draw) {
  std::erase_if(records,
                [](const SrvRecord& record) { return record.target.empty() || record.target == "."; });
  // Those of weight 0 come first among equals, so that they are drawn only by a 0 (RFC 2782 "Weight").
  std::ranges::stable_sort(records, [](const SrvRecord& a, const SrvRecord& b) {
    if (a.priority != b.priority) return a.priority < b.priority;
    return a.weight == 0 && b.weight != 0;
  });
  for (auto next = records.begin(); next != records.end(); ++next) {
    const auto end = std::find_if(next, records.end(),
                                  [&](const SrvRecord& other) { return other.priority != next->priority; });
    std::uint32_t total = 0;
    for (auto one = next; one != end; ++one) total += one->weight;
    std::uint32_t left = draw(total);
    auto drawn = next;
    while (drawn != end - 1 && left > drawn->weight) {
      left -= drawn->weight;
      ++drawn;
    }
    std::rotate(next, drawn, drawn + 1);  // the others keep their order
  }
  return records;
}

}  // namespace tonearm::sip
