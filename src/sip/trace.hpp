#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/endpoint.hpp"
#include "call/ids.hpp"
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

/// The last messages of each dialog, by Call-ID. When the whole is too large, the oldest messages go, and
/// dialogs of which nothing is left. Threading: thread-safe.
class MessageTrace {
 public:
  static constexpr std::size_t kMessagesPerDialog = 64;
  static constexpr std::size_t kBytesPerMessage = 4096;  ///< The rest is cut off, which the text then says.
  static constexpr std::size_t kBytesInAll = 64 * 1024 * 1024;

  /// `bytes`: of all messages, with what describes them.
  explicit MessageTrace(std::size_t bytes = kBytesInAll) : ring_(bytes) {}

  /// From now on this Call-ID is traced. Only then: strangers must not push out what belongs to calls.
  void open(const std::string& call_id);
  /// Whose dialog an open one is.
  void assign(const std::string& call_id, call::CallId call);
  /// Does nothing if the Call-ID is not open.
  void add(const std::string& call_id, const TracedMessage& message);
  /// Those of all dialogs that are the call's, as they came. Reads all that is kept of any: for people who
  /// ask, not for every call.
  [[nodiscard]] std::vector<TracedMessage> messages(call::CallId call) const;
  /// Dialogs of which there is something.
  [[nodiscard]] std::size_t size() const;

 private:
  using Place = RecordRing::Place;
  struct Dialog {
    std::optional<call::CallId> call;  ///< None: it became no call, or is not one yet.
    std::size_t records = 0;
    Place first = 0;
    Place last = 0;
    bool has_messages = false;  ///< Else its record is the one that it was opened with.
  };
  struct Record;

  void append(const std::string& call_id, const TracedMessage& message, Dialog known);
  void link(Dialog& dialog, Place place);
  void forget_oldest();
  [[nodiscard]] Record record_at(Place place) const;
  void set_record(Place place, const Record& record);
  [[nodiscard]] TracedMessage message_at(Place place) const;

  mutable std::mutex mutex_;                         // guards all below
  std::unordered_map<std::string, Dialog> dialogs_;  // by Call-ID
  RecordRing ring_;  // each dialog's in order, linked from the first to the last
};

/// The Call-ID of a message as text; empty if there is none.
[[nodiscard]] std::string call_id_in(std::string_view message);
/// The message with the values of Authorization and Proxy-Authorization taken out, cut to `most` bytes.
[[nodiscard]] std::string without_credentials(std::string_view message, std::size_t most);

}  // namespace tonearm::sip
