#pragma once

#include <cstddef>
#include <cstdint>

namespace tonearm::media {

/// Whole pages, present from the start and locked in RAM where the system permits it. Throws bad_alloc.
/// Threading: thread-safe.
[[nodiscard]] void* map_locked(std::size_t bytes);
void unmap_locked(void* memory, std::size_t bytes) noexcept;

/// What `bytes` take in whole pages.
[[nodiscard]] std::size_t in_pages(std::size_t bytes);
/// How often the system has refused to lock (RLIMIT_MEMLOCK).
[[nodiscard]] std::uint64_t locks_refused();
/// Raises the soft limit of locked memory to the hard one. Once, at start.
void allow_locking();

/// For what a tick reads, frames and sessions: it must not wait for a page that went to swap.
/// Threading: thread-safe.
template <class T>
class LockedAllocator {
 public:
  using value_type = T;

  LockedAllocator() = default;
  template <class U>
  LockedAllocator(const LockedAllocator<U>&) {}  // NOLINT(google-explicit-constructor): an allocator's way

  [[nodiscard]] T* allocate(std::size_t count) { return static_cast<T*>(map_locked(count * sizeof(T))); }
  void deallocate(T* memory, std::size_t count) noexcept { unmap_locked(memory, count * sizeof(T)); }

  template <class U>
  bool operator==(const LockedAllocator<U>&) const {
    return true;
  }
};

}  // namespace tonearm::media
