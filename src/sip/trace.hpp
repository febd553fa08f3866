#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/endpoint.hpp"
#include "sip/listener.hpp"
#include "sip/record_ring.hpp"

namespace tonearm::sip {

/// One message of a call as it was seen on the wire, credentials removed.
struct TracedMessage {
  base::WallTime at;
  bool sent = false;
  Transport transport = Transport::udp;
  base::Endpoint local;
  base::Endpoint remote;
  std::string text;
  std::size_t bytes = 0;  ///< Its length on the wire.

  /// The text without the remark that its end is missing, if it is.
  [[nodiscard]] std::string_view seen() const;
  [[nodiscard]] bool is_cut() const { return seen().size() < text.size(); }
};

/// The last messages of each call, by Call-ID. When the whole is too large, the oldest messages go, and calls
/// of which nothing is left. Threading: thread-safe.
class MessageTrace {
 public:
  static constexpr std::size_t kMessagesPerCall = 64;
  static constexpr std::size_t kBytesPerMessage = 4096;  ///< The rest is cut off, which the text then says.
  static constexpr std::size_t kBytesInAll = 64 * 1024 * 1024;

  /// `bytes`: of all messages, with what describes them.
  explicit MessageTrace(std::size_t bytes = kBytesInAll) : ring_(bytes) {}

  /// From now on this Call-ID is traced. Only then: strangers must not push out what belongs to calls.
  void open(const std::string& call_id);
  /// Does nothing if the Call-ID is not open.
  void add(const std::string& call_id, const TracedMessage& message);
  [[nodiscard]] std::vector<TracedMessage> messages(const std::string& call_id) const;
  [[nodiscard]] bool has(const std::string& call_id) const;
  /// Call-IDs that are open.
  [[nodiscard]] std::size_t size() const;

 private:
  using Place = RecordRing::Place;
  struct Call {
    std::size_t records = 0;
    Place first = 0;
    Place last = 0;
    bool has_messages = false;  ///< Else its record is the one that it was opened with.
  };
  struct Record;

  void append(const std::string& call_id, const TracedMessage& message, bool is_message);
  void link(Call& call, Place place);
  void forget_oldest();
  [[nodiscard]] Record record_at(Place place) const;
  void set_record(Place place, const Record& record);
  [[nodiscard]] TracedMessage message_at(Place place) const;

  mutable std::mutex mutex_;                     // guards all below
  std::unordered_map<std::string, Call> calls_;  // by Call-ID
  RecordRing ring_;                              // each call's in order, linked from the first to the last
};

/// The Call-ID of a message as text; empty if there is none.
[[nodiscard]] std::string call_id_in(std::string_view message);
/// The message with the values of Authorization and Proxy-Authorization taken out, cut to `most` bytes.
[[nodiscard]] std::string without_credentials(std::string_view message, std::size_t most);

}  // namespace tonearm::sip
