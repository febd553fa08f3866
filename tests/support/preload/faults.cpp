// Stands between the server and libc (LD_PRELOAD) and gives it a bad disk or a clock that jumps. Only files
// below one folder are touched. Nothing of it is in the server itself, which cannot tell the difference.

#include <array>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "fault_control.hpp"

namespace {

using tonearm::testing::Disk;
using tonearm::testing::FaultControl;

FaultControl* open_control() {
  const char* file = std::getenv(tonearm::testing::kFaultControlVariable);
  if (file == nullptr) return nullptr;
  const auto descriptor =
      static_cast<int>(::syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC));  // not by our own `open`
  if (descriptor < 0) return nullptr;
  void* page = ::mmap(nullptr, sizeof(FaultControl), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  ::close(descriptor);
  return page == MAP_FAILED ? nullptr : static_cast<FaultControl*>(page);
}

FaultControl* control() {
  static FaultControl* const page = open_control();
  return page;
}

Disk disk() {
  return control() == nullptr ? Disk::good : control()->disk.load(std::memory_order_acquire);
}

bool is_below(std::string_view path) {
  static const char* const folder = std::getenv(tonearm::testing::kFaultFolderVariable);
  return folder != nullptr && path.starts_with(folder);
}

bool is_below(int descriptor) {
  std::array<char, 32> link{};
  std::array<char, PATH_MAX> path{};
  constexpr std::string_view kFolder = "/proc/self/fd/";
  std::memcpy(link.data(), kFolder.data(), kFolder.size());
  std::array<char, 12> digits{};
  std::size_t count = 0;
  for (int rest = descriptor; count == 0 || rest > 0; rest /= 10) digits[count++] = char('0' + rest % 10);
  for (std::size_t i = 0; i < count; ++i) link[kFolder.size() + i] = digits[count - 1 - i];
  const ssize_t length = ::readlink(link.data(), path.data(), path.size());
  return length > 0 && is_below(std::string_view(path.data(), static_cast<std::size_t>(length)));
}

void pause_a_little() {
  const timespec time{0, 1'000'000};
  ::syscall(SYS_nanosleep, &time, nullptr);
}

/// errno of what the disk says to a change, or 0; comes back only when the disk does.
int verdict(bool needs_room) {
  if (disk() == Disk::stalled) {
    control()->held.fetch_add(1);
    while (disk() == Disk::stalled) pause_a_little();
    control()->held.fetch_sub(1);
  }
  int error = 0;
  if (disk() == Disk::read_only) error = EROFS;
  if (disk() == Disk::full && needs_room) error = ENOSPC;
  if (error != 0) control()->refused.fetch_add(1);
  return error;
}

/// True, and errno set, if the change may not be.
template <class Where>
bool is_refused(const Where& where, bool needs_room) {
  if (disk() == Disk::good || !is_below(where)) return false;
  const int error = verdict(needs_room);
  errno = error;
  return error != 0;
}

template <class Function>
Function* next(Function* /*like*/, const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

bool would_change(const char* path, int flags) {
  if ((flags & (O_ACCMODE | O_CREAT | O_TRUNC)) == O_RDONLY) return false;
  return path != nullptr;
}

bool open_is_refused(const char* path, int flags) {
  if (disk() == Disk::good || !would_change(path, flags)) return false;
  struct ::stat known {};
  const bool is_new = (flags & O_CREAT) != 0 && ::stat(path, &known) != 0;
  if (disk() == Disk::full && !is_new) return false;
  return is_refused(std::string_view(path), is_new);
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

timespec shifted(timespec time) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::int64_t ns = time.tv_sec * kSecond + time.tv_nsec + control()->clock_offset_ns.load();
  return {ns / kSecond, ns % kSecond};
}

}  // namespace

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): libc's names are reserved ones
extern "C" {

ssize_t write(int descriptor, const void* bytes, size_t count) {
  static auto* const real = next(&write, "write");
  return is_refused(descriptor, true) ? -1 : real(descriptor, bytes, count);
}

ssize_t pwrite(int descriptor, const void* bytes, size_t count, off_t at) {
  static auto* const real = next(&pwrite, "pwrite");
  return is_refused(descriptor, true) ? -1 : real(descriptor, bytes, count, at);
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t count, off64_t at) {
  static auto* const real = next(&pwrite64, "pwrite64");
  return is_refused(descriptor, true) ? -1 : real(descriptor, bytes, count, at);
}

int fsync(int descriptor) {
  static auto* const real = next(&fsync, "fsync");
  return is_refused(descriptor, false) ? -1 : real(descriptor);
}

int fdatasync(int descriptor) {
  static auto* const real = next(&fdatasync, "fdatasync");
  return is_refused(descriptor, false) ? -1 : real(descriptor);
}

int syncfs(int descriptor) noexcept {
  static auto* const real = next(&syncfs, "syncfs");
  return is_refused(descriptor, false) ? -1 : real(descriptor);
}

int ftruncate(int descriptor, off_t length) noexcept {
  static auto* const real = next(&ftruncate, "ftruncate");
  return is_refused(descriptor, length > 0) ? -1 : real(descriptor, length);
}

int ftruncate64(int descriptor, off64_t length) noexcept {
  static auto* const real = next(&ftruncate64, "ftruncate64");
  return is_refused(descriptor, length > 0) ? -1 : real(descriptor, length);
}

int open(const char* path, int flags, ...) {
  static auto* const real = next(&open, "open");
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_is_refused(path, flags) ? -1 : real(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  static auto* const real = next(&open64, "open64");
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_is_refused(path, flags) ? -1 : real(path, flags, mode);
}

int rename(const char* from, const char* to) noexcept {
  static auto* const real = next(&rename, "rename");
  return is_refused(std::string_view(to), false) ? -1 : real(from, to);
}

int unlink(const char* path) noexcept {
  static auto* const real = next(&unlink, "unlink");
  return is_refused(std::string_view(path), false) ? -1 : real(path);
}

int mkdir(const char* path, mode_t mode) noexcept {
  static auto* const real = next(&mkdir, "mkdir");
  return is_refused(std::string_view(path), true) ? -1 : real(path, mode);
}

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  static auto* const real = next(&clock_gettime, "clock_gettime");
  const int result = real(clock, time);
  if (result == 0 && clock == CLOCK_REALTIME && control() != nullptr) *time = shifted(*time);
  return result;
}

time_t time(time_t* out) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

int gettimeofday(timeval* time, void* /*zone*/) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  *time = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

}  // extern "C"
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
