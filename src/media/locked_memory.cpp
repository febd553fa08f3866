#include "media/locked_memory.hpp"

#include <atomic>
#include <new>

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

namespace tonearm::media {
namespace {

std::atomic<std::uint64_t> refused{0};

}  // namespace

void* map_locked(std::size_t bytes) {
  void* memory =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  if (::mlock(memory, bytes) != 0) ++refused;
  return memory;
}

void unmap_locked(void* memory, std::size_t bytes) noexcept {
  ::munmap(memory, bytes);
}

std::size_t in_pages(std::size_t bytes) {
  static const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

std::uint64_t locks_refused() {
  return refused;
}

void allow_locking() {
  rlimit limit{};
  ::getrlimit(RLIMIT_MEMLOCK, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_MEMLOCK, &limit);
}

}  // namespace tonearm::media
