#include "event_log.hpp"

#include <cstdio>
#include <string>

namespace bot {
namespace json = boost::json;

void EventLog::write(std::string_view event, json::object facts) {
  const std::int64_t now = monotonic_ns();
  if (json_) {
    json::object line{{"ns", now}, {"event", event}};
    for (const auto& [name, value] : facts) line[name] = value;
    std::printf("%s\n", json::serialize(line).c_str());
  } else {
    std::printf("%8.3f s  %-10.*s", static_cast<double>(now - start_) / 1e9, static_cast<int>(event.size()),
                event.data());
    for (const auto& [name, value] : facts) {
      if (name.ends_with("_ns")) continue;  // for machines
      const std::string text = value.is_string() ? std::string(value.as_string()) : json::serialize(value);
      std::printf(" %s=%s", std::string(name).c_str(), text.c_str());
    }
    std::printf("\n");
  }
  std::fflush(stdout);
}

}  // namespace bot
