#include "sip/trace.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <type_traits>
#include <utility>

namespace tonearm::sip {
namespace {

constexpr std::string_view kCutOff = "\r\n(cut off)";

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

/// What stands in the ring before the addresses and the text of a message.
struct MessageTrace::Record {
  std::pair<const std::string, Dialog>* dialog = nullptr;  // none: its dialog has left it out
  Place next = 0;                                          // of the same dialog; the last has none
  base::WallTime at;
  std::size_t bytes = 0;
  std::size_t local_length = 0;
  std::size_t remote_length = 0;
  std::uint16_t local_port = 0;
  std::uint16_t remote_port = 0;
  Transport transport = Transport::udp;
  bool sent = false;
};

void MessageTrace::open(const std::string& call_id) {
  const std::lock_guard lock(mutex_);
  if (!dialogs_.contains(call_id)) append(call_id, {}, {});
}

void MessageTrace::assign(const std::string& call_id, call::CallId call) {
  const std::lock_guard lock(mutex_);
  if (const auto found = dialogs_.find(call_id); found != dialogs_.end()) found->second.call = call;
}

void MessageTrace::add(const std::string& call_id, const TracedMessage& message) {
  const std::lock_guard lock(mutex_);
  const auto found = dialogs_.find(call_id);
  if (found != dialogs_.end()) append(call_id, message, {.call = found->second.call, .has_messages = true});
}

std::vector<TracedMessage> MessageTrace::messages(call::CallId call) const {
  const std::lock_guard lock(mutex_);
  std::vector<TracedMessage> messages;
  int found = 0;
  for (const auto& [call_id, dialog] : dialogs_) {
    if (dialog.call != call || !dialog.has_messages) continue;
    ++found;
    Place place = dialog.first;
    for (std::size_t i = 0; i < dialog.records; ++i, place = record_at(place).next)
      messages.push_back(message_at(place));
  }
  // One dialog's are in order, also when the clock was set back.
  if (found > 1) std::ranges::stable_sort(messages, {}, &TracedMessage::at);
  return messages;
}

std::size_t MessageTrace::size() const {
  const std::lock_guard lock(mutex_);
  return dialogs_.size();
}

/// `known`: of the dialog, which may itself be the oldest and be forgotten.
void MessageTrace::append(const std::string& call_id, const TracedMessage& message, Dialog known) {
  const std::string& local = message.local.address;
  const std::string& remote = message.remote.address;
  const std::size_t length = sizeof(Record) + local.size() + remote.size() + message.text.size();
  if (!ring_.can_hold(length)) return;
  while (!ring_.has_room(length)) forget_oldest();
  auto& entry = *dialogs_.try_emplace(call_id).first;
  const Place place = ring_.push(length);
  set_record(place, {&entry, 0, message.at, message.bytes, local.size(), remote.size(), message.local.port,
                     message.remote.port, message.transport, message.sent});
  std::byte* end = ring_.at(place).data() + sizeof(Record);
  for (const std::string* text : {&local, &remote, &message.text})
    end = std::ranges::copy(std::as_bytes(std::span(*text)), end).out;
  link(entry.second, place);
  entry.second.call = known.call;
  entry.second.has_messages = known.has_messages;
}

/// Behind all that the dialog has; the first goes if that is too many, or only said that it was open.
void MessageTrace::link(Dialog& dialog, Place place) {
  if (dialog.records == 0) {
    dialog.first = dialog.last = place;
    dialog.records = 1;
    return;
  }
  Record last = record_at(dialog.last);
  last.next = place;
  set_record(dialog.last, last);
  dialog.last = place;
  if (dialog.has_messages && dialog.records < kMessagesPerDialog) {
    ++dialog.records;
    return;
  }
  Record first = record_at(dialog.first);
  first.dialog = nullptr;
  set_record(dialog.first, first);
  dialog.first = first.next;
}

void MessageTrace::forget_oldest() {
  const Record oldest = record_at(ring_.oldest());
  ring_.pop();
  if (oldest.dialog == nullptr) return;
  Dialog& dialog = oldest.dialog->second;
  dialog.first = oldest.next;
  if (--dialog.records == 0) dialogs_.erase(dialogs_.find(oldest.dialog->first));
}

MessageTrace::Record MessageTrace::record_at(Place place) const {
  static_assert(std::is_trivially_copyable_v<Record>);
  Record record;
  std::memcpy(static_cast<void*>(&record), ring_.at(place).data(), sizeof record);
  return record;
}

void MessageTrace::set_record(Place place, const Record& record) {
  std::memcpy(ring_.at(place).data(), &record, sizeof record);
}

TracedMessage MessageTrace::message_at(Place place) const {
  const Record record = record_at(place);
  const auto kept = ring_.at(place).subspan(sizeof record);
  const std::string_view all(reinterpret_cast<const char*>(kept.data()), kept.size());
  TracedMessage message;
  message.at = record.at;
  message.sent = record.sent;
  message.transport = record.transport;
  message.local = {std::string(all.substr(0, record.local_length)), record.local_port};
  message.remote = {std::string(all.substr(record.local_length, record.remote_length)), record.remote_port};
  message.text = all.substr(record.local_length + record.remote_length);
  message.bytes = record.bytes;
  return message;
}

}  // namespace tonearm::sip
