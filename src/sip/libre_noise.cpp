#include "sip/libre_noise.hpp"

#include <atomic>
#include <cstdarg>
#include <mutex>
#include <string_view>

#include <dlfcn.h>
#include <spdlog/spdlog.h>

#include "base/log.hpp"
#include "sip/libre.hpp"

#define DEBUG_MODULE "tonearm"
#define DEBUG_LEVEL 4
#include <re/re_dbg.h>

namespace {

std::atomic<std::uint64_t> complaints{0};

void complain(std::string_view text) {
  static tonearm::base::RateLimit limit(1);
  complaints.fetch_add(1, std::memory_order_relaxed);
  unsigned held_back = 0;
  if (!limit.allow(held_back)) return;
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  spdlog::warn("sip: {} ({} more)", text, held_back);
}

void on_debug_line(int, const char* text, std::size_t length, void*) {
  complain({text, length});
}

}  // namespace

// The linker lets a program's own definition stand before a shared library's, also for calls from within the
// library. This is the only way to its per-packet prints: they go through no handler.
extern "C" int re_fprintf(FILE* stream, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int done = 0;
  if (stream == stderr) {
    char line[256];
    const int length = re_vsnprintf(line, sizeof line, format, arguments);
    complain(length > 0 ? std::string_view(line, static_cast<std::size_t>(length)) : "unprintable complaint");
  } else {
    done = re_vfprintf(stream, format, arguments);
  }
  va_end(arguments);
  return done;
}

namespace tonearm::sip {

void quieten_libre() {
  static std::once_flag once;
  std::call_once(once, [] {
    dbg_init(DBG_WARNING, DBG_NONE);
    dbg_handler_set(on_debug_line, nullptr);
  });
}

std::uint64_t libre_complaints() {
  return complaints.load(std::memory_order_relaxed);
}

bool libre_is_quiet() {
  return dlsym(RTLD_DEFAULT, "re_fprintf") == reinterpret_cast<void*>(&re_fprintf);
}

}  // namespace tonearm::sip
