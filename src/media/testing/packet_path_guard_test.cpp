// Interposes what the packet path must not do. Linked into media's tests only: any test that drives the
// engine fails on the first allocation, lock or log line in it (a log line allocates and locks).

#include <atomic>
#include <cstddef>
#include <cstdlib>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include "media/packet_path.hpp"
#include "media/testing/sanitized.hpp"

#ifndef TONEARM_SANITIZED

namespace {

std::atomic<int> allocations{0};
std::atomic<int> locks{0};

}  // namespace

extern "C" {

void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);

void* malloc(std::size_t size) noexcept {
  if (tonearm::media::in_packet_path) ++allocations;
  return __libc_malloc(size);
}

void* calloc(std::size_t count, std::size_t size) noexcept {
  if (tonearm::media::in_packet_path) ++allocations;
  return __libc_calloc(count, size);
}

void* realloc(void* memory, std::size_t size) noexcept {
  if (tonearm::media::in_packet_path) ++allocations;
  return __libc_realloc(memory, size);
}

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  using Lock = int (*)(pthread_mutex_t*);
  static const Lock next = reinterpret_cast<Lock>(::dlsym(RTLD_NEXT, "pthread_mutex_lock"));
  if (tonearm::media::in_packet_path) ++locks;
  return next(mutex);
}

}  // extern "C"

namespace tonearm::media {
namespace {

class PacketPathGuard : public ::testing::Environment {
 public:
  void TearDown() override {
    EXPECT_EQ(allocations, 0) << "something allocated in the packet path";
    EXPECT_EQ(locks, 0) << "something took a lock in the packet path";
  }
};

const auto* const kGuard = ::testing::AddGlobalTestEnvironment(new PacketPathGuard);

TEST(PacketPathGuard, sees_an_allocation_and_a_lock) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  {
    const PacketPathScope scope;
    void* volatile memory = std::malloc(10);
    std::free(memory);
    ::pthread_mutex_lock(&mutex);
  }
  ::pthread_mutex_unlock(&mutex);
  EXPECT_GE(allocations.exchange(0), 1);
  EXPECT_EQ(locks.exchange(0), 1);
}

}  // namespace
}  // namespace tonearm::media

#endif
