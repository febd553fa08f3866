#pragma once

namespace tonearm::media {

/// True while this thread is in the packet path, where nothing may allocate, lock or log. Tests interpose
/// those and fail on the first one; the server only sets the flag.
inline thread_local bool in_packet_path = false;

/// Threading: a scope of one thread.
class PacketPathScope {
 public:
  explicit PacketPathScope(bool inside = true) : before_(in_packet_path) { in_packet_path = inside; }
  ~PacketPathScope() { in_packet_path = before_; }
  PacketPathScope(const PacketPathScope&) = delete;
  PacketPathScope& operator=(const PacketPathScope&) = delete;

 private:
  const bool before_;
};

}  // namespace tonearm::media
