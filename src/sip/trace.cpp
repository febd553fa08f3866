#include "sip/trace.hpp"

#include <algorithm>
#include <cctype>

namespace tonearm::sip {
namespace {

constexpr std::size_t kBytesPerCall = 256;  // what an entry costs beside its messages
constexpr std::string_view kCutOff = "\r\n(cut off)";

/// What a message takes in memory: the allocator's and the list's part of it is as much as a short text.
std::size_t cost_of(const TracedMessage& message) {
  constexpr std::size_t kAround = sizeof(TracedMessage) + 64;
  return kAround + message.text.capacity();
}

bool starts_with_name(std::string_view line, std::string_view name) {
  if (line.size() <= name.size()) return false;
  const bool same = std::equal(name.begin(), name.end(), line.begin(), [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  });
  const auto next = line.find_first_not_of(" \t", name.size());
  return same && next != std::string_view::npos && line[next] == ':';
}

/// Takes the next line, with its end, off the front of `rest`.
std::string_view next_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  const std::string_view line = rest.substr(0, end == std::string_view::npos ? rest.size() : end + 1);
  rest.remove_prefix(line.size());
  return line;
}

bool is_blank(std::string_view line) {
  return line == "\r\n" || line == "\n";
}

}  // namespace

std::string call_id_in(std::string_view message) {
  while (!message.empty()) {
    std::string_view line = next_line(message);
    if (is_blank(line)) break;
    if (!starts_with_name(line, "Call-ID") && !starts_with_name(line, "i")) continue;
    line.remove_prefix(line.find(':') + 1);
    const auto first = line.find_first_not_of(" \t");
    const auto last = line.find_last_not_of(" \t\r\n");
    return first == std::string_view::npos || last < first
               ? ""
               : std::string(line.substr(first, last - first + 1));
  }
  return {};
}

std::string without_credentials(std::string_view message, std::size_t most) {
  std::string out;
  bool in_body = false;
  while (!message.empty() && out.size() <= most) {
    const std::string_view line = next_line(message);
    in_body = in_body || is_blank(line);
    const bool secret = !in_body && (starts_with_name(line, "Authorization") ||
                                     starts_with_name(line, "Proxy-Authorization"));
    if (!secret) {
      out += line;
      continue;
    }
    out += std::string(line.substr(0, line.find(':'))) + ": (removed)\r\n";
    while (!message.empty() && (message.front() == ' ' || message.front() == '\t'))
      next_line(message);  // folded
  }
  if (out.size() > most) {
    out.resize(most);
    out += kCutOff;
  }
  return out;
}

std::string_view TracedMessage::seen() const {
  const std::string_view all = text;
  const bool cut = all.size() > MessageTrace::kBytesPerMessage && all.ends_with(kCutOff);
  return cut ? all.substr(0, all.size() - kCutOff.size()) : all;
}

void MessageTrace::open(const std::string& call_id) {
  const std::lock_guard lock(mutex_);
  auto [call, is_new] = calls_.try_emplace(call_id);
  if (is_new) call->second.age = ages_.insert(ages_.end(), call_id);
  bytes_ += is_new ? kBytesPerCall : 0;
}

void MessageTrace::add(const std::string& call_id, TracedMessage message) {
  const std::lock_guard lock(mutex_);
  const auto call = calls_.find(call_id);
  if (call == calls_.end()) return;
  Call& entry = call->second;
  message.text.shrink_to_fit();  // it grew line by line
  entry.bytes += cost_of(message);
  bytes_ += cost_of(message);
  entry.messages.push_back(std::move(message));
  if (entry.messages.size() > kMessagesPerCall) {
    entry.bytes -= cost_of(entry.messages.front());
    bytes_ -= cost_of(entry.messages.front());
    entry.messages.pop_front();
  }
  while (bytes_ > kBytesInAll && !ages_.empty()) drop(calls_.find(ages_.front()));
}

std::vector<TracedMessage> MessageTrace::messages(const std::string& call_id) const {
  const std::lock_guard lock(mutex_);
  const auto call = calls_.find(call_id);
  if (call == calls_.end()) return {};
  return {call->second.messages.begin(), call->second.messages.end()};
}

bool MessageTrace::has(const std::string& call_id) const {
  const std::lock_guard lock(mutex_);
  return calls_.contains(call_id);
}

std::size_t MessageTrace::size() const {
  const std::lock_guard lock(mutex_);
  return calls_.size();
}

void MessageTrace::drop(std::unordered_map<std::string, Call>::iterator call) {
  bytes_ -= call->second.bytes + kBytesPerCall;
  ages_.erase(call->second.age);
  calls_.erase(call);
}

}  // namespace tonearm::sip
